package quern.config;

/**
 * @param checkpointSamples samples between two checkpoints of a run
 * @param shard size at which a new shard of the dataset begins
 * @param sampleMax largest sample; a larger one is dropped with that reason
 * @param recipeMax largest recipe
 * @param deduplicationMemory most memory one deduplicator may take for its signatures; a run that needs more fails and says so
 */
public record CurationConfig(
        int checkpointSamples, DataSize shard, DataSize sampleMax, DataSize recipeMax, DataSize deduplicationMemory) {}
