package quern.appliance.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import quern.actors.Caller;
import quern.actors.House;
import quern.actors.RecordText;
import quern.actors.models.AdapterExport;
import quern.actors.tuning.Ancestry;
import quern.actors.tuning.GateSpec;
import quern.actors.tuning.LeakSpec;
import quern.actors.tuning.MergeSpec;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.DatasetRecord;
import quern.kv.journal.FileRecord;
import quern.kv.journal.JobKind;
import quern.kv.journal.Ownership;
import quern.kv.journal.RecordKind;
import quern.kv.journal.TombstoneRecord;
import quern.tuning.merge.MergeSettings;

/** One adapter of several: {@code /v1/adapters/merge}, a job. */
public final class MergeRoutes {

    private static final int ADAPTERS_MAX = 32;

    private final JobDesk desk;
    private final House house;
    private final AdapterRoutes adapters;
    private final GateMaterial material;

    public MergeRoutes(JobDesk desk, House house, AdapterRoutes adapters) {
        this.desk = desk;
        this.house = house;
        this.adapters = adapters;
        this.material = new GateMaterial(desk, house);
    }

    public List<Route> routes() {
        return List.of(Route.of("POST", "/v1/adapters/merge", Access.KEY, this::merge));
    }

    private record Order(MergeSpec spec, Ownership ownership) {}

    private CompletionStage<HttpResponse> merge(Call call) {
        return call.json().thenCompose(fields -> {
            List<String> names = fields.texts("adapters", ADAPTERS_MAX);
            List<Double> weights = weights(fields, names.size());
            Optional<Double> drop = fields.number("dare", 1e-4, 0.9999);
            long seed = fields.whole("seed", 0, Integer.MAX_VALUE)
                    .orElseGet(() -> ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE));
            OptionalInt rank = fields.integer("rank", 1, MergeSettings.RANK_MAX);
            String name = AdapterName.of(fields, "name").orElseThrow(() -> fields.missing("name"));
            List<String> data = fields.texts("data", ADAPTERS_MAX);
            boolean allowTainted = fields.flag("allow_tainted", false);
            var gate = new MergeSpec.GateWishes(fields.number("gate_loss_margin", -1e6, 1e6),
                    fields.number("gate_span_score_min", 0, 1), fields.number("gate_general_loss_max", -1e6, 1e6),
                    new GateSpec.Wishes(fields.text("gate_checks"), fields.number("gate_checks_min", 0, 1),
                            fields.integer("gate_checks_lost_max", 0, 1 << 20).stream().boxed().findFirst(),
                            fields.text("gate_general"), call.caller().admin(), LeakSpec.NONE));
            fields.refuseOthers();
            if (names.size() < 2) {
                throw fields.invalid("adapters", "has " + names.size() + " names, expected at least 2");
            }
            return desk.read(() -> {
                List<AdapterRecord> parents = parents(names, call.caller(), allowTainted);
                List<String> ids = parents.stream().map(AdapterRecord::id).toList();
                List<String> measured = data.isEmpty() ? Ancestry.of(desk.catalogue(), ids).trainingIds() : data;
                if (measured.isEmpty()) {
                    throw fields.invalid("data", "is to name what to measure on: the adapters were tuned elsewhere");
                }
                MergeSpec spec = MergeSpec.of(ids, weights, drop, seed,
                        rank.stream().boxed().findFirst(), name, measured, allowTainted)
                        .with(gate, house.config().tuning());
                material.verify(spec.gate(), call.caller());
                List<Ownership> sources = new ArrayList<>(parents.stream().map(AdapterRecord::ownership).toList());
                measured.forEach(id -> sources.add(source(id, call.caller())));
                return new Order(spec, Ownership.union(call.caller().keyId(), sources));
            }).thenCompose(order -> desk.submit(JobKind.MERGE, RecordText.write(order.spec), order.ownership))
                    .thenApply(job -> Json.ok(JobRoutes.json(job)));
        });
    }

    /** Equal ones that add up to one, where none are given. */
    private static List<Double> weights(Fields fields, int count) {
        Optional<List<JsonNode>> given = fields.list("weights", ADAPTERS_MAX);
        List<Double> weights = new ArrayList<>();
        for (JsonNode weight : given.orElse(List.of())) {
            if (!weight.isNumber() || !(Math.abs(weight.doubleValue()) <= 100) || weight.doubleValue() == 0) {
                throw fields.invalid("weights", "has '" + weight.asText() + "', expected numbers from -100 to 100"
                        + " other than 0");
            }
            weights.add(weight.doubleValue());
        }
        if (given.isPresent() && weights.size() != count) {
            throw fields.invalid("weights", "has " + weights.size() + " numbers, expected one for each of "
                    + count + " adapters");
        }
        while (weights.size() < count) {
            weights.add(1.0 / count);
        }
        return weights;
    }

    private List<AdapterRecord> parents(List<String> names, Caller caller, boolean allowTainted) {
        List<AdapterRecord> parents = names.stream().map(name -> adapters.find(name, caller)).toList();
        AdapterRecord first = parents.getFirst();
        var seen = new HashSet<String>();
        var export = new AdapterExport(house.stores().directory(), desk.catalogue(), desk.taint());
        for (AdapterRecord parent : parents) {
            if (!seen.add(parent.id())) {
                throw ApiError.badField("adapters", "adapter '" + parent.id() + "' is named twice");
            }
            if (!parent.baseFingerprint().equals(first.baseFingerprint())) {
                throw ApiError.conflict("adapter '" + first.id() + "' belongs to base " + first.baseFingerprint()
                        + ", adapter '" + parent.id() + "' to base " + parent.baseFingerprint()
                        + "; only adapters of one base can be merged");
            }
            adapters.usable(parent.id(), caller);
            if (!allowTainted && export.isTainted(parent)) {
                throw ApiError.of(409, "tainted", "adapter '" + parent.id() + "' is tainted: it learnt from a document"
                        + " in quarantine, here or where it came from; 'allow_tainted' (--allow-tainted) uses it all"
                        + " the same");
            }
        }
        return parents;
    }

    private Ownership source(String id, Caller caller) {
        return TombstoneRecord.dataset(desk.catalogue(), id).map(DatasetRecord::ownership)
                .or(() -> desk.catalogue().get(RecordKind.FILE, id, FileRecord.class).map(FileRecord::ownership))
                .filter(caller::sees)
                .orElseThrow(() -> ApiError.badField("data", "file_not_found", "no file or dataset '" + id + "'"));
    }
}
