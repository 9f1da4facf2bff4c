package quern.inference.grammar;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import quern.inference.grammar.MatchState.Place;
import quern.inference.sampling.TokenMask;

/**
 * A grammar over the tokens of a vocabulary: which may come next. Most of it depends on the innermost open rule only
 * and is found once for each of its states; tokens that also end that rule are looked at with the whole stack
 * (XGrammar, arXiv 2411.15100). What is found is remembered up to a limit. Safe for any thread.
 */
public final class TokenGrammar {

    /** A walk from a state on an unknown stack may open this many rules; deeper stacks are walked as they are. */
    private static final int LOCAL_DEPTH_MAX = Grammar.DEPTH_MAX / 2;
    /** Where so many symbols may come, as within a string, a walk sees most of a vocabulary: milliseconds each. */
    private static final int WIDE = 64;
    private static final int PREPARED_WIDE_MAX = 16;
    private static final int PREPARED_MAX = 256;

    /**
     * @param accepted tokens that stay within the rule, or end with it
     * @param exits nodes at which the rule may be over and below which there are longer tokens
     */
    private record LocalMask(BitSet accepted, int[] exits) {}

    private final Grammar grammar;
    private final TokenTrie trie;
    private final Reading reading;
    private final Map<Integer, LocalMask> locals = new HashMap<>();
    private final MatchState[] path;
    private final long memoryBytes;
    private long maskBytes;

    /** @param memoryBytes of what is remembered; beyond it all is found anew */
    public TokenGrammar(Grammar grammar, TokenTrie trie, long memoryBytes) {
        this.grammar = grammar;
        this.trie = trie;
        this.reading = new Reading(grammar);
        this.path = new MatchState[trie.deepest() + 1];
        this.memoryBytes = memoryBytes;
    }

    /** A mask for one sequence, at the beginning of its answer. */
    public synchronized TokenMask mask() {
        return new GrammarMask(this, reading.start());
    }

    /** Finds tokens of states, the costly ones first, up to a limit, before somebody waits for it between tokens. */
    public synchronized void prepare() {
        for (int state = 0; state < grammar.size() && locals.size() < PREPARED_WIDE_MAX; state++) {
            if (grammar.width(state) >= WIDE) {
                locals.computeIfAbsent(state, this::local);
            }
        }
        for (int state = 0; state < grammar.size() && locals.size() < PREPARED_MAX; state++) {
            if (maskBytes + reading.rememberedBytes() > memoryBytes / 4) {
                return;
            }
            if (grammar.consumes(state) && grammar.width(state) < WIDE) {
                locals.computeIfAbsent(state, this::local);
            }
        }
    }

    /** States of the grammar whose tokens were found. */
    synchronized int found() {
        return locals.size();
    }

    BitSet ends() {
        return trie.ends();
    }

    boolean isEnd(int token) {
        return trie.ends().get(token);
    }

    /** Where a token leads; a dead state if it may not come. */
    synchronized MatchState next(MatchState from, int token) {
        MatchState state = from;
        short[] symbols = trie.symbols(token);
        if (symbols.length == 0) {
            return new MatchState(new Place[0], false, false);
        }
        for (int i = 0; i < symbols.length && !state.dead(); i++) {
            state = reading.next(state, symbols[i]);
        }
        return state;
    }

    /** Tokens that may come next; not to be changed. */
    synchronized BitSet allowed(MatchState state) {
        if (state.mask == null) {
            if (maskBytes + reading.rememberedBytes() > memoryBytes) {
                locals.clear();
                reading.forget();
                maskBytes = 0;
            }
            state.mask = find(state);
        }
        return state.mask;
    }

    private BitSet find(MatchState state) {
        BitSet all = new BitSet(trie.vocabulary());
        for (Place place : state.places) {
            if (Frame.depth(place.stack()) + grammar.need(place.state()) > LOCAL_DEPTH_MAX) {
                collect(reading.only(place), 0, all);
                continue;
            }
            LocalMask local = locals.computeIfAbsent(place.state(), this::local);
            all.or(local.accepted());
            if (local.exits().length > 0 && place.stack() != null) {
                MatchState outside = reading.behind(place.stack());
                for (int exit : local.exits()) {
                    collect(outside, exit, all);
                }
            }
        }
        if (state.ends) {
            all.or(trie.ends());
        }
        maskBytes += all.size() / 8;
        return all;
    }

    private LocalMask local(int state) {
        BitSet accepted = new BitSet(trie.vocabulary());
        int[] exits = new int[16];
        int count = 0;
        path[0] = reading.from(state);
        int end = trie.behind(0);
        int node = 1;
        while (node < end) {
            MatchState at = reading.next(path[trie.depth(node) - 1], trie.symbol(node));
            if (at.left || at.consumes()) {
                trie.collect(node, accepted);
            }
            if (at.left && trie.behind(node) > node + 1) {
                exits = count == exits.length ? Arrays.copyOf(exits, 2 * count) : exits;
                exits[count++] = node;
            }
            path[trie.depth(node)] = at;
            node = at.consumes() ? node + 1 : trie.behind(node);
        }
        maskBytes += accepted.size() / 8 + 4L * count;
        return new LocalMask(accepted, Arrays.copyOf(exits, count));
    }

    /** Adds the tokens below a node whose rest can be read from a state. */
    private void collect(MatchState from, int top, BitSet out) {
        int base = trie.depth(top);
        path[base] = from;
        int end = trie.behind(top);
        int node = top + 1;
        while (node < end) {
            MatchState at = reading.next(path[trie.depth(node) - 1], trie.symbol(node));
            if (!at.dead()) {
                trie.collect(node, out);
            }
            path[trie.depth(node)] = at;
            node = at.consumes() ? node + 1 : trie.behind(node);
        }
    }
}
