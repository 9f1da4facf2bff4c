package quern.gpu.vector;

import quern.gpu.kernel.AttentionRule;
import quern.gpu.kernel.KvRows;
import quern.gpu.tensor.Rows;
import quern.gpu.vector.AttentionPlan.Task;

/**
 * One call of attention: its tasks, each for one KV head at a time and on any thread, and the merging of what they
 * leave. A tile's keys, then its values, are read once as floats and used by all rows of the task and all query heads
 * that share the KV head.
 */
final class VectorAttention {

    private static final int SECTION = AttentionRule.SECTION_TOKENS;

    private final Rows queries;
    private final Rows out;
    private final KvRows kv;
    private final int layer;
    private final AttentionRule rule;
    private final int group;
    private final int size;
    private final int stride;
    private final AttentionPlan plan;
    private final AttentionStates states;

    /**
     * @param group query heads per KV head
     * @param states room for the plan's states of all heads
     */
    VectorAttention(
            Rows queries, int group, AttentionRule rule, KvRows kv, int layer, Rows out, AttentionPlan plan,
            AttentionStates states) {
        this.queries = queries;
        this.out = out;
        this.kv = kv;
        this.layer = layer;
        this.rule = rule;
        this.group = group;
        this.size = kv.layout().headSize();
        this.stride = KvTiles.valueStrideOf(kv.layout());
        this.plan = plan;
        this.states = states;
    }

    private int statesAt(int kvHead, int state) {
        return (kvHead * plan.states() + state) * group;
    }

    void run(Task task, int kvHead, AttentionScratch scratch) {
        scratch.ensure(task.rows().length, group);
        boolean whole = task.state() < 0;
        AttentionStates into = whole ? scratch.states : states;
        int base = whole ? 0 : statesAt(kvHead, task.state());
        boolean goesOn = whole && plan.statesOf(task.rows()[0]) != null;
        if (goesOn) {
            merge(plan.statesOf(task.rows()[0]), kvHead, scratch.states, 0);
        }
        for (int section = task.from(); section <= task.to(); section++) {
            choose(task, section, scratch);
            scores(section, kvHead, scratch);
            weights(scratch);
            values(section, kvHead, scratch);
            for (int i = 0; i < scratch.chosen; i++) {
                boolean first = !goesOn && section == Math.max(task.from(), plan.first(scratch.rows[i]));
                int to = base + scratch.places[i] * group;
                for (int head = 0; head < group; head++) {
                    if (first) {
                        into.copy(to + head, scratch.section, i * group + head);
                    } else {
                        into.append(to + head, scratch.section, i * group + head);
                    }
                }
            }
        }
        for (int i = 0; i < task.rows().length && whole; i++) {
            write(into, i * group, task.rows()[i], kvHead);
        }
    }

    /** Merges and writes a row that several tasks have worked on. */
    void finish(int row, int kvHead, AttentionScratch scratch) {
        scratch.ensure(1, group);
        merge(plan.statesOf(row), kvHead, scratch.states, 0);
        write(scratch.states, 0, row, kvHead);
    }

    /** The states of a row's tasks, in order. */
    private void merge(int[] parts, int kvHead, AttentionStates into, int to) {
        for (int head = 0; head < group; head++) {
            into.copy(to + head, states, statesAt(kvHead, parts[0]) + head);
        }
        for (int i = 1; i < parts.length; i++) {
            for (int head = 0; head < group; head++) {
                into.append(to + head, states, statesAt(kvHead, parts[i]) + head);
            }
        }
    }

    private void write(AttentionStates from, int pair, int row, int kvHead) {
        for (int head = 0; head < group; head++) {
            from.write(pair + head, out.values(), out.at(row) + (kvHead * group + head) * size, size);
        }
    }

