package quern.gpu.vector;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import quern.gpu.kernel.AttentionRule;
import quern.gpu.kernel.KvRows;

/**
 * Who computes what of one call: tasks over sections of positions, each for rows that have the same blocks there, so
 * that the blocks are read once for all of them (Ye et al., ChunkAttention, arXiv 2402.15220; Juravsky et al.,
 * Hydragen, arXiv 2402.05099). A row whose sections lie in several tasks gets a state from each, to be merged in order.
 * How work is cut changes no bit of a result.
 */
final class AttentionPlan {

    private static final int SECTION = AttentionRule.SECTION_TOKENS;
    /** Rows of one sequence from which they are tasks of their own, each with all its sections. */
    private static final int LONG_RUN = 17;
    /** Rows times query heads of a task: its scores fit the second cache level beside keys and values. */
    private static final int PAIRS_MAX = 64;
    private static final int SHARED_PAIRS_MAX = 128;
    /** Rows of a KV head for each thread from which rows are not cut for the threads' sake. */
    private static final int ROWS_PER_THREAD = 4;

    /** How far sections that several rows share are cut into tasks; each needs less memory than the one before. */
    private enum Cut { EACH_SECTION, SHARED_BEGINNING_WHOLE, NOTHING_SHARED }

    /**
     * @param rows of the call, with the same blocks in these sections
     * @param from first section, {@code to} the last
     * @param state first of its states, one a row; -1 where the last sections of its rows are among these, so that it
     *     writes the result
     */
    record Task(int[] rows, int from, int to, int state) {}

    private final KvRows kv;
    private final AttentionRule rule;
    private final int group;
    /** Whether there are rows enough that one can be left to one thread. */
    private final boolean rowsWhole;
    private final List<Task> tasks = new ArrayList<>();
    private final List<Task> endings = new ArrayList<>();
    private final int[][] statesOfRows;
    /** Which rows have a task in {@link #endings}. */
    private final boolean[] ended;
    private int states;

    private AttentionPlan(KvRows kv, int count, AttentionRule rule, int group, boolean rowsWhole) {
        this.kv = kv;
        this.rule = rule;
        this.group = group;
        this.rowsWhole = rowsWhole;
        this.statesOfRows = new int[count][];
        this.ended = new boolean[count];
    }

    /**
     * @param group query heads of a KV head
     * @param statesMax states there may be
     * @param threads what tasks of all KV heads shall keep busy
     */
    static AttentionPlan of(KvRows kv, int count, AttentionRule rule, int group, int statesMax, int threads) {
        int kvHeads = kv.layout().kvHeads();
        boolean rowsWhole = (long) count * kvHeads >= (long) ROWS_PER_THREAD * threads;
        AttentionPlan plan = null;
        for (Cut cut : Cut.values()) {
            if (cut == Cut.EACH_SECTION && rowsWhole && kvHeads % threads == 0) {
                continue;
            }
            plan = new AttentionPlan(kv, count, rule, group, rowsWhole);
            plan.cut(count, cut);
            if (plan.states <= statesMax) {
                return plan;
            }
        }
        return plan;
    }

    List<Task> tasks() {
        return tasks;
    }

    /** Tasks that go on, each with one row, from the states that {@link #tasks} have left of it. */
    List<Task> endings() {
        return endings;
    }

    /** States that tasks leave behind, per query head. */
    int states() {
        return states;
    }

    /** The states of a row in order of their sections; null where its task finishes it. */
    int[] statesOf(int row) {
        return statesOfRows[row];
    }

    /** Whether a row's states are still to be merged when all tasks are done. */
    boolean merges(int row) {
        return statesOfRows[row] != null && !ended[row];
    }

    /** First section in which {@code row} sees a position. */
    int first(int row) {
        return rule.firstOf(kv.positions()[row]) / SECTION;
    }

    /** The section of the row's own position. */
    int last(int row) {
        return kv.positions()[row] / SECTION;
    }

    private void cut(int count, Cut cut) {
        int[] few = new int[count];
        int fewCount = 0;
        for (int from = 0, to; from < count; from = to) {
            to = from + 1;
            while (to < count && kv.blocks()[to] == kv.blocks()[from]) {
                to++;
            }
            if (to - from >= LONG_RUN) {
                longRun(from, to);
                continue;
            }
            for (int row = from; row < to; row++) {
                few[fewCount++] = row;
            }
        }
        few = Arrays.copyOf(few, fewCount);
        if (cut == Cut.NOTHING_SHARED) {
            for (int row : few) {
                add(new int[] {row}, first(row), last(row));
            }
        } else if (few.length > 0) {
            shared(few, Arrays.stream(few).map(this::first).min().getAsInt(), cut == Cut.SHARED_BEGINNING_WHOLE);
        }
    }

