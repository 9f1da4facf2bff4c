package quern.inference.cache;

import quern.kv.BlockPool.Keeping;

/**
 * With whom a sequence shares cached blocks, and how long they are kept.
 *
 * @param tenant blocks are shared only among equal tenants
 * @param salt subdivides the tenant; empty: what it shares with all of its own
 * @param keeping whether the blocks may leave memory for the lower tiers
 */
public record CacheTerms(String tenant, String salt, Keeping keeping) {

    /** Shared with everybody of this tenant, and kept in every tier. */
    public static CacheTerms of(String tenant) {
        return new CacheTerms(tenant, "", Keeping.TIERS);
    }
}
