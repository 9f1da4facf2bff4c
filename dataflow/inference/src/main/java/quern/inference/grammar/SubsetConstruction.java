package quern.inference.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Rabin and Scott's subset construction, with calls of rules as further symbols. */
final class SubsetConstruction {

    /** A set of states as a key. */
    private record States(int[] sorted) {
        @Override
        public boolean equals(Object other) {
            return other instanceof States states && Arrays.equals(sorted, states.sorted);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(sorted);
        }
    }

    private final Nfa nfa;
    private final GrammarBudget budget;
    private final Map<States, Integer> ids = new HashMap<>();
    private final List<States> sets = new ArrayList<>();
    private final int[] seen;
    private int round;

    SubsetConstruction(Nfa nfa, GrammarBudget budget) {
        this.nfa = nfa;
        this.budget = budget;
        this.seen = new int[nfa.size()];
    }

    Automaton run() {
        List<int[]> edges = new ArrayList<>();
        List<int[]> calls = new ArrayList<>();
        id(new int[] {Nfa.START}, 1);
        for (int at = 0; at < sets.size(); at++) {
            int[] set = sets.get(at).sorted();
            List<int[]> symbols = new ArrayList<>();
            Map<Integer, List<Integer>> called = new TreeMap<>();
            for (int state : set) {
                for (int edge = nfa.first(state); edge >= 0; edge = nfa.after(edge)) {
                    if (nfa.low(edge) >= 0) {
                        symbols.add(new int[] {nfa.low(edge), nfa.high(edge), nfa.target(edge)});
                    } else if (nfa.low(edge) == Nfa.CALL) {
                        called.computeIfAbsent(nfa.high(edge), rule -> new ArrayList<>()).add(nfa.target(edge));
                    }
                }
            }
            budget.steps(set.length + symbols.size());
            edges.add(row(symbols));
            int[] callRow = new int[2 * called.size()];
            int count = 0;
            for (Map.Entry<Integer, List<Integer>> call : called.entrySet()) {
                int[] targets = call.getValue().stream().mapToInt(Integer::intValue).toArray();
                callRow[count++] = call.getKey();
                callRow[count++] = id(targets, targets.length);
            }
            calls.add(callRow);
        }
        boolean[] ends = new boolean[sets.size()];
        for (int s = 0; s < ends.length; s++) {
            ends[s] = Arrays.binarySearch(sets.get(s).sorted(), Nfa.END) >= 0;
        }
        return new Automaton(edges.toArray(int[][]::new), calls.toArray(int[][]::new), ends);
    }

    /* Between two neighbouring bounds every symbol leads to the same set. */
    private int[] row(List<int[]> symbols) {
        if (symbols.size() == 1) {
            int[] only = symbols.getFirst();
            return new int[] {only[0], only[1], id(new int[] {only[2]}, 1)};
        }
        int[] bounds = symbols.stream().flatMapToInt(edge -> java.util.stream.IntStream.of(edge[0], edge[1] + 1))
                .sorted().distinct().toArray();
        int[] row = new int[3 * bounds.length];
        int[] targets = new int[symbols.size()];
        int count = 0;
        for (int b = 0; b + 1 < bounds.length; b++) {
            int size = 0;
            for (int[] edge : symbols) {
                if (edge[0] <= bounds[b] && edge[1] >= bounds[b]) {
                    targets[size++] = edge[2];
                }
            }
            budget.steps(1 + symbols.size() / 4);
            if (size == 0) {
                continue;
            }
            int target = id(targets, size);
            if (count > 0 && row[count - 1] == target && row[count - 2] == bounds[b] - 1) {
                row[count - 2] = bounds[b + 1] - 1;
            } else {
                row[count++] = bounds[b];
                row[count++] = bounds[b + 1] - 1;
                row[count++] = target;
            }
        }
        return Arrays.copyOf(row, count);
    }

    /** The set's id, after everything is added that empty edges lead to. */
    private int id(int[] states, int size) {
        round++;
        int[] closed = new int[Math.max(8, 2 * size)];
        int count = 0;
        for (int i = 0; i < size; i++) {
            if (seen[states[i]] != round) {
                seen[states[i]] = round;
                closed[count++] = states[i];
            }
        }
        for (int i = 0; i < count; i++) {
            for (int edge = nfa.first(closed[i]); edge >= 0; edge = nfa.after(edge)) {
                int target = nfa.target(edge);
                if (nfa.low(edge) == Nfa.EMPTY && seen[target] != round) {
                    seen[target] = round;
                    if (count == closed.length) {
                        closed = Arrays.copyOf(closed, 2 * count);
                    }
                    closed[count++] = target;
                }
            }
        }
        budget.steps(2 * count);
        // A state with nothing but empty edges says nothing that the states behind it do not say.
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (closed[i] == Nfa.END || speaks(closed[i])) {
                closed[kept++] = closed[i];
            }
        }
        Arrays.sort(closed, 0, kept);
        States key = new States(Arrays.copyOf(closed, kept));
        return ids.computeIfAbsent(key, unknown -> {
            budget.state();
            sets.add(key);
            return sets.size() - 1;
        });
    }

    private boolean speaks(int state) {
        for (int edge = nfa.first(state); edge >= 0; edge = nfa.after(edge)) {
            if (nfa.low(edge) != Nfa.EMPTY) {
                return true;
            }
        }
        return false;
    }
}
