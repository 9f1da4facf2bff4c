package quern.appliance;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import quern.actors.Guardian;
import quern.actors.House;
import quern.actors.access.KeyRing;
import quern.actors.curation.ServedEngine;
import quern.appliance.http.Access;
import quern.appliance.http.AdapterFileRoutes;
import quern.appliance.http.AdapterRoutes;
import quern.appliance.http.AliasRoutes;
import quern.appliance.http.BatchAnswers;
import quern.appliance.http.BatchRoutes;
import quern.appliance.http.CacheRoutes;
import quern.appliance.http.CurationModelRoutes;
import quern.appliance.http.CurationRoutes;
import quern.appliance.http.DatasetRoutes;
import quern.appliance.http.DocumentRoutes;
import quern.appliance.http.EmbeddingRoutes;
import quern.appliance.http.EngineRoutes;
import quern.appliance.http.ErasureRoutes;
import quern.appliance.http.EvaluationRoutes;
import quern.appliance.http.FileRoutes;
import quern.appliance.http.FineTuningRoutes;
import quern.appliance.http.GenerationRoutes;
import quern.appliance.http.HealthRoutes;
import quern.appliance.http.ImportedModelRoutes;
import quern.appliance.http.JobDesk;
import quern.appliance.http.JobRoutes;
import quern.appliance.http.Json;
import quern.appliance.http.KeyRoutes;
import quern.appliance.http.LineageRoutes;
import quern.appliance.http.MergeRoutes;
import quern.appliance.http.ModelRoutes;
import quern.appliance.http.ModelStates;
import quern.appliance.http.PipelineRoutes;
import quern.appliance.http.QuarantineRoutes;
import quern.appliance.http.Route;
import quern.appliance.http.RouteTable;
import quern.appliance.http.RoundsRoutes;

/** Every route of the appliance, bound to its actors and stores. */
final class Routes {

    private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final House house;
    private final Guardian.Residents residents;
    private final ActorSystem<?> system;
    private final KeyRing keys;
    private final Metrics metrics;
    private final JobKinds jobs;

    Routes(House house, Guardian.Residents residents, ActorSystem<?> system, KeyRing keys, Metrics metrics,
            JobKinds jobs) {
        this.house = house;
        this.residents = residents;
        this.system = system;
        this.keys = keys;
        this.metrics = metrics;
        this.jobs = jobs;
    }

    RouteTable table() {
        var directory = house.stores().directory();
        JobDesk desk = new JobDesk(house.stores().catalogue(), house.stores().quarantine(), residents.jobs(),
                system.dispatchers().lookup(DispatcherSelector.fromConfig("quern-io")), system.scheduler());
        List<Route> routes = new ArrayList<>();
        routes.addAll(new HealthRoutes(house.readiness(), Appliance.version(), this::health).routes());
        routes.add(Route.of("GET", "/metrics", Access.KEY,
                call -> CompletableFuture.completedStage(Json.text(METRICS_TYPE, metrics.scrape()))));
        Duration loadWait = house.config().models().loadWait();
        var generation = new GenerationRoutes(system, residents.router(), house.config().engine(), loadWait,
                house.config().grammar().toolsMax(), house.config().http().unreadTokensMax());
        var embeddings = new EmbeddingRoutes(system, residents.router(), house.config().engine(), loadWait);
        var served = new ServedEngine(house, residents.router(), system);
        jobs.askWith(served);
        jobs.answerWith(new BatchAnswers(generation, embeddings));
        routes.addAll(generation.routes());
        routes.addAll(embeddings.routes());
        routes.addAll(new EngineRoutes(house).routes());
        routes.addAll(new ModelRoutes(house, desk).routes());
        routes.addAll(new ImportedModelRoutes(house, desk).routes());
        routes.addAll(new KeyRoutes(keys, desk).routes());
        routes.addAll(new CacheRoutes(house, keys, desk, generation).routes());
        routes.addAll(new JobRoutes(desk).routes());
        routes.addAll(new FileRoutes(desk, jobs.files(), house.config().http().uploadMax().bytes()).routes());
        routes.addAll(new BatchRoutes(desk, jobs.files()).routes());
        var erasures = new ErasureRoutes(desk, house, jobs.erasures());
        jobs.erasures().open(residents.ingestor(), residents.jobs(), system);
        routes.addAll(new DocumentRoutes(desk, house.stores(), residents.ingestor(), jobs.reader(),
                house.config().http().uploadMax().bytes(), erasures).routes());
        routes.addAll(erasures.routes());
        routes.addAll(new QuarantineRoutes(desk, house.stores(),
                house.config().ingest().documentsMax()).routes());
        routes.addAll(new CurationRoutes(
                desk, house.stores().documents(), jobs::recipes, house.config().curation()).routes());
        routes.addAll(new CurationModelRoutes(served, house.config()).routes());
        var tunings = new FineTuningRoutes(desk, house);
        routes.addAll(tunings.routes());
        routes.addAll(new RoundsRoutes(desk, house, tunings).routes());
        var aliases = new AliasRoutes(desk, house);
        routes.addAll(aliases.routes());
        routes.addAll(new EvaluationRoutes(desk, house).routes());
        routes.addAll(new PipelineRoutes(desk, house, aliases).routes());
        var adapters = new AdapterRoutes(desk, house);
        routes.addAll(new MergeRoutes(desk, house, adapters).routes());
        routes.addAll(adapters.routes());
        routes.addAll(new AdapterFileRoutes(adapters, aliases, desk, house, jobs.files(),
                house.config().http().uploadMax().bytes()).routes());
        routes.addAll(new DatasetRoutes(desk, directory).routes());
        routes.addAll(new LineageRoutes(desk, directory,
                () -> house.running().map(running -> running.parts().model().tokenizer())).routes());
        return new RouteTable(routes);
    }

    private ObjectNode health() {
        ObjectNode node = Json.object();
        VaultReport.add(node.putObject("encryption"), house.stores().directory().vault().status());
        Warnings.of(house.stores().catalogue(), house.stores().quarantine()).forEach(node.putArray("warnings")::add);
        house.running().ifPresent(running -> {
            var parts = running.parts();
            node.put("model", parts.servedId());
            node.put("fingerprint", parts.generates()
                    ? parts.model().fingerprint() : parts.encoderPart().orElseThrow().encoder().fingerprint());
            parts.encoderPart().ifPresent(part -> node.put("embedding_model", part.id()));
            node.put("backend", parts.choice().backend().description());
            KernelReport.add(node.putObject("kernels"), parts.choice().backend(), house.config());
            parts.model().streamed().ifPresent(weights -> node.putObject("weights")
                    .put("layers", weights.layers()).put("layers_in_memory", weights.residentLayers())
                    .put("read_for_each_step_bytes", weights.streamedBytes()));
            var refusals = node.putArray("refusals");
            parts.choice().refusals().forEach(refusal -> refusals.addObject()
                    .put("backend", refusal.name()).put("reason", refusal.reason()));
            var tiers = node.putArray("tiers");
            parts.tiers().reports().forEach(tiers::add);
        });
        ModelStates.add(node.putObject("models"), house);
        return node;
    }
}
