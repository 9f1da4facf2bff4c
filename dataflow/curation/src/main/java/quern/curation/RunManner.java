package quern.curation;

/**
 * What a run writes beside what its recipe says.
 *
 * @param provenance whether each line of the result holds its document and place, under
 *     {@link DatasetManifest#PROVENANCE}; otherwise they go to a file of their own, {@link #LINEAGE}
 * @param whole whether the result is one file where the recipe does not say how large a shard is
 * @param tracing samples shown in {@code trace-<kind>-<operator>.jsonl}
 * @param earlier finds the datasets that deduplicators compare with
 * @param isAnalysis whether filters only measure and drop nothing; samples are then written only where the recipe keeps
 *     stats in the result
 */
public record RunManner(boolean provenance, boolean whole, RecipeFiles.Tracing tracing, DatasetLookup earlier,
        boolean isAnalysis) {

    /** As datasets of the catalogue are made. */
    public static final RunManner DATASET = new RunManner(true, false, RecipeFiles.Tracing.NONE);

    /** As an analysis goes. */
    public static final RunManner ANALYSIS = new RunManner(false, true, RecipeFiles.Tracing.NONE,
            DatasetLookup.DIRECTORIES, true);

    /** Stats of the kept samples, a line each where a sample has any. */
    public static final String STATS = "stats.jsonl";

    /** Filters drop what they would drop. */
    public RunManner(boolean provenance, boolean whole, RecipeFiles.Tracing tracing, DatasetLookup earlier) {
        this(provenance, whole, tracing, earlier, false);
    }

    /** Earlier datasets are named by their directories. */
    public RunManner(boolean provenance, boolean whole, RecipeFiles.Tracing tracing) {
        this(provenance, whole, tracing, DatasetLookup.DIRECTORIES);
    }

    /** The same, with another way to find earlier datasets. */
    public RunManner comparing(DatasetLookup with) {
        return new RunManner(provenance, whole, tracing, with);
    }

    /** A line for each kept sample, in order: its document and its place there. */
    public static final String LINEAGE = "lineage.jsonl";
}
