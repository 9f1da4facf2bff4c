package quern.actors.curation;

import java.util.Optional;
import java.util.function.Supplier;
import quern.actors.RecordText;
import quern.config.CurationConfig;
import quern.curation.Recipe;
import quern.curation.RecipeCompiler;
import quern.curation.RecipeException;
import quern.curation.erase.Origin;
import quern.kv.journal.Catalogue;
import quern.kv.journal.DatasetRecord;
import quern.kv.journal.JobKind;
import quern.kv.journal.JobRecord;
import quern.kv.journal.RecordKind;

/** How datasets of the catalogue were made: by the job that made them, as long as it is known. Safe for any thread. */
public final class DatasetOrigins {

    private static final String TEXT_KEY = "text";

    private final Catalogue catalogue;
    private final CurationConfig config;
    private final Supplier<RecipeCompiler> compilers;
    private final CatalogueSources sources;

    public DatasetOrigins(Catalogue catalogue, CurationConfig config, Supplier<RecipeCompiler> compilers,
            CatalogueSources sources) {
        this.catalogue = catalogue;
        this.config = config;
        this.compilers = compilers;
        this.sources = sources;
    }

    /** Of a dataset; unknown with the reason where its samples cannot be made again. */
    public Origin of(DatasetRecord dataset) {
        Optional<JobRecord> job = catalogue.get(RecordKind.JOB, dataset.jobId(), JobRecord.class)
                .filter(found -> found.kind() == JobKind.CURATE);
        return job.map(this::of).orElseGet(() -> new Origin.Unknown(TEXT_KEY,
                "job " + dataset.jobId() + ", which made the dataset, is not known any more"));
    }

    private Origin of(JobRecord job) {
        CurationSpec spec = RecordText.read(job.specJson(), CurationSpec.class);
        Recipe recipe = Recipe.parse(spec.recipe(), config);
        try {
            return new Origin.Known(compilers.get().compile(recipe), config, sources.earlier(spec, job.ownership()),
                    ids -> sources.some(spec, job.ownership(), ids));
        } catch (RecipeException e) {
            return new Origin.Unknown(recipe.textKey(), "its recipe does not run any more: " + e.getMessage());
        }
    }
}
