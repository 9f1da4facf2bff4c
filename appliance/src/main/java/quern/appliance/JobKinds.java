package quern.appliance;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import quern.actors.Caller;
import quern.actors.House;
import quern.actors.curation.CatalogueSources;
import quern.actors.curation.CurationWork;
import quern.actors.curation.FileTokenizers;
import quern.actors.curation.ServedEngine;
import quern.actors.curation.ServedText;
import quern.actors.erase.Erasures;
import quern.actors.files.FileStore;
import quern.actors.jobs.JobStarter;
import quern.actors.jobs.SteppedJob;
import quern.actors.tuning.CompressionWork;
import quern.actors.tuning.EvaluationWork;
import quern.actors.tuning.MergeWork;
import quern.actors.tuning.RoundsWork;
import quern.actors.tuning.TuningWork;
import quern.appliance.http.BatchAnswers;
import quern.appliance.http.BatchJobs;
import quern.curation.LanguageDetector;
import quern.curation.RecipeCompiler;
import quern.curation.deident.SecretKey;
import quern.curation.language.OpenNlpDetector;
import quern.curation.library.BuiltInOperators;
import quern.ingest.reader.DocumentReader;
import quern.ingest.reader.ReadLimits;
import quern.kv.journal.JobKind;

/** What runs the jobs of each kind. Made before the actors; what only exists after them is handed in later. */
final class JobKinds {

    private final House house;
    private final FileStore files;
    private final DocumentReader reader;
    private final LanguageDetector detector = new OpenNlpDetector();
    private final Erasures erasures;
    private final CompletableFuture<ServedEngine> engine = new CompletableFuture<>();
    private final CompletableFuture<BatchAnswers> requests = new CompletableFuture<>();

    JobKinds(House house) {
        this.house = house;
        this.reader = new DocumentReader(ReadLimits.of(house.config().ingest()));
        this.erasures = new Erasures(house, reader, this::recipes);
        this.files = new FileStore(
                house.stores().directory(), house.stores().catalogue(), System::currentTimeMillis);
    }

    DocumentReader reader() {
        return reader;
    }

    /** For recipes of this process's own user. */
    RecipeCompiler recipes() {
        return recipes(Caller.LOCAL);
    }

    /** For recipes that are checked and not run. @param caller whose models they may name */
    RecipeCompiler recipes(Caller caller) {
        return compiler(model(caller));
    }

    private ServedText model(Caller caller) {
        return new ServedText(engine, house.config().curation(), caller);
    }

    private RecipeCompiler compiler(ServedText model) {
        return new RecipeCompiler(new BuiltInOperators(model, model, detector, new FileTokenizers())
                .withSecret(() -> SecretKey.ofDirectory(house.stores().directory().root())));
    }

    FileStore files() {
        return files;
    }

    Erasures erasures() {
        return erasures;
    }

    /** Lets batches that wait for it begin. */
    void answerWith(BatchAnswers answers) {
        requests.complete(answers);
    }

    /** Lets operators that ask the model do so. */
    void askWith(ServedEngine served) {
        engine.complete(served);
    }

    Map<JobKind, JobStarter> starters() {
        var starters = new EnumMap<JobKind, JobStarter>(JobKind.class);
        int linesMax = house.config().jobs().batchRequestsMax();
        starters.put(JobKind.BATCH, SteppedJob.starter((job, system) -> BatchJobs.open(
                job, requests.join(), files, house.stores().directory(), linesMax)));
        var stores = house.stores();
        starters.put(JobKind.CURATE, SteppedJob.starter(CurationWork.opening(
                stores.directory(), house.config().curation(), this::model, this::compiler,
                new CatalogueSources(stores, reader), System::currentTimeMillis)));
        starters.put(JobKind.TUNE, TuningWork.starter(house, this::model));
        starters.put(JobKind.EVALUATE, EvaluationWork.starter(house, this::model));
        starters.put(JobKind.COMPRESS, CompressionWork.starter(house, this::model));
        starters.put(JobKind.MERGE, MergeWork.starter(house, this::model));
        starters.put(JobKind.ROUNDS, RoundsWork.starter(house));
        starters.put(JobKind.ERASE, erasures.starter());
        return starters;
    }
}
