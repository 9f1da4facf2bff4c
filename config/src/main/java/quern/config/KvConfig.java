package quern.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The KV cache and its tiers.
 *
 * @param blockTokens tokens of one block
 * @param hot arena, in memory
 * @param warm mapped slot file
 * @param warmDirectory where that is; absent: in the data directory
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
        int writeBehindBlocksMax,
        Optional<Path> warmDirectory) {

    public KvConfig {
        new Bounds()
                .within("blockTokens", blockTokens, 1, 1024)
                .within("hot", hot, "1MiB", "16TiB")
                .within("warm", warm, "1MiB", "64TiB")
                .within("cold", cold, "1MiB", "64TiB")
                .within("writeBehindBlocksMax", writeBehindBlocksMax, 0, 1 << 20)
                .enforce();
    }

    /** With the warm tier in the data directory. */
    public KvConfig(int blockTokens, ElementType type, DataSize hot, DataSize warm, DataSize cold,
            boolean warmEnabled, boolean coldEnabled, int writeBehindBlocksMax) {
        this(blockTokens, type, hot, warm, cold, warmEnabled, coldEnabled, writeBehindBlocksMax, Optional.empty());
    }

    /** Storage of keys and values. Q8_0: one byte an element, and a scale for each 32. */
    public enum ElementType { F16, F32, Q8_0 }
}
