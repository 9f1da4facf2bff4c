package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import quern.actors.House;
import quern.inference.cache.TierRates;
import quern.kv.BlockPool.Tier;
import quern.kv.TierStack;
import quern.kv.TierStats;

/**
 * What {@code /v1/cache} says of the tiers: each loaded model's arena with its own loads and choices, and the tiers on
 * disk once for all of them.
 *
 * @param admin whether what others' requests did shows
 */
record CacheReport(boolean admin) {

    private static final double NANOS_PER_MS = 1e6;
    private static final List<Tier> DISK = List.of(Tier.WARM, Tier.COLD);

    /** The tiers as one model sees them, into {@code node}. */
    void model(House.Running running, ObjectNode node) {
        TierStack stack = running.parts().tiers();
        TierRates rates = running.board().rates();
        node.put("model", running.name()).put("block_tokens", running.parts().config().kv().blockTokens())
                .put("block_bytes", stack.blockBytes());
        ArrayNode tiers = node.putArray("tiers");
        stack.stats().forEach((tier, stats) -> loads(shared(tiers.addObject(), tier, stats), rates.rate(tier)));
        if (admin) {
            node.put("waiting_to_be_written", stack.pendingBlocks()).put("written_blocks", rates.written());
        }
        milliseconds(node, "write_ms", rates.writeNanos());
        stack.reports().forEach(node.putArray("reports")::add);
    }

    /** The same of one model among several: what is its own alone. */
    void own(House.Running running, ObjectNode node) {
        TierStack stack = running.parts().tiers();
        TierRates rates = running.board().rates();
        node.put("model", running.name()).put("block_bytes", stack.blockBytes());
        ArrayNode tiers = node.putArray("tiers");
        Map<Tier, TierStats> stats = stack.stats();
        shared(tiers.addObject(), Tier.HOT, stats.get(Tier.HOT));
        DISK.stream().filter(stats::containsKey).forEach(tier -> loads(
                tiers.addObject().put("tier", name(tier)), rates.rate(tier)));
        if (admin) {
            node.put("waiting_to_be_written", stack.pendingBlocks()).put("written_blocks", rates.written());
        }
        milliseconds(node, "write_ms", rates.writeNanos());
    }

    /** Of a tier what it holds, and what it did for whoever uses it. */
    ObjectNode shared(ObjectNode node, Tier tier, TierStats stats) {
        node.put("tier", name(tier)).put("capacity_bytes", stats.capacityBytes());
        if (admin) {
            node.put("blocks", stats.entries()).put("bytes", stats.bytes()).put("hits", stats.hits())
                    .put("misses", stats.misses()).put("evictions", stats.evictions())
                    .put("corruptions", stats.corruptions()).put("skipped", stats.skipped())
                    .put("pinned", stats.pinned()).put("foreign_bytes", stats.foreignBytes())
                    .put("promotions", stats.promotions());
        }
        return node;
    }

    private void loads(ObjectNode node, TierRates.Rate rate) {
        milliseconds(node, "load_ms", rate.loadNanos());
        if (admin) {
            node.put("loaded", rate.loads()).put("chosen_to_load", rate.chosenToLoad())
                    .put("chosen_to_compute", rate.chosenToCompute());
        }
    }

    private static String name(Tier tier) {
        return tier.name().toLowerCase(Locale.ROOT);
    }

    private static void milliseconds(ObjectNode node, String field, OptionalLong nanos) {
        nanos.ifPresentOrElse(value -> node.put(field, value / NANOS_PER_MS), () -> node.putNull(field));
    }
}
