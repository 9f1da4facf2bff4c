package quern.appliance.http;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import quern.actors.Caller;
import quern.actors.RecordText;
import quern.actors.curation.CurationSpec;
import quern.config.CurationConfig;
import quern.curation.Pipeline;
import quern.curation.Recipe;
import quern.curation.RecipeCompiler;
import quern.curation.RecipeException;
import quern.ingest.DocumentJournal;
import quern.ingest.JournalCursor;
import quern.kv.journal.JobKind;
import quern.kv.journal.Ownership;
import quern.kv.journal.TombstoneRecord;

/** Recipes over documents and datasets: {@code /v1/curation/jobs}, {@code /v1/curation/check}. */
public final class CurationRoutes {

    private static final int DOCUMENTS_MAX = 1_000_000;

    private final JobDesk desk;
    private final DocumentJournal journal;
    private final Function<Caller, RecipeCompiler> compilers;
    private final CurationConfig config;

    public CurationRoutes(
            JobDesk desk, DocumentJournal journal, Function<Caller, RecipeCompiler> compilers, CurationConfig config) {
        this.desk = desk;
        this.journal = journal;
        this.compilers = compilers;
        this.config = config;
    }

    public List<Route> routes() {
        return List.of(
                Route.of("POST", "/v1/curation/jobs", Access.KEY, this::create),
                Route.of("POST", "/v1/curation/check", Access.KEY, this::check));
    }

    private CompletionStage<HttpResponse> create(Call call) {
        return call.json().thenCompose(fields -> {
            fields.accept("recipe", "name", "dataset", "documents", "labels");
            String recipe = fields.requiredText("recipe");
            Optional<String> dataset = fields.text("dataset");
            List<String> documents = fields.texts("documents", DOCUMENTS_MAX);
            if (dataset.isPresent() && !documents.isEmpty()) {
                throw ApiError.badField("documents", "'documents' and 'dataset' exclude each other");
            }
            List<String> labels = fields.texts("labels", 100);
            fields.refuseOthers();
            Optional<String> name = fields.text("name");
            Ownership owner = Ownership.of(call.caller().keyId(), Set.copyOf(labels));
            return desk.read(() -> {
                        compile(recipe, call.caller());
                        dataset.ifPresent(id -> requireDataset(call.caller(), id));
                        return new CurationSpec(recipe, name, dataset, documents, end(), call.caller().admin());
                    })
                    .thenCompose(spec -> desk.submit(JobKind.CURATE, RecordText.write(spec), owner))
                    .thenApply(job -> Json.ok(JobRoutes.json(job)));
        });
    }

    /** Where the journal ends now. */
    private long end() {
        JournalCursor cursor = journal.cursor(0);
        while (cursor.next() != null) {
            continue;
        }
        return cursor.position();
    }

    /** Everything that is wrong with a recipe, without running it. */
    private CompletionStage<HttpResponse> check(Call call) {
        return call.json().thenCompose(fields -> {
            fields.accept("recipe");
            String recipe = fields.requiredText("recipe");
            fields.refuseOthers();
            return desk.read(() -> {
                var pipeline = compile(recipe, call.caller());
                var body = Json.object().put("status", "ok");
                pipeline.recipe().steps().forEach(body.withArray("operators")::addPOJO);
                return Json.ok(Json.tree(body));
            });
        });
    }

    private Pipeline compile(String recipe, Caller caller) {
        try {
            return compilers.apply(caller).compile(Recipe.parse(recipe, config));
        } catch (RecipeException e) {
            throw ApiError.badField("recipe", "invalid_recipe", e.getMessage());
        }
    }

    private void requireDataset(Caller caller, String id) {
        TombstoneRecord.dataset(desk.catalogue(), id)
                .filter(found -> caller.sees(found.ownership().ownerKeyId()))
                .orElseThrow(() -> ApiError.notFound("dataset_not_found", "no dataset '" + id + "'"));
    }
}
