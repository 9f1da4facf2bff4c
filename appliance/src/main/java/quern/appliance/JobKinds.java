package quern.appliance;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import quern.actors.House;
import quern.actors.curation.CatalogueSources;
import quern.actors.curation.CurationWork;
import quern.actors.files.FileStore;
import quern.actors.jobs.JobStarter;
import quern.actors.jobs.SteppedJob;
import quern.actors.tuning.TuningJob;
import quern.appliance.http.BatchAnswers;
import quern.appliance.http.BatchJobs;
import quern.curation.RecipeCompiler;
import quern.curation.library.BuiltInOperators;
import quern.ingest.reader.DocumentReader;
import quern.ingest.reader.ReadLimits;
import quern.kv.journal.JobKind;

/** What runs the jobs of each kind. Made before the actors; what only exists after them is handed in later. */
final class JobKinds {

    private final House house;
    private final FileStore files;
    private final DocumentReader reader;
    private final RecipeCompiler recipes = new RecipeCompiler(new BuiltInOperators());
    private final CompletableFuture<BatchAnswers> requests = new CompletableFuture<>();

    JobKinds(House house) {
        this.house = house;
        this.reader = new DocumentReader(ReadLimits.of(house.config().ingest()));
        this.files = new FileStore(
                house.stores().directory(), house.stores().catalogue(), System::currentTimeMillis);
    }

    DocumentReader reader() {
        return reader;
    }

    RecipeCompiler recipes() {
        return recipes;
    }

    FileStore files() {
        return files;
    }

    /** Lets batches that wait for it begin. */
    void answerWith(BatchAnswers answers) {
        requests.complete(answers);
    }

    Map<JobKind, JobStarter> starters() {
        var starters = new EnumMap<JobKind, JobStarter>(JobKind.class);
        int linesMax = house.config().jobs().batchRequestsMax();
        starters.put(JobKind.BATCH, SteppedJob.starter((job, system) -> BatchJobs.open(
                job, requests.join(), files, house.stores().directory(), linesMax)));
        var stores = house.stores();
        starters.put(JobKind.CURATE, SteppedJob.starter(CurationWork.opening(
                stores.directory(), house.config().curation(), recipes,
                new CatalogueSources(stores, reader), System::currentTimeMillis)));
        starters.put(JobKind.TUNE, TuningJob.starter(house));
        return starters;
    }
}
