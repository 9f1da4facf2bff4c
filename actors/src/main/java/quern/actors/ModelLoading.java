package quern.actors;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import quern.actors.engine.EngineParts;
import quern.actors.models.ModelStore;
import quern.actors.serving.AdapterShelf;
import quern.config.ApplianceConfig;

/** The model on its way, begun before there are actors: its seconds and theirs pass together. */
public final class ModelLoading {

    /** Name of the part that is not ready meanwhile. */
    static final String PART = "model";

    private static final Executor THREAD =
            work -> Thread.ofPlatform().daemon().name("quern-load").start(work);

    private final ApplianceConfig config;
    private final Stores stores;
    private final Readiness readiness = new Readiness();
    private final CompletableFuture<EngineParts> parts;

    private ModelLoading(ApplianceConfig config, Stores stores) {
        this.config = config;
        this.stores = stores;
        readiness.block(PART, "the model is loading");
        this.parts = CompletableFuture.supplyAsync(this::load, THREAD);
    }

    /** @param stores stay open until the parts are closed, or {@link #abandon} has returned */
    public static ModelLoading begin(ApplianceConfig config, Stores stores) {
        return new ModelLoading(config, stores);
    }

    /** The model, and beside it every adapter that was served before. */
    private EngineParts load() {
        var imported = new ModelStore(stores.directory().root(), stores.catalogue(), config.start());
        imported.sweep();
        EngineParts loaded = EngineParts.load(
                config, stores.directory(), imported::at, reason -> readiness.block(PART, reason), THREAD);
        loaded.model().adapters().limit(config.adapters().memory().bytes());
        new AdapterShelf(loaded.model(), stores).restore();
        return loaded;
    }

    Readiness readiness() {
        return readiness;
    }

    /** What is loaded; whoever takes it closes it. */
    CompletionStage<EngineParts> parts() {
        return parts.minimalCompletionStage();
    }

    /** Waits for the end of it and closes what was loaded: for a process that does not get as far as its actors. */
    public void abandon() {
        parts.handle((loaded, failure) -> {
            if (loaded != null) {
                loaded.close();
            }
            return null;
        }).join();
    }
}
