package quern.actors.serving;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import quern.actors.engine.EngineActor;
import quern.actors.engine.EngineActor.EnqueueReply;
import quern.actors.engine.EngineListener;
import quern.inference.engine.EngineEvent;
import quern.inference.engine.SequenceRequest;
import quern.inference.engine.Terms;

/**
 * Single sequences straight to the engine, for callers inside the process that have token ids already: embeddings and
 * log-probabilities. Safe for any thread; nothing blocks.
 */
public final class DirectEngine {

    private static final Duration ENQUEUE_TIMEOUT = Duration.ofSeconds(30);
    /** Below those of the router, which counts up from 1. */
    private static final AtomicLong NEXT_ID = new AtomicLong(-1);

    private final ActorRef<EngineActor.Command> engine;
    private final ActorSystem<?> system;

    public DirectEngine(ActorRef<EngineActor.Command> engine, ActorSystem<?> system) {
        this.engine = engine;
        this.system = system;
    }

    /**
     * A sequence on its way.
     *
     * @param terminal its last event, or exceptionally why it was not taken
     */
    public record Running(long id, CompletableFuture<EngineEvent.Terminal> terminal) {}

    /**
     * @param from first token whose log-probability is wanted, at least 1
     * @param adapter held until the end; absent: the base weights
     */
    public Running score(int[] tokens, int from, Optional<String> adapter, Terms terms) {
        long id = NEXT_ID.getAndDecrement();
        SequenceRequest request = SequenceRequest.scored(id, tokens, from, "", adapter).with(terms);
        return run(id, (events, replyTo) -> new EngineActor.Enqueue(List.of(request), events, replyTo));
    }

    public Running embed(Embedder embedder, int[] tokens) {
        long id = NEXT_ID.getAndDecrement();
        return run(id, (events, replyTo) ->
                embedder.command(List.of(new Embedder.Text(id, tokens)), Optional.empty(), events, replyTo));
    }

    /** Its terminal event comes all the same. */
    public void cancel(Running running) {
        engine.tell(new EngineActor.Cancel(running.id()));
    }

    private interface Order {
        EngineActor.Command of(EngineListener events, ActorRef<EnqueueReply> replyTo);
    }

    private Running run(long id, Order order) {
        var terminal = new CompletableFuture<EngineEvent.Terminal>();
        EngineListener listener = events -> {
            if (events.getLast() instanceof EngineEvent.Terminal last) {
                terminal.complete(last);
            }
        };
        AskPattern.<EngineActor.Command, EnqueueReply>ask(
                engine, replyTo -> order.of(listener, replyTo), ENQUEUE_TIMEOUT, system.scheduler())
                .whenComplete((reply, failure) -> {
                    if (failure != null) {
                        engine.tell(new EngineActor.Cancel(id));
                        terminal.completeExceptionally(failure);
                    } else if (reply instanceof EngineActor.NotEnqueued refused) {
                        terminal.completeExceptionally(refused.cause());
                    }
                });
        return new Running(id, terminal);
    }
}
