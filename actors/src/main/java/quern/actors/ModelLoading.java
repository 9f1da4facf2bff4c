package quern.actors;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import quern.actors.engine.EngineParts;
import quern.actors.engine.Machine;
import quern.actors.models.ModelStore;
import quern.actors.serving.AdapterShelf;
import quern.config.ApplianceConfig;

/**
 * The model that is served from the start, on its way, and the machine it runs on; begun before there are actors: its
 * seconds and theirs pass together.
 */
public final class ModelLoading implements AutoCloseable {

    /** Name of the part that is not ready meanwhile. */
    static final String PART = "model";

    /** Each piece of work gets a thread of its own. */
    static final Executor THREAD =
            work -> Thread.ofPlatform().daemon().name("quern-load").start(work);

    private final ApplianceConfig config;
    private final Stores stores;
    private final Readiness readiness = new Readiness();
    private final CompletableFuture<Machine> machine;
    private final CompletableFuture<EngineParts> parts;
    private volatile long nanos;

    private ModelLoading(ApplianceConfig config, Stores stores) {
        this.config = config;
        this.stores = stores;
        readiness.block(PART, "the model is loading");
        this.machine = CompletableFuture.supplyAsync(() -> Machine.open(config, stores.directory()), THREAD);
        this.parts = machine.thenApply(this::load);
    }

    /** @param stores stay open until this is closed */
    public static ModelLoading begin(ApplianceConfig config, Stores stores) {
        return new ModelLoading(config, stores);
    }

    /** The model, and beside it every adapter that was served before. */
    private EngineParts load(Machine on) {
        var imported = new ModelStore(stores.directory().root(), stores.catalogue(), config.start());
        imported.sweep();
        long began = System.nanoTime();
        EngineParts loaded = EngineParts.load(
                config, on, imported::at, reason -> readiness.block(PART, reason), THREAD);
        loaded.model().adapters().share(on.adapters());
        new AdapterShelf(loaded.model(), stores).restore();
        nanos = System.nanoTime() - began;
        return loaded;
    }

    Readiness readiness() {
        return readiness;
    }

    /** How long loading took. */
    long nanos() {
        return nanos;
    }

    /** What is loaded; closed with this. */
    CompletionStage<EngineParts> parts() {
        return parts.minimalCompletionStage();
    }

    /** Waits for the end of it, then frees what was loaded and ends the machine's threads. No engine may run. */
    @Override
    public void close() {
        close(parts);
        close(machine);
    }

    private static void close(CompletableFuture<? extends AutoCloseable> opened) {
        AutoCloseable found = opened.handle((done, failure) -> done).join();
        if (found != null) {
            try {
                found.close();
            } catch (RuntimeException failure) {
                throw failure;
            } catch (Exception failure) {
                throw new IllegalStateException(failure);
            }
        }
    }
}
