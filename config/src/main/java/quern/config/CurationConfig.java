package quern.config;

import java.time.Duration;

/**
 * @param checkpointSamples samples between two checkpoints of a run
 * @param shard size at which a new shard of the dataset begins
 * @param sampleMax largest sample; a larger one is dropped with that reason
 * @param recipeMax largest recipe
 * @param threads that work on samples at a time; 0: one for each core
 * @param deduplicationMemory most memory one deduplicator may take: what does not fit is sorted on disk. A selector
 *     that needs more fails and says so
 * @param generationParallel requests of one job that the served model answers at once
 * @param generationTimeout longest an answer may take, its turn included; then it counts as failed and is tried again
 * @param generationTokens longest answer in tokens where the recipe says nothing
 */
public record CurationConfig(
        int checkpointSamples, int threads, DataSize shard, DataSize sampleMax, DataSize recipeMax,
        DataSize deduplicationMemory, int generationParallel, Duration generationTimeout, int generationTokens) {

    public CurationConfig {
        new Bounds()
                .within("checkpointSamples", checkpointSamples, 1, 10_000_000)
                .within("threads", threads, 0, 1024)
                .within("shard", shard, "4KiB", "16GiB")
                .within("sampleMax", sampleMax, "1KiB", "1GiB")
                .within("deduplicationMemory", deduplicationMemory, "1MiB", "1TiB")
                .within("generationParallel", generationParallel, 1, 1024)
                .within("generationTimeout", generationTimeout, Duration.ofMillis(1), Duration.ofHours(24))
                .within("generationTokens", generationTokens, 1, 1 << 20)
                .enforce();
    }

    /** The same with other limits of an answer. */
    public CurationConfig withGeneration(Duration timeout, int parallel) {
        return new CurationConfig(checkpointSamples, threads, shard, sampleMax, recipeMax, deduplicationMemory,
                parallel, timeout, generationTokens);
    }
}
