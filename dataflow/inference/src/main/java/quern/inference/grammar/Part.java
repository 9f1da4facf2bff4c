package quern.inference.grammar;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** A piece of a rule that can be put between any two states of an automaton, any number of times. */
@FunctionalInterface
interface Part {

    void add(Nfa nfa, int from, int to);

    static Part nothing() {
        return Nfa::empty;
    }

    static Part symbols(int low, int high) {
        return (nfa, from, to) -> nfa.symbols(from, low, high, to);
    }

    static Part call(int rule) {
        return (nfa, from, to) -> nfa.call(from, rule, to);
    }

    /** These characters in UTF-8. */
    static Part text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return (nfa, from, to) -> {
            int at = from;
            for (int i = 0; i < bytes.length; i++) {
                int next = i == bytes.length - 1 ? to : nfa.state();
                nfa.symbols(at, bytes[i] & 0xff, bytes[i] & 0xff, next);
                at = next;
            }
            if (bytes.length == 0) {
                nfa.empty(from, to);
            }
        };
    }

    static Part row(Part... parts) {
        return row(List.of(parts));
    }

    static Part row(List<Part> parts) {
        return (nfa, from, to) -> {
            int at = from;
            for (Part part : parts) {
                int next = nfa.state();
                part.add(nfa, at, next);
                at = next;
            }
            nfa.empty(at, to);
        };
    }

    static Part choice(Part... parts) {
        return choice(List.of(parts));
    }

    static Part choice(List<Part> parts) {
        return (nfa, from, to) -> parts.forEach(part -> part.add(nfa, from, to));
    }

    static Part optional(Part part) {
        return choice(nothing(), part);
    }

    /** @param max -1 for no limit */
    static Part repeat(Part body, int min, int max) {
        return (nfa, from, to) -> {
            int at = from;
            for (int i = 0; i < min; i++) {
                at = step(nfa, body, at);
            }
            if (max < 0) {
                int loop = nfa.state();
                nfa.empty(at, loop);
                body.add(nfa, loop, loop);
                nfa.empty(loop, to);
                return;
            }
            nfa.empty(at, to);
            for (int i = min; i < max; i++) {
                at = step(nfa, body, at);
                nfa.empty(at, to);
            }
        };
    }

    private static int step(Nfa nfa, Part body, int from) {
        int next = nfa.state();
        body.add(nfa, from, next);
        return next;
    }
}
