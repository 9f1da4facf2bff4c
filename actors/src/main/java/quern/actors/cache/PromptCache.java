package quern.actors.cache;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import quern.actors.Caller;
import quern.actors.engine.EngineParts;
import quern.inference.cache.CacheRoots;
import quern.inference.cache.CacheTerms;
import quern.kv.BlockKey;
import quern.kv.BlockPool.Tier;
import quern.kv.TierStack;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.Catalogue;
import quern.kv.journal.RecordKind;

/**
 * The blocks of one engine's cache by whose they are. A block names the root of its chain, which is made of tenant,
 * adapter and model and cannot be read back; so what a tenant has is found by making its roots anew.
 */
public final class PromptCache {

    /** The base model's place among adapters. */
    private static final String NO_ADAPTER = "";

    private final EngineParts parts;
    private final Catalogue catalogue;
    private final CacheRoots roots;

    public PromptCache(EngineParts parts, Catalogue catalogue) {
        this.parts = parts;
        this.catalogue = catalogue;
        this.roots = new CacheRoots(parts.model().fingerprint(),
                parts.model().kvLayout(parts.config().kv()).toString(), parts.model().arithmetic());
    }

    public TierStack tiers() {
        return parts.tiers();
    }

    /** Tenants whose blocks the caller's requests and jobs leave behind. */
    public static Set<String> tenantsOf(Caller caller) {
        return new LinkedHashSet<>(
                List.of(caller.tenant(), Caller.tenantOf(caller.keyId(), Optional.empty())));
    }

    /** Fingerprint of what an adapter's blocks were computed with. @param id empty: the base model's */
    public Optional<String> fingerprint(String id) {
        return id.isEmpty() ? Optional.of(NO_ADAPTER)
                : catalogue.get(RecordKind.ADAPTER, id, AdapterRecord.class).map(AdapterRecord::fingerprint);
    }

    private Set<String> fingerprints() {
        Set<String> all = new HashSet<>(Set.of(NO_ADAPTER));
        catalogue.all(RecordKind.ADAPTER, AdapterRecord.class).forEach(adapter -> all.add(adapter.fingerprint()));
        var registry = parts.model().adapters();
        registry.names().forEach(name -> registry.find(name).ifPresent(found -> all.add(found.fingerprint())));
        return all;
    }

    /** Blocks of each of these tenants, in whatever tier, each counted once; tenants without any are left out. */
    public Map<String, Integer> blocks(Set<String> tenants) {
        Map<BlockKey, String> owners = new HashMap<>();
        Set<String> fingerprints = fingerprints();
        tenants.forEach(tenant -> fingerprints.forEach(
                adapter -> owners.put(roots.root(adapter, tenant), tenant)));
        Map<BlockKey, String> counted = new HashMap<>();
        tiers().forEachHead(head -> {
            String owner = owners.get(head.key().root());
            if (owner != null) {
                counted.put(head.key(), owner);
            }
        });
        Map<String, Integer> blocks = new TreeMap<>();
        counted.values().forEach(owner -> blocks.merge(owner, 1, Integer::sum));
        return blocks;
    }

    /**
     * Forgets blocks in all tiers.
     *
     * @param adapter fingerprint; absent: with any adapter and none
     * @param wipe whether the bytes they leave are overwritten, with everything unreadable and of other models
     * @return blocks dropped by tier
     */
    public Map<Tier, Integer> clear(Set<String> tenants, Optional<String> adapter, boolean wipe) {
        Set<String> adapters = adapter.map(Set::of).orElseGet(this::fingerprints);
        Set<BlockKey> doomed = new HashSet<>();
        tenants.forEach(tenant -> adapters.forEach(fingerprint -> doomed.add(roots.root(fingerprint, tenant))));
        return tiers().purge(head -> doomed.contains(head.key().root()), wipe);
    }

    /** Forgets everybody's blocks, as {@link #clear}. */
    public Map<Tier, Integer> clearAll(boolean wipe) {
        return tiers().purge(head -> true, wipe);
    }

    /** Keys of the full blocks of a prompt. @param adapter fingerprint */
    public List<String> keys(String adapter, CacheTerms terms, int[] tokens) {
        List<String> keys = new ArrayList<>();
        roots.keys(adapter, terms, tokens, parts.config().kv().blockTokens()).forEach(key -> keys.add(key.toString()));
        return keys;
    }
}
