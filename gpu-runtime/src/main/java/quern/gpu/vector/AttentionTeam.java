package quern.gpu.vector;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import quern.gpu.ComputeTeam;
import quern.gpu.kernel.AttentionRule;
import quern.gpu.kernel.KvLayout;
import quern.gpu.kernel.KvRows;
import quern.gpu.tensor.Rows;
import quern.gpu.vector.AttentionPlan.Task;

/** Attention spread over a compute team; keeps what it needs from call to call. One thread drives it at a time. */
final class AttentionTeam {

    /** Multiplications below which work is not worth another part. */
    private static final long PRODUCTS_PER_PART = 1 << 18;
    private static final int PARTS_PER_THREAD = 8;
    /** What merging an element costs, mostly for its way from the thread that left it. */
    private static final long PRODUCTS_PER_MERGED = 16;
    /** Floats of all states of a call. */
    private static final int STATES_MAX = 1 << 22;

    private final ComputeTeam team;
    private final Queue<AttentionScratch> idle = new ConcurrentLinkedQueue<>();
    private KvLayout layout;
    private AttentionStates states;

    AttentionTeam(ComputeTeam team) {
        this.team = team;
    }

    void run(Rows queries, int count, int headCount, AttentionRule rule, KvRows kv, int layer, Rows out) {
        if (!kv.layout().equals(layout)) {
            layout = kv.layout();
            idle.clear();
            states = new AttentionStates(KvTiles.valueStrideOf(layout));
        }
        int kvHeads = layout.kvHeads();
        int group = headCount / kvHeads;
        int statesMax = STATES_MAX / headCount / KvTiles.valueStrideOf(layout);
        AttentionPlan plan = AttentionPlan.of(kv, count, rule, group, statesMax, team.threads());
        states.ensure(Math.multiplyExact(plan.states(), headCount));
        var attention = new VectorAttention(queries, group, rule, kv, layer, out, plan, states);
        long products = products(kv, count, rule, queries.width());
        tasks(plan.tasks(), kvHeads, products, attention);
        tasks(plan.endings(), kvHeads, products, attention);
        int[] merged = IntStream.range(0, count).filter(plan::merges).toArray();
        if (merged.length > 0) {
            long moved = PRODUCTS_PER_MERGED * plan.states() * queries.width();
            split(merged.length * kvHeads, moved, (from, to) -> with(scratch -> {
                for (int part = from; part < to; part++) {
                    attention.finish(merged[part / kvHeads], part % kvHeads, scratch);
                }
            }));
        }
    }

    private void tasks(List<Task> tasks, int kvHeads, long products, VectorAttention attention) {
        split(tasks.size() * kvHeads, products, (from, to) -> with(scratch -> {
            for (int part = from; part < to; part++) {
                attention.run(tasks.get(part / kvHeads), part % kvHeads, scratch);
            }
        }));
    }

    private void with(Consumer<AttentionScratch> body) {
        AttentionScratch scratch = idle.poll();
        scratch = scratch == null ? new AttentionScratch(layout) : scratch;
        body.accept(scratch);
        idle.add(scratch);
    }

    private static long products(KvRows kv, int count, AttentionRule rule, int width) {
        long positions = 0;
        for (int t = 0; t < count; t++) {
            positions += kv.positions()[t] + 1 - rule.firstOf(kv.positions()[t]);
        }
        return 2 * positions * width;
    }

    private void split(int items, long products, ComputeTeam.Range body) {
        long worth = Math.min(products / PRODUCTS_PER_PART, (long) PARTS_PER_THREAD * team.threads());
        int parts = Math.clamp(worth, 1, Math.max(1, items));
        if (team.threads() == 1 || parts == 1) {
            team.run(items > 0 ? 1 : 0, ignored -> body.run(0, items));
            return;
        }
        team.run(parts, i -> body.run((int) ((long) items * i / parts), (int) ((long) items * (i + 1) / parts)));
    }
}
