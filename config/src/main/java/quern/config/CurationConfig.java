package quern.config;

/**
 * @param checkpointSamples samples between two checkpoints of a run
 * @param shard size at which a new shard of the dataset begins
 * @param sampleMax largest sample; a larger one is dropped with that reason
 * @param recipeMax largest recipe
 * @param threads that work on samples at a time; 0: one for each core
 * @param deduplicationMemory most memory one deduplicator may take for its signatures; a run that needs more fails and
 *     says so
 */
public record CurationConfig(
        int checkpointSamples, int threads, DataSize shard, DataSize sampleMax, DataSize recipeMax,
        DataSize deduplicationMemory) {

    public CurationConfig {
        new Bounds()
                .within("checkpointSamples", checkpointSamples, 1, 10_000_000)
                .within("threads", threads, 0, 1024)
                .within("shard", shard, "4KiB", "16GiB")
                .within("sampleMax", sampleMax, "1KiB", "1GiB")
                .within("deduplicationMemory", deduplicationMemory, "1MiB", "1TiB")
                .enforce();
    }
}
