package quern.inference.grammar;

import java.util.Arrays;

/** A nondeterministic automaton of one rule while it is built: edges of symbols, of calls to rules, and empty ones. */
final class Nfa {

    static final int START = 0;
    static final int END = 1;

    static final int EMPTY = -1;
    static final int CALL = -2;

    private final GrammarBudget budget;
    private int states;
    private int edges;
    private int[] head = new int[16];
    private int[] next = new int[16];
    private int[] low = new int[16];
    private int[] high = new int[16];
    private int[] target = new int[16];

    Nfa(GrammarBudget budget) {
        this.budget = budget;
        state();
        state();
    }

    int state() {
        budget.state();
        if (states == head.length) {
            head = Arrays.copyOf(head, 2 * states);
        }
        head[states] = -1;
        return states++;
    }

    int size() {
        return states;
    }

    void empty(int from, int to) {
        edge(from, EMPTY, 0, to);
    }

    void symbols(int from, int lowest, int highest, int to) {
        edge(from, lowest, highest, to);
    }

    void call(int from, int rule, int to) {
        edge(from, CALL, rule, to);
    }

    private void edge(int from, int lowest, int highest, int to) {
        if (edges == next.length) {
            next = Arrays.copyOf(next, 2 * edges);
            low = Arrays.copyOf(low, 2 * edges);
            high = Arrays.copyOf(high, 2 * edges);
            target = Arrays.copyOf(target, 2 * edges);
        }
        next[edges] = head[from];
        low[edges] = lowest;
        high[edges] = highest;
        target[edges] = to;
        head[from] = edges++;
    }

    /** First edge of a state, -1 if it has none. */
    int first(int state) {
        return head[state];
    }

    /** The edge after this one, -1 if there is none. */
    int after(int edge) {
        return next[edge];
    }

    /** Least symbol, or {@link #EMPTY} or {@link #CALL}. */
    int low(int edge) {
        return low[edge];
    }

    /** Greatest symbol, or the rule called. */
    int high(int edge) {
        return high[edge];
    }

    int target(int edge) {
        return target[edge];
    }
}
