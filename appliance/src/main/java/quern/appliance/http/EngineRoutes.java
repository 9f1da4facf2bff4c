package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import quern.actors.House;
import quern.inference.engine.EngineStats;
import quern.inference.engine.StepProfile;

/** What the engine does at the moment, and what its steps were measured to take: {@code /v1/engine}. */
public final class EngineRoutes {

    private static final double NANOS_PER_MS = 1e6;

    private final House house;

    public EngineRoutes(House house) {
        this.house = house;
    }

    public List<Route> routes() {
        return List.of(Route.of(
                "GET", "/v1/engine", Access.KEY, call -> CompletableFuture.completedStage(Json.ok(json()))));
    }

    private ObjectNode json() {
        ObjectNode node = Json.object().put("object", "engine");
        house.board().stats().ifPresent(stats -> show(stats, node));
        house.running().ifPresent(running -> {
            var config = running.parts().config().engine();
            node.put("sequences_max", config.sequencesMax()).put("queue_max", config.queueMax());
            node.put("step_target_ms", config.stepTarget().toMillis());
            ArrayNode profile = node.putArray("step_profile");
            for (StepProfile.Point point : running.parts().preparation().profile().points()) {
                profile.addObject().put("rows", point.rows()).put("ms", point.nanos() / NANOS_PER_MS);
            }
        });
        return node;
    }

    private static void show(EngineStats stats, ObjectNode node) {
        node.put("running", stats.running()).put("loading", stats.loading()).put("waiting", stats.waiting());
        node.put("blocks_total", stats.blocksTotal()).put("blocks_available", stats.blocksAvailable());
        node.put("prompt_step_tokens", stats.promptStepTokens());
        node.put("steps", stats.steps()).put("prompt_tokens", stats.promptTokens())
                .put("completion_tokens", stats.completionTokens());
        node.put("prefix_hit_tokens", stats.prefixHitTokens()).put("forked_tokens", stats.forkedTokens());
        node.put("preemptions", stats.preemptions()).put("restored_tokens", stats.restoredTokens())
                .put("recomputed_tokens", stats.recomputedTokens()).put("kept_bytes", stats.keptBytes());
        node.put("expirations", stats.expirations());
    }
}
