package quern.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which texts may be written: rules over symbols that call each other, as one pushdown automaton. A symbol is a byte,
 * or from {@link #MARKER} on one of the model's control tokens that the grammar asks for.
 *
 * <p>Guided generation by automata: Willard and Louf, arXiv 2307.09702; with a stack: Dong et al., XGrammar,
 * arXiv 2411.15100. Immutable, for any thread.
 */
public final class Grammar {

    /** Symbol of the first control token that a grammar may ask for. */
    public static final int MARKER = 256;
    /** Symbols there are. */
    static final int SYMBOLS = MARKER + 4;
    /** Rules that may be open at once; beyond it nothing is allowed that would need more. */
    static final int DEPTH_MAX = 256;
    /** Of them those that one value must need at the least. */
    private static final int DEPTH_NEEDED_MAX = 96;
    private static final int NEVER = Integer.MAX_VALUE / 2;

    private final int root;
    private final int[] starts;
    private final int[][] edges;
    private final int[][] calls;
    private final boolean[] ends;
    private final int[] needs;

    private Grammar(int root, int[] starts, int[][] edges, int[][] calls, boolean[] ends) {
        this.root = root;
        this.starts = starts;
        this.edges = edges;
        this.calls = calls;
        this.ends = ends;
        this.needs = new int[ends.length];
    }

    /** Any JSON object. */
    public static Grammar jsonObject(GrammarLimits limits) {
        GrammarBuilder builder = new GrammarBuilder(limits.statesMax());
        return builder.build(builder.object());
    }

    /**
     * JSON documents of a schema.
     *
     * @param schema an object or a boolean
     * @param at what the schema's place is called in a refusal
     * @param limits what it may cost
     * @throws GrammarException naming the place and the keyword if it is malformed, unsupported, has no document or is
     *     too large
     */
    public static Grammar ofSchema(JsonNode schema, String at, GrammarLimits limits) {
        GrammarBuilder builder = new GrammarBuilder(limits.statesMax());
        return builder.build(new SchemaCompiler(builder, schema, at, limits).root());
    }

    /**
     * Texts that match a regular expression as a whole.
     *
     * @throws GrammarException if it is malformed, unsupported, has no text or is too large
     */
    public static Grammar ofPattern(String pattern, String at, GrammarLimits limits) {
        GrammarBuilder builder = new GrammarBuilder(limits.statesMax());
        return builder.build(builder.add(at, RegularExpression.whole(pattern, Spelling.PLAIN, at)));
    }

    /** Whether a text is one of the grammar's. Takes time in proportion to its length, whatever the pattern was. */
    public boolean matches(String text) {
        Reading reading = new Reading(this);
        MatchState state = reading.start();
        for (byte symbol : text.getBytes(StandardCharsets.UTF_8)) {
            state = reading.next(state, symbol & 0xff);
            if (state.dead()) {
                return false;
            }
        }
        return state.ends;
    }

    static Grammar link(List<Automaton> rules, List<String> places, int root, GrammarBudget budget) {
        int[] starts = new int[rules.size()];
        int size = 0;
        for (int r = 0; r < starts.length; r++) {
            starts[r] = size;
            size += rules.get(r).size();
        }
        int[][] edges = new int[size][];
        int[][] calls = new int[size][];
        boolean[] ends = new boolean[size];
        for (int r = 0; r < starts.length; r++) {
            Automaton rule = rules.get(r);
            for (int s = 0; s < rule.size(); s++) {
                int[] row = rule.edges()[s].clone();
                for (int i = 2; i < row.length; i += 3) {
                    row[i] += starts[r];
                }
                int[] called = rule.calls()[s].clone();
                for (int i = 1; i < called.length; i += 2) {
                    called[i] += starts[r];
                }
                edges[starts[r] + s] = row;
                calls[starts[r] + s] = called;
                ends[starts[r] + s] = rule.ends()[s];
            }
        }
        Grammar grammar = new Grammar(root, starts, edges, calls, ends);
        budget.at(places.get(root));
        grammar.measure(budget);
        grammar.check(places);
        return grammar;
    }

    /* The least number of rules that must be open to finish from a state; targets mostly have higher numbers. */
    private void measure(GrammarBudget budget) {
        Arrays.fill(needs, NEVER);
        boolean changed = true;
        for (boolean down = true; changed; down = !down) {
            budget.steps(1 + needs.length / 8);
            changed = false;
            for (int i = 0; i < needs.length; i++) {
                changed |= lessen(down ? needs.length - 1 - i : i);
            }
        }
    }

    private boolean lessen(int state) {
        int need = ends[state] ? 0 : NEVER;
        for (int i = 2; i < edges[state].length; i += 3) {
            need = Math.min(need, needs[edges[state][i]]);
        }
        for (int i = 0; i < calls[state].length; i += 2) {
            need = Math.min(need, needOfCall(calls[state][i], calls[state][i + 1]));
        }
        boolean less = need < needs[state];
        needs[state] = Math.min(need, needs[state]);
        return less;
    }

    /** The least number of rules open while calling one and finishing behind it. */
    int needOfCall(int rule, int behind) {
        return Math.max(1 + needs[starts[rule]], needs[behind]);
    }

    private void check(List<String> places) {
        for (int r = 0; r < starts.length; r++) {
            if (needs[starts[r]] >= NEVER) {
                throw new GrammarException(places.get(r), "has no value that ends: a contradiction, or a reference"
                        + " cycle without a way out");
            }
        }
        if (needs[starts[root]] > DEPTH_NEEDED_MAX) {
            throw new GrammarException(
                    places.get(root), "too large: its smallest value is nested deeper than " + DEPTH_NEEDED_MAX);
        }
        List<List<Integer>> left = new ArrayList<>();
        for (int r = 0; r < starts.length; r++) {
            left.add(leftCalls(r));
        }
        int[] marks = new int[starts.length];
        for (int r = 0; r < starts.length; r++) {
            refuseCycle(r, left, marks, places);
        }
    }

    /** Rules that a rule may call before it consumes anything. */
    private List<Integer> leftCalls(int rule) {
        List<Integer> called = new ArrayList<>();
        List<Integer> open = new ArrayList<>(List.of(starts[rule]));
        for (int at = 0; at < open.size(); at++) {
            int[] row = calls[open.get(at)];
            for (int i = 0; i < row.length; i += 2) {
                called.add(row[i]);
                if (ends[starts[row[i]]] && !open.contains(row[i + 1])) {
                    open.add(row[i + 1]);
                }
            }
        }
        return called;
    }

    /* Depth first with its own stack: marks are 0 unseen, 1 open, 2 done. */
    private static void refuseCycle(int from, List<List<Integer>> left, int[] marks, List<String> places) {
        List<int[]> path = new ArrayList<>();
        if (marks[from] == 0) {
            path.add(new int[] {from, 0});
            marks[from] = 1;
        }
        while (!path.isEmpty()) {
            int[] top = path.getLast();
            List<Integer> called = left.get(top[0]);
            if (top[1] == called.size()) {
                marks[top[0]] = 2;
                path.removeLast();
                continue;
            }
            int next = called.get(top[1]++);
            if (marks[next] == 1) {
                throw new GrammarException(
                        places.get(next), "reference cycle: it refers to itself with nothing between");
            }
            if (marks[next] == 0) {
                marks[next] = 1;
                path.add(new int[] {next, 0});
            }
        }
    }

    /** States of all rules together. */
    public int size() {
        return ends.length;
    }

    int start() {
        return starts[root];
    }

    int startOf(int rule) {
        return starts[rule];
    }

    /** Of a state: rule, state behind it, and so on. */
    int[] calls(int state) {
        return calls[state];
    }

    boolean ends(int state) {
        return ends[state];
    }

    /** Whether a state consumes symbols itself. */
    boolean consumes(int state) {
        return edges[state].length > 0;
    }

    /** How many symbols a state consumes itself. */
    int width(int state) {
        int width = 0;
        for (int i = 0; i < edges[state].length; i += 3) {
            width += edges[state][i + 1] - edges[state][i] + 1;
        }
        return width;
    }

    int target(int state, int symbol) {
        return Automaton.target(edges[state], symbol);
    }

    /** The least number of rules that must be open to finish the state's rule; see {@link #DEPTH_MAX}. */
    int need(int state) {
        return needs[state];
    }
}