    /** The rows with most to do come first. */
    private void longRun(int from, int to) {
        int rowsEach = Math.max(1, PAIRS_MAX / group);
        for (int end = to; end > from; end -= rowsEach) {
            int begin = Math.max(from, end - rowsEach);
            int[] rows = new int[end - begin];
            int first = Integer.MAX_VALUE;
            int last = 0;
            for (int i = 0; i < rows.length; i++) {
                rows[i] = begin + i;
                first = Math.min(first, first(begin + i));
                last = Math.max(last, last(begin + i));
            }
            add(rows, first, last);
        }
    }

    /** Tasks for rows that have had the same blocks before {@code section}. */
    private void shared(int[] rows, int section, boolean beginningWhole) {
        int begin = section;
        for (int next = section; rows.length > 0; next++) {
            int now = next;
            if (rows.length == 1 && rowsWhole && !beginningWhole) {
                end(rows, next);
                return;
            }
            int[] remaining = rowsIn(rows, next, Integer.MAX_VALUE);
            List<int[]> sets = sets(remaining, next);
            if (beginningWhole && sets.size() != 1 && next > begin) {
                add(rows, begin, next - 1);
            }
            if (sets.size() > 1) {
                sets.forEach(set -> shared(set, now, false));
                return;
            }
            if (!beginningWhole && sets.size() == 1) {
                add(remaining, next, next);
            }
            rows = beginningWhole && !sets.isEmpty() ? rows : remaining;
        }
    }

    /** A row that is alone from {@code section} on. */
    private void end(int[] row, int section) {
        int from = Math.max(section, first(row[0]));
        if (from <= last(row[0])) {
            ended[row[0]] = statesOfRows[row[0]] != null;
            (ended[row[0]] ? endings : tasks).add(new Task(row, from, last(row[0]), -1));
        }
    }

    /** Rows that have the same blocks in {@code section}. */
    private List<int[]> sets(int[] rows, int section) {
        if (rows.length == 1) {
            return List.of(rows);
        }
        List<int[]> sets = new ArrayList<>();
        for (int row : rows) {
            int i = 0;
            while (i < sets.size() && !same(sets.get(i)[0], row, section)) {
                i++;
            }
            if (i == sets.size()) {
                sets.add(new int[] {row});
            } else {
                int[] set = Arrays.copyOf(sets.get(i), sets.get(i).length + 1);
                set[set.length - 1] = row;
                sets.set(i, set);
            }
        }
        return sets;
    }

    private boolean same(int one, int other, int section) {
        MemorySegment[] ones = kv.blocks()[one];
        MemorySegment[] others = kv.blocks()[other];
        if (ones == others) {
            return true;
        }
        int end = (section + 1) * SECTION;
        if (kv.positions()[one] < end - 1 || kv.positions()[other] < end - 1) {
            return false;
        }
        int blockTokens = kv.layout().blockTokens();
        for (int i = section * SECTION / blockTokens; i * blockTokens < end; i++) {
            if (ones[i] != others[i] && !ones[i].equals(others[i])) {
                return false;
            }
        }
        return true;
    }

    private void add(int[] rows, int from, int to) {
        int[] seeing = rowsIn(rows, from, to);
        int rowsEach = Math.max(1, SHARED_PAIRS_MAX / group);
        for (int at = 0; at < seeing.length; at += rowsEach) {
            int[] some = Arrays.copyOfRange(seeing, at, Math.min(seeing.length, at + rowsEach));
            boolean all = true;
            for (int row : some) {
                all &= first(row) >= from && last(row) <= to;
            }
            tasks.add(new Task(some, from, to, all ? -1 : states));
            for (int i = 0; i < some.length && !all; i++) {
                int[] before = statesOfRows[some[i]] == null ? new int[0] : statesOfRows[some[i]];
                statesOfRows[some[i]] = Arrays.copyOf(before, before.length + 1);
                statesOfRows[some[i]][before.length] = states++;
            }
        }
    }

    /** Those of {@code rows} that have sections among {@code from} to {@code to}. */
    private int[] rowsIn(int[] rows, int from, int to) {
        int[] some = new int[rows.length];
        int count = 0;
        for (int row : rows) {
            if (last(row) >= from && first(row) <= to) {
                some[count++] = row;
            }
        }
        return count == rows.length ? rows : Arrays.copyOf(some, count);
    }
}
