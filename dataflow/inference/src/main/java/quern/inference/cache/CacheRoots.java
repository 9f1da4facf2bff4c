package quern.inference.cache;

import java.util.ArrayList;
import java.util.List;
import quern.kv.BlockKey;

/**
 * Where the keys of one engine's blocks begin.
 *
 * @param model fingerprint of the base weights
 * @param arithmetic everything besides model, adapter and layout that the bits depend on
 */
public record CacheRoots(String model, String layout, String arithmetic) {

    /** What all blocks of a tenant computed with one adapter name as their root, whatever their salt. */
    public BlockKey root(String adapterFingerprint, String tenant) {
        return new BlockKey.Root(model, adapterFingerprint, layout, arithmetic, tenant).key();
    }

    /** Keys of the full blocks of a prompt, in order. */
    public List<BlockKey> keys(String adapterFingerprint, CacheTerms terms, int[] tokens, int blockTokens) {
        List<BlockKey> keys = new ArrayList<>();
        BlockKey key = root(adapterFingerprint, terms.tenant()).salted(terms.salt());
        for (int end = blockTokens; end <= tokens.length; end += blockTokens) {
            key = key.child(tokens, end - blockTokens, end);
            keys.add(key);
        }
        return keys;
    }
}
