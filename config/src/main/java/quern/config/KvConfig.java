package quern.config;

/**
 * The KV cache and its tiers.
 *
 * @param blockTokens tokens of one block
 * @param hot arena, in memory
 * @param warm mapped slot file
 * @param cold RocksDB
 * @param writeBehindBlocksMax sealed blocks that may wait for the lower tiers; more are skipped, and counted
 */
public record KvConfig(
        int blockTokens,
        ElementType type,
        DataSize hot,
        DataSize warm,
        DataSize cold,
        boolean warmEnabled,
        boolean coldEnabled,
        int writeBehindBlocksMax) {

    public KvConfig {
        new Bounds()
                .within("blockTokens", blockTokens, 1, 1024)
                .within("hot", hot, "1MiB", "16TiB")
                .within("warm", warm, "1MiB", "64TiB")
                .within("cold", cold, "1MiB", "64TiB")
                .within("writeBehindBlocksMax", writeBehindBlocksMax, 0, 1 << 20)
                .enforce();
    }

    /** Storage of keys and values. Q8_0: one byte an element, and a scale for each 32. */
    public enum ElementType { F16, F32, Q8_0 }
}
