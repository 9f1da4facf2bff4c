package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Optional;
import quern.actors.House;
import quern.actors.fleet.ModelStatus;
import quern.actors.fleet.ModelStatus.State;

/** What is told of models that are loaded, or could be. */
public final class ModelStates {

    private ModelStates() {}

    /** For health: what is loaded, and how much of the memory for models it takes. */
    public static void add(ObjectNode node, House house) {
        node.put("memory_bytes", memoryBytes(house)).put("memory_max_bytes", house.fleet().budgetBytes())
                .put("loaded_max", house.config().models().loadedMax());
        var loaded = node.putArray("loaded");
        house.all().forEach(running -> loaded.add(running.name()));
    }

    /** Of all models that are loaded or being loaded. */
    public static long memoryBytes(House house) {
        return house.running().map(running -> running.parts().memoryBytes()).orElse(0L) + house.fleet().bytes();
    }

    /** Adds {@code state}, {@code progress} and the like of what is served from the start. */
    static ObjectNode addStanding(ObjectNode node, House.Running running) {
        return node.put("state", "loaded").put("bytes", running.parts().memoryBytes());
    }

    /** The same of another model. @param bytes that it would take */
    static ObjectNode add(ObjectNode node, Optional<ModelStatus> known, long bytes) {
        State state = known.map(ModelStatus::state).orElse(State.AVAILABLE);
        node.put("state", state.name().toLowerCase(Locale.ROOT))
                .put("bytes", known.map(ModelStatus::bytes).orElse(bytes));
        known.ifPresent(status -> {
            status.progress(System.nanoTime())
                    .ifPresent(share -> node.put("progress", Math.round(share * 100) / 100.0));
            if (!status.stage().isEmpty()) {
                node.put(state == State.FAILED ? "reason" : "stage", status.stage());
            }
            status.untilMs().ifPresent(until -> node.put(
                    state == State.FAILED ? "retry_at" : "expires_at", until / 1000));
        });
        return node;
    }
}
