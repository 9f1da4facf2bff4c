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
import quern.kv.WarmPlace;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.Catalogue;
import quern.kv.journal.KeyRecord;
import quern.kv.journal.PinRecord;
import quern.kv.journal.RecordKind;

/**
 * Blocks of the cache that hold something of the document: those whose own text, with the end of what came before it,
 * shares a stretch with the document; what continues them; all that an erased adapter computed; and what no model that
 * is loaded can read. One too many costs only its computation.
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
        house.each(running -> choose(running).tiers()
                .forEach((tier, count) -> counts.merge(tier, count, Integer::sum)));
        return counts;
    }

    private Chosen choose(House.Running running) {
        var tiers = running.parts().tiers();
        Map<BlockKey, int[]> tails = new HashMap<>();
        tiers.forEachHead(head -> tails.put(head.key(), tail(head.tokens())));
        Map<BlockKey, Tokenizer> roots = roots();
        Set<BlockKey> chosen = new HashSet<>();
        Map<Tier, Integer> counts = new EnumMap<>(Tier.class);
        tiers.forEachHead(head -> {
            if (isDoomed(head, tails, roots) && chosen.add(head.key())) {
                counts.merge(tiers.locate(head.key()), 1, Integer::sum);
            }
        });
        return new Chosen(chosen, tails, counts);
    }

    private static int[] tail(int[] tokens) {
        return Arrays.copyOfRange(tokens, Math.max(0, tokens.length - TAIL_TOKENS), tokens.length);
    }

    private boolean isDoomed(BlockHead head, Map<BlockKey, int[]> tails, Map<BlockKey, Tokenizer> roots) {
        Tokenizer tokenizer = roots.get(head.key().root());
        if (tokenizer == null) {
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

    /**
     * Where the blocks of loaded models and their adapters begin, of every tenant there ever was, and what reads their
     * tokens. What begins elsewhere, as the blocks of erased adapters and of models that are gone, cannot be read.
     */
    private Map<BlockKey, Tokenizer> roots() {
        Set<String> tenants = new HashSet<>(Set.of(Caller.LOCAL.tenant()));
        for (KeyRecord key : catalogue.all(RecordKind.KEY, KeyRecord.class)) {
            tenants.add(Caller.tenantOf(key.id(), Optional.empty()));
            tenants.add(Caller.tenantOf(key.id(), key.tenant()));
        }
        Set<String> adapters = new HashSet<>(Set.of(""));
        catalogue.all(RecordKind.ADAPTER, AdapterRecord.class).forEach(adapter -> adapters.add(adapter.fingerprint()));
        adapters.removeAll(erasedAdapters);
        Map<BlockKey, Tokenizer> roots = new HashMap<>();
        for (House.Running running : house.all()) {
            var parts = running.parts();
            var cache = new CacheRoots(parts.model().fingerprint(),
                    parts.model().kvLayout(parts.config().kv()).toString(), parts.model().arithmetic());
            adapters.forEach(adapter -> tenants.forEach(tenant ->
                    roots.put(cache.root(adapter, tenant), parts.model().tokenizer())));
        }
        return roots;
    }

    /** Purges them in every tier of every model. @return how many went in all tiers together */
    int purge(ErasureFacts facts) {
        int[] all = new int[1];
        house.each(running -> {
            Chosen chosen = choose(running);
            Map<BlockKey, Tokenizer> roots = roots();
            chosen.keys().forEach(key -> heads.add(key.head()));
            Map<Tier, Integer> purged = running.parts().tiers().purge(
                    head -> chosen.keys().contains(head.key()) || isDoomed(head, chosen.tails(), roots),
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
        WarmPlace.deleteOutside(data.blocks());
        DataDirectory.removeTree(data.blocks());
    }
}
