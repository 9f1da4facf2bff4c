package quern.inference.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import quern.inference.grammar.MatchState.Place;

/**
 * Reads texts by a grammar, symbol by symbol, and remembers the states it comes through. For one thread. States handed
 * out stay good when {@link #forget} drops what is remembered.
 */
final class Reading {

    private record Key(Set<Place> places, boolean ends, boolean left) {}

    private final Grammar grammar;
    private final Map<Key, MatchState> known = new HashMap<>();
    private int transitions;

    Reading(Grammar grammar) {
        this.grammar = grammar;
    }

    MatchState start() {
        return closure(List.of(new Place(grammar.start(), null)));
    }

    /** As if nothing but this state's own symbols could come, on a stack that is not known. */
    MatchState from(int state) {
        return intern(Set.of(new Place(state, Frame.UNKNOWN)), false, false);
    }

    /** Behind a rule that is over. */
    MatchState behind(Frame frame) {
        return closure(List.of(new Place(frame.state, frame.below)));
    }

    /** Only one of a state's places. */
    MatchState only(Place place) {
        return intern(Set.of(place), false, false);
    }

    MatchState next(MatchState from, int symbol) {
        if (from.next == null) {
            from.next = new MatchState[Grammar.SYMBOLS];
            transitions++;
        }
        MatchState to = from.next[symbol];
        if (to == null) {
            List<Place> places = new ArrayList<>(from.places.length);
            for (Place place : from.places) {
                int target = grammar.target(place.state(), symbol);
                if (target >= 0) {
                    places.add(new Place(target, place.stack()));
                }
            }
            to = closure(places);
            from.next[symbol] = to;
        }
        return to;
    }

    /** Bytes of what is remembered, about. */
    long rememberedBytes() {
        return known.size() * 200L + transitions * (16L + 4 * Grammar.SYMBOLS);
    }

    void forget() {
        known.clear();
        transitions = 0;
    }

    /* Calls are entered and ended rules are left until only states remain that consume something. */
    private MatchState closure(List<Place> from) {
        Set<Place> seen = new LinkedHashSet<>(from);
        List<Place> open = new ArrayList<>(from);
        Set<Place> consuming = new LinkedHashSet<>();
        boolean ends = false;
        boolean left = false;
        for (int at = 0; at < open.size(); at++) {
            Place place = open.get(at);
            int state = place.state();
            Frame stack = place.stack();
            if (Frame.depth(stack) + grammar.need(state) > Grammar.DEPTH_MAX) {
                continue;
            }
            if (grammar.consumes(state)) {
                consuming.add(place);
            }
            if (grammar.ends(state)) {
                if (stack == null) {
                    ends = true;
                } else if (stack == Frame.UNKNOWN) {
                    left = true;
                } else {
                    visit(new Place(stack.state, stack.below), seen, open);
                }
            }
            int[] calls = grammar.calls(state);
            for (int i = 0; i < calls.length; i += 2) {
                enter(calls[i], calls[i + 1], stack, seen, open);
            }
        }
        return intern(consuming, ends, left);
    }

    private void enter(int rule, int behind, Frame stack, Set<Place> seen, List<Place> open) {
        if (Frame.depth(stack) + grammar.needOfCall(rule, behind) > Grammar.DEPTH_MAX) {
            return;
        }
        // A call that is a rule's last act needs no way back to it.
        boolean last = grammar.ends(behind) && !grammar.consumes(behind) && grammar.calls(behind).length == 0;
        visit(new Place(grammar.startOf(rule), last ? stack : new Frame(behind, stack)), seen, open);
    }

    private static void visit(Place place, Set<Place> seen, List<Place> open) {
        if (seen.add(place)) {
            open.add(place);
        }
    }

    private MatchState intern(Set<Place> places, boolean ends, boolean left) {
        return known.computeIfAbsent(new Key(places, ends, left), key -> {
            Place[] sorted = places.toArray(Place[]::new);
            Arrays.sort(sorted, java.util.Comparator.comparingInt(Place::state));
            return new MatchState(sorted, ends, left);
        });
    }
}
