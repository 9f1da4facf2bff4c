package quern.config;

import java.time.Duration;

/**
 * Models that are loaded when they are asked for, beside the one of {@code engine.model}, which stays.
 *
 * @param memory what the weights and arenas of all loaded models may take together; 0: what {@code weights.memory}
 *     leaves beside the process's own
 * @param loadedMax models loaded at once, the one of {@code engine.model} among them
 * @param keepAlive how long one stays that nobody uses, unless its last request said otherwise
 * @param loadWait how long a request waits for its model
 */
public record ModelsConfig(DataSize memory, int loadedMax, Duration keepAlive, Duration loadWait) {

    public ModelsConfig {
        new Bounds()
                .within("memory", memory, "0B", "64TiB")
                .within("loadedMax", loadedMax, 1, 1000)
                .within("keepAlive", keepAlive, Duration.ZERO, Duration.ofDays(3650))
                .within("loadWait", loadWait, Duration.ZERO, Duration.ofHours(1))
                .enforce();
    }
}
