package quern.appliance.http;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import quern.actors.Caller;
import quern.actors.House;
import quern.actors.RecordText;
import quern.actors.tuning.RoundsSpec;
import quern.actors.tuning.TuningSpec;
import quern.kv.journal.JobKind;
import quern.kv.journal.Ownership;
import quern.kv.journal.TombstoneRecord;

/** Tuning in rounds, each on what the model answered wrong in the one before: {@code /v1/fine_tuning/rounds}. */
public final class RoundsRoutes {

    private static final int ROUNDS_MAX = 100;
    private static final int PAIRS_MAX = 1_000_000;

    private final JobDesk desk;
    private final FineTuningRoutes tunings;
    private final GateMaterial material;

    public RoundsRoutes(JobDesk desk, House house, FineTuningRoutes tunings) {
        this.desk = desk;
        this.tunings = tunings;
        this.material = new GateMaterial(desk, house);
    }

    public List<Route> routes() {
        return List.of(Route.of("POST", "/v1/fine_tuning/rounds", Access.KEY, this::create));
    }

    private record Order(RoundsSpec spec, Ownership ownership) {}

    private CompletionStage<HttpResponse> create(Call call) {
        return call.json().thenCompose(fields -> {
            int rounds = fields.integer("rounds", 1, ROUNDS_MAX).orElseThrow(() -> fields.missing("rounds"));
            int pairs = fields.integer("pairs", 1, PAIRS_MAX).orElse(200);
            Optional<String> practice = fields.text("practice");
            TuningSpec tuning = tunings.spec(fields, call.caller());
            return tunings.checked(call.caller(), tuning).thenCompose(checked -> desk.read(() -> {
                String asked = practice(practice, tuning, fields);
                Ownership source = practised(asked, call.caller());
                return new Order(new RoundsSpec(tuning, rounds, pairs, asked, call.caller().admin()),
                        Ownership.union(call.caller().keyId(), List.of(checked.source(), source)));
            })).thenCompose(order -> desk.submit(JobKind.ROUNDS, RecordText.write(order.spec), order.ownership))
                    .thenApply(job -> Json.ok(JobRoutes.json(job)));
        });
    }

    /** What is asked in each round: the dataset itself where nothing else is named. */
    private String practice(Optional<String> named, TuningSpec tuning, Fields fields) {
        return named.orElseGet(() -> TombstoneRecord.dataset(desk.catalogue(), tuning.trainingId())
                .map(dataset -> tuning.trainingId())
                .orElseThrow(() -> fields.invalid("practice", "is to name a file of checks, since 'training_file' is no"
                        + " dataset whose samples could be asked")));
    }

    private Ownership practised(String id, Caller caller) {
        return material.checks("practice", id, caller);
    }
}
