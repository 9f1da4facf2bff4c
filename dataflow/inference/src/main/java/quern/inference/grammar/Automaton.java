package quern.inference.grammar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A deterministic automaton of one rule; state 0 is the start. Deterministic in symbols and in each rule called, but a
 * state may have both.
 *
 * @param edges of each state: lowest symbol, highest symbol, target, ascending
 * @param calls of each state: rule, target
 * @param ends states in which the rule may be over
 */
record Automaton(int[][] edges, int[][] calls, boolean[] ends) {

    private static final int[] NONE = {};

    int size() {
        return ends.length;
    }

    static Automaton of(Part part, GrammarBudget budget) {
        Nfa nfa = new Nfa(budget);
        part.add(nfa, Nfa.START, Nfa.END);
        return new SubsetConstruction(nfa, budget).run();
    }

    /** Where a symbol leads, -1 for nowhere. */
    int target(int state, int symbol) {
        return target(edges[state], symbol);
    }

    static int target(int[] row, int symbol) {
        for (int i = 0; i < row.length; i += 3) {
            if (symbol < row[i]) {
                return -1;
            }
            if (symbol <= row[i + 1]) {
                return row[i + 2];
            }
        }
        return -1;
    }

    /** This automaton's texts as a part of another rule. */
    Part part() {
        return (nfa, from, to) -> {
            int[] states = new int[size()];
            for (int s = 0; s < states.length; s++) {
                states[s] = nfa.state();
            }
            nfa.empty(from, states[0]);
            for (int s = 0; s < states.length; s++) {
                for (int i = 0; i < edges[s].length; i += 3) {
                    nfa.symbols(states[s], edges[s][i], edges[s][i + 1], states[edges[s][i + 2]]);
                }
                if (ends[s]) {
                    nfa.empty(states[s], to);
                }
            }
        };
    }

    /** Texts of both; neither may have calls. */
    Automaton and(Automaton other, GrammarBudget budget) {
        return product(other, false, budget);
    }

    /** Texts of this that are not the other's; neither may have calls. */
    Automaton minus(Automaton other, GrammarBudget budget) {
        return product(other, true, budget);
    }

    /** Whether there is no text at all. */
    boolean isEmpty() {
        for (boolean end : ends) {
            if (end) {
                return false;
            }
        }
        return true;
    }

    private Automaton product(Automaton other, boolean without, GrammarBudget budget) {
        Map<Long, Integer> ids = new HashMap<>();
        List<long[]> pairs = new ArrayList<>();
        List<int[]> rows = new ArrayList<>();
        pairs.add(new long[] {0, 0});
        ids.put(key(0, 0), 0);
        for (int at = 0; at < pairs.size(); at++) {
            int left = (int) pairs.get(at)[0];
            int right = (int) pairs.get(at)[1];
            int[] rightRow = right < 0 ? NONE : other.edges[right];
            List<int[]> row = new ArrayList<>();
            for (int i = 0; i < edges[left].length; i += 3) {
                split(edges[left], i, rightRow, row);
            }
            int[] flat = new int[3 * row.size()];
            int count = 0;
            for (int[] piece : row) {
                if (!without && piece[3] < 0) {
                    continue;
                }
                budget.steps(4);
                int id = ids.computeIfAbsent(key(piece[2], piece[3]), unknown -> {
                    budget.state();
                    pairs.add(new long[] {piece[2], piece[3]});
                    return pairs.size() - 1;
                });
                flat[count++] = piece[0];
                flat[count++] = piece[1];
                flat[count++] = id;
            }
            rows.add(Arrays.copyOf(flat, count));
        }
        boolean[] over = new boolean[pairs.size()];
        for (int i = 0; i < over.length; i++) {
            boolean otherEnds = pairs.get(i)[1] >= 0 && other.ends[(int) pairs.get(i)[1]];
            over[i] = ends[(int) pairs.get(i)[0]] && otherEnds != without;
        }
        return trimmed(rows.toArray(int[][]::new), over);
    }

    /** Adds (lowest, highest, own target, other's target or -1) for every stretch of one edge. */
    private static void split(int[] own, int edge, int[] other, List<int[]> out) {
        int at = own[edge];
        for (int i = 0; i < other.length && at <= own[edge + 1]; i += 3) {
            if (other[i + 1] < at) {
                continue;
            }
            int from = Math.max(at, other[i]);
            int to = Math.min(own[edge + 1], other[i + 1]);
            if (from > own[edge + 1]) {
                break;
            }
            if (at < from) {
                out.add(new int[] {at, from - 1, own[edge + 2], -1});
            }
            out.add(new int[] {from, to, own[edge + 2], other[i + 2]});
            at = to + 1;
        }
        if (at <= own[edge + 1]) {
            out.add(new int[] {at, own[edge + 1], own[edge + 2], -1});
        }
    }

    private static long key(int left, int right) {
        return (long) left << 32 | right & 0xffffffffL;
    }

    /** Without edges to states from which no end can be reached. */
    private static Automaton trimmed(int[][] rows, boolean[] over) {
        List<List<Integer>> sources = new ArrayList<>();
        for (int s = 0; s < rows.length; s++) {
            sources.add(new ArrayList<>());
        }
        for (int s = 0; s < rows.length; s++) {
            for (int i = 2; i < rows[s].length; i += 3) {
                sources.get(rows[s][i]).add(s);
            }
        }
        boolean[] useful = over.clone();
        ArrayDeque<Integer> open = new ArrayDeque<>();
        for (int s = 0; s < over.length; s++) {
            if (over[s]) {
                open.add(s);
            }
        }
        while (!open.isEmpty()) {
            for (int source : sources.get(open.remove())) {
                if (!useful[source]) {
                    useful[source] = true;
                    open.add(source);
                }
            }
        }
        int[][] kept = new int[rows.length][];
        int[][] calls = new int[rows.length][];
        for (int s = 0; s < rows.length; s++) {
            int count = 0;
            int[] row = new int[rows[s].length];
            for (int i = 0; i < row.length; i += 3) {
                if (useful[rows[s][i + 2]]) {
                    System.arraycopy(rows[s], i, row, count, 3);
                    count += 3;
                }
            }
            kept[s] = Arrays.copyOf(row, count);
            calls[s] = NONE;
        }
        return new Automaton(kept, calls, over);
    }
}
