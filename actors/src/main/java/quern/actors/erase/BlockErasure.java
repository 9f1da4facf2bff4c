package quern.actors.erase;

import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import quern.actors.Caller;
import quern.actors.House;
import quern.actors.cache.PromptPins;
import quern.inference.cache.CacheRoots;
import quern.inference.tokenizer.Tokenizer;
import quern.kv.BlockHead;
import quern.kv.BlockKey;
import quern.kv.BlockPool.Tier;
import quern.kv.DataDirectory;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.Catalogue;
import quern.kv.journal.KeyRecord;
import quern.kv.journal.PinRecord;
import quern.kv.journal.RecordKind;

/**
 * Blocks of the cache that hold something of the document: those whose own text, with the end of what came before it,
 * shares a stretch with the document; what continues them; and all that an erased adapter computed. One too many costs
 * only its computation.
 */
final class BlockErasure {

    static final String BLOCKS = "blocks";
    static final String PINS = "pins";

    /** Tokens of the block before that a stretch may begin in; some characters take several. */
    private static final int TAIL_TOKENS = 48;

    private final House house;
    private final Catalogue catalogue;
    private final Shingles shingles;
    private final Set<String> erasedAdapters;
    /** What blocks chosen earlier began with: another that begins so and continues one that is gone goes too. */
    private final Set<Long> heads = new HashSet<>();

    /** @param erasedAdapters fingerprints */
    BlockErasure(House house, Shingles shingles, Set<String> erasedAdapters) {
        this.house = house;
        this.catalogue = house.stores().catalogue();
        this.shingles = shingles;
        this.erasedAdapters = erasedAdapters;
    }

    /** What a look at the tiers chose, without what continues it. */
    private record Chosen(Set<BlockKey> keys, Map<BlockKey, int[]> tails, Map<Tier, Integer> tiers) {}

    /** Blocks that would go, by tier, descendants not counted. */
    Map<Tier, Integer> count() {
        Map<Tier, Integer> counts = new EnumMap<>(Tier.class);
        Engines.each(house, running -> choose(running).tiers()
                .forEach((tier, count) -> counts.merge(tier, count, Integer::sum)));
        return counts;
    }

    private Chosen choose(House.Running running) {
        var tiers = running.parts().tiers();
        Map<BlockKey, int[]> tails = new HashMap<>();
        tiers.forEachHead(head -> tails.put(head.key(), tail(head.tokens())));
        Set<BlockKey> roots = roots(running);
        Set<BlockKey> chosen = new HashSet<>();
        Map<Tier, Integer> counts = new EnumMap<>(Tier.class);
        Tokenizer tokenizer = running.parts().model().tokenizer();
        tiers.forEachHead(head -> {
            if (isDoomed(head, tokenizer, tails, roots) && chosen.add(head.key())) {
                counts.merge(tiers.locate(head.key()), 1, Integer::sum);
            }
        });
        return new Chosen(chosen, tails, counts);
    }

    private static int[] tail(int[] tokens) {
        return Arrays.copyOfRange(tokens, Math.max(0, tokens.length - TAIL_TOKENS), tokens.length);
    }

    private boolean isDoomed(BlockHead head, Tokenizer tokenizer, Map<BlockKey, int[]> tails, Set<BlockKey> roots) {
        if (roots.contains(head.key().root())) {
            return true;
        }
        boolean orphan = head.key().depth() > 1 && !tails.containsKey(head.key().parent());
        if (orphan && heads.contains(head.key().head())) {
            return true;
        }
        int[] before = tails.getOrDefault(head.key().parent(), new int[0]);
        int[] tokens = Arrays.copyOf(before, before.length + head.tokens().length);
        System.arraycopy(head.tokens(), 0, tokens, before.length, head.tokens().length);
        try {
            return shingles.in(tokenizer.decode(tokens));
        } catch (IndexOutOfBoundsException | IllegalArgumentException otherWords) {
            return true;
        }
    }

    /** Where the blocks of erased adapters begin, of every tenant there ever was. */
    private Set<BlockKey> roots(House.Running running) {
        Set<BlockKey> roots = new HashSet<>();
        if (erasedAdapters.isEmpty()) {
            return roots;
        }
        Set<String> tenants = new HashSet<>(Set.of(Caller.LOCAL.tenant()));
        for (KeyRecord key : catalogue.all(RecordKind.KEY, KeyRecord.class)) {
            tenants.add(Caller.tenantOf(key.id(), Optional.empty()));
            tenants.add(Caller.tenantOf(key.id(), key.tenant()));
        }
        var parts = running.parts();
        var cache = new CacheRoots(parts.model().fingerprint(),
                parts.model().kvLayout(parts.config().kv()).toString(), parts.model().arithmetic());
        erasedAdapters.forEach(adapter -> tenants.forEach(tenant -> roots.add(cache.root(adapter, tenant))));
        return roots;
    }

    /** Purges them in every tier of every model. @return how many went in all tiers together */
    int purge(ErasureFacts facts) {
        int[] all = new int[1];
        Engines.each(house, running -> {
            Chosen chosen = choose(running);
            Set<BlockKey> roots = roots(running);
            Tokenizer tokenizer = running.parts().model().tokenizer();
            chosen.keys().forEach(key -> heads.add(key.head()));
            Map<Tier, Integer> purged = running.parts().tiers().purge(
                    head -> chosen.keys().contains(head.key()) || isDoomed(head, tokenizer, chosen.tails(), roots),
                    true);
            for (Map.Entry<Tier, Integer> tier : purged.entrySet()) {
                facts.count(BLOCKS, tier.getKey().name().toLowerCase(Locale.ROOT), tier.getValue());
                all[0] += tier.getValue();
            }
            unpin(running, chosen.keys(), facts);
        });
        return all[0];
    }

    private void unpin(House.Running running, Set<BlockKey> chosen, ErasureFacts facts) {
        Set<String> names = new HashSet<>();
        chosen.forEach(key -> names.add(key.toString()));
        List<PinRecord> gone = new PromptPins(catalogue, running.parts().tiers()).remove(pin ->
                erasedAdapters.contains(pin.adapterFingerprint()) || pin.keys().stream().anyMatch(names::contains));
        gone.forEach(pin -> facts.entry(PINS, pin.id()).put("owner", pin.ownership().ownerKeyId()));
    }

    /** Removes every block, where no model can be loaded that could read them. */
    static void removeAll(DataDirectory data) throws IOException {
        DataDirectory.removeTree(data.blocks());
    }
}