    /** The rows that see something of the section, and what they see of it. */
    private void choose(Task task, int section, AttentionScratch s) {
        s.chosen = 0;
        s.begin = SECTION;
        s.end = 0;
        for (int i = 0; i < task.rows().length; i++) {
            int row = task.rows()[i];
            int first = Math.max(0, rule.firstOf(kv.positions()[row]) - section * SECTION);
            int end = Math.min(SECTION, kv.positions()[row] + 1 - section * SECTION);
            if (first < end) {
                s.rows[s.chosen] = row;
                s.places[s.chosen] = i;
                for (int head = 0; head < group; head++) {
                    s.firsts[s.chosen * group + head] = first;
                    s.ends[s.chosen * group + head] = end;
                }
                s.chosen++;
                s.begin = Math.min(s.begin, first);
                s.end = Math.max(s.end, end);
            }
        }
    }

    private void scores(int section, int kvHead, AttentionScratch s) {
        int pairs = s.chosen * group;
        for (int i = 0; i < s.chosen; i++) {
            int from = queries.at(s.rows[i]) + kvHead * group * size;
            System.arraycopy(queries.values(), from, s.queries, i * group * size, group * size);
        }
        s.clear(pairs);
        int tokens = s.tiles.tokens();
        for (int tile = s.begin / tokens * tokens; tile < s.end; tile += tokens) {
            int end = Math.min(tokens, s.end - tile);
            int from = section * SECTION + tile;
            s.tiles.readKeys(kv.blocks()[s.rows[0]], from, from + end, layer, kvHead);
            for (int pair = 0; pair < pairs; pair += 8) {
                int used = Math.min(end, s.endOf(pair, pairs) - tile);
                if (used > 0) {
                    AttentionTiles.rows(pairs - pair, s.queries, pair * size, size, s.tiles.floats(), 0, tokens, size,
                            s.scores, pair * SECTION + tile, SECTION, Math.ceilDiv(used, 16) * 16);
                }
            }
        }
    }

    private void weights(AttentionScratch s) {
        for (int pair = 0; pair < s.chosen * group; pair++) {
            int from = pair * SECTION;
            float largest = AttentionTiles.softmax(s.scores, from, s.firsts[pair], s.ends[pair], rule);
            int begin = s.firsts[pair] / 16 * 16;
            int count = Math.ceilDiv(s.ends[pair] - begin, 16) * 16;
            s.section.set(pair, largest, Lanes.sum(s.scores, from + begin, count));
        }
    }

    private void values(int section, int kvHead, AttentionScratch s) {
        int tokens = s.tiles.tokens();
        for (int tile = s.begin / tokens * tokens; tile < s.end; tile += tokens) {
            int end = Math.min(tile + tokens, s.end);
            int from = section * SECTION + tile;
            s.tiles.readValues(kv.blocks()[s.rows[0]], from, section * SECTION + end, layer, kvHead);
            for (int pair = 0; pair < s.chosen * group; pair += 8) {
                addValues(pair, Math.min(8, s.chosen * group - pair), tile, end, s);
            }
        }
    }

    /*
     * A position that a row does not see must not take part even with weight 0: its value may be infinite or not a
     * number. So the rows take together what all of them see, and what is before and after it one by one.
     */
    private void addValues(int pair, int rows, int tile, int tileEnd, AttentionScratch s) {
        int first = tile;
        int end = tileEnd;
        for (int i = pair; i < pair + rows; i++) {
            first = Math.max(first, s.firsts[i]);
            end = Math.min(end, s.ends[i]);
        }
        end = Math.max(first, end);
        float[] v = s.tiles.floats();
        float[] sums = s.section.values();
        for (int i = pair; i < pair + rows; i++) {
            int from = Math.max(tile, s.firsts[i]);
            int to = Math.min(first, Math.min(tileEnd, s.ends[i]));
            if (from < to) {
                AttentionTiles.row(s.scores, i * SECTION + from, v, (from - tile) * stride, stride, to - from, sums,
                        i * stride, stride);
            }
        }
        if (first < end) {
            AttentionTiles.rows(rows, s.scores, pair * SECTION + first, SECTION, v, (first - tile) * stride, stride,
                    end - first, sums, pair * stride, stride, stride);
        }
        for (int i = pair; i < pair + rows; i++) {
            int from = Math.max(end, s.firsts[i]);
            int to = Math.min(tileEnd, s.ends[i]);
            if (from < to) {
                AttentionTiles.row(s.scores, i * SECTION + from, v, (from - tile) * stride, stride, to - from, sums,
                        i * stride, stride);
            }
        }
    }
}
