package quern.config;

/**
 * Adapters that are served, and how they are made smaller.
 *
 * @param memory of adapters' numbers, of all loaded models together; those used longest ago leave, and are read again
 *     when they are asked for
 * @param lossIncreaseMax by how much of itself held-out loss may grow when an adapter is compressed
 * @param compressionEpochs passes over its samples when a sparse candidate is trained further; 0: none is
 */
public record AdaptersConfig(DataSize memory, double lossIncreaseMax, int compressionEpochs) {

    public AdaptersConfig {
        new Bounds()
                .within("memory", memory, "64KiB", "64TiB")
                .within("lossIncreaseMax", lossIncreaseMax, 0, 100)
                .within("compressionEpochs", compressionEpochs, 0, 10_000)
                .enforce();
    }
}
