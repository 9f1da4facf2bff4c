package quern.appliance.cli;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.slf4j.LoggerFactory;
import quern.appliance.Appliance;

/**
 * The actor system of a run over local files. Setting it up takes as long as reading options, configuration and recipe
 * does, so the two are done side by side.
 */
final class FileActors implements AutoCloseable {

    private static final Set<String> VERBS = Set.of("curate", "analyze");
    /** With these nothing is streamed, or by the actors of an appliance. */
    private static final Set<String> WITHOUT = Set.of("--dataset", "--check", "--dry-run", "--help", "-h");
    private static final Duration END_LIMIT = Duration.ofSeconds(10);

    private static CompletableFuture<ActorSystem<Void>> ahead;

    private final ActorSystem<Void> system;

    private FileActors(ActorSystem<Void> system) {
        this.system = system;
    }

    /** Begins to set actors up where a command line is going to want them. */
    static synchronized void begin(List<String> arguments) {
        boolean wanted = !arguments.isEmpty() && VERBS.contains(arguments.getFirst())
                && arguments.stream().noneMatch(WITHOUT::contains);
        if (wanted && ahead == null) {
            ahead = CompletableFuture.supplyAsync(FileActors::create,
                    task -> Thread.ofPlatform().daemon().name("quern-files-start").start(task));
        }
    }

    /** Those begun with, once; else others. */
    static FileActors open() {
        CompletableFuture<ActorSystem<Void>> begun = take();
        return new FileActors(begun == null ? create() : begun.join());
    }

    private static synchronized CompletableFuture<ActorSystem<Void>> take() {
        CompletableFuture<ActorSystem<Void>> begun = ahead;
        ahead = null;
        return begun;
    }

    private static ActorSystem<Void> create() {
        // Before the actors' threads, whose first messages would meet a log that is not set up.
        LoggerFactory.getILoggerFactory();
        return ActorSystem.create(Behaviors.empty(), "quern-files", Appliance.pekko());
    }

    ActorSystem<?> system() {
        return system;
    }

    @Override
    public void close() {
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().orTimeout(END_LIMIT.toSeconds(), TimeUnit.SECONDS)
                .exceptionally(late -> null).join();
    }
}
