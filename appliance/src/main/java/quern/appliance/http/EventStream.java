package quern.appliance.http;

import java.util.Optional;
import java.util.function.Predicate;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.CompletionStrategy;
import org.apache.pekko.stream.OverflowStrategy;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Events of one request on their way to its reply.
 *
 * @param listener where they are told; it ends with the stream, and whoever watches it knows that nobody reads on
 * @param events ends after the last event
 * @param abandon ends the stream whether or not anybody reads it
 */
record EventStream<E>(ActorRef<E> listener, Source<E, NotUsed> events, Runnable abandon) {

    private enum Abandon { NOW }

    /**
     * @param eventsMax events that may wait to be read
     * @param last whether nothing comes after an event
     */
    static <E> EventStream<E> open(ActorSystem<?> system, int eventsMax, Predicate<E> last) {
        Pair<org.apache.pekko.actor.ActorRef, Source<E, NotUsed>> stream = Source
                .<E>actorRef(
                        message -> message == Abandon.NOW
                                ? Optional.of(CompletionStrategy.immediately()) : Optional.empty(),
                        message -> Optional.empty(),
                        eventsMax,
                        OverflowStrategy.fail())
                .takeWhile(event -> !last.test(event), true)
                .preMaterialize(system);
        return new EventStream<>(Adapter.toTyped(stream.first()), stream.second(),
                () -> stream.first().tell(Abandon.NOW, org.apache.pekko.actor.ActorRef.noSender()));
    }
}
