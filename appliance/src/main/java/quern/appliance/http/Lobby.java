package quern.appliance.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.AttributeKey;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.BidiShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;

/**
 * Connections, and which of them ask nothing at the moment. Whoever opens one and sends no whole request head keeps it
 * for a limited time; where there are more connections than configured, the one that has waited longest goes. So
 * however many half-open connections there are, the next request finds room. All methods are thread-safe.
 */
final class Lobby extends GraphStage<BidiShape<HttpRequest, HttpRequest, HttpResponse, HttpResponse>> {

    /** From a plain reply to the whole head of the next request; a silent connection is closed before. */
    private static final long NEXT_HEAD_NANOS_MAX = TimeUnit.SECONDS.toNanos(75);
    /** Nobody goes before, to make room: its request may be on the way. */
    private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Of a request, its response to be; nobody else completes it. */
    private static final AttributeKey<Reply> REPLY = AttributeKey.create("reply", Reply.class);

    private record Wait(long sinceNanos, long nanosMax) {}

    private record Reply(CompletableFuture<HttpResponse> whenMade) {}

    private final Materializer materializer;
    private final int connectionsMax;
    private final long headNanosMax;
    private final Inlet<HttpRequest> requestsIn = Inlet.create("Lobby.requestsIn");
    private final Outlet<HttpRequest> requestsOut = Outlet.create("Lobby.requestsOut");
    private final Inlet<HttpResponse> responsesIn = Inlet.create("Lobby.responsesIn");
    private final Outlet<HttpResponse> responsesOut = Outlet.create("Lobby.responsesOut");
    /** Those that are told to go are not among them. */
    private final Set<Visit> present = new HashSet<>();
    /** Of those present, in the order in which they began to wait. */
    private final Map<Visit, Wait> waiting = new LinkedHashMap<>();

    /**
     * @param connectionsMax more of them cost the longest waiting one its place
     * @param headTimeout from a connection's beginning to its first request
     */
    Lobby(int connectionsMax, Duration headTimeout, Materializer materializer) {
        this.materializer = materializer;
        this.connectionsMax = connectionsMax;
        this.headNanosMax = headTimeout.toNanos();
    }

    @Override
    public BidiShape<HttpRequest, HttpRequest, HttpResponse, HttpResponse> shape() {
        return new BidiShape<>(requestsIn, requestsOut, responsesIn, responsesOut);
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Visit();
    }

    /** All of one connection: what {@code door} makes of each request, one after the other. */
    Flow<HttpRequest, HttpResponse, NotUsed> connection(
            Function<HttpRequest, CompletionStage<HttpResponse>> door) {
        return BidiFlow.fromGraph(this).join(Flow.of(HttpRequest.class).mapAsync(1, request -> {
            CompletableFuture<HttpResponse> made = request.getAttribute(REPLY).orElseThrow().whenMade();
            return door.apply(request).whenComplete((response, failure) -> made.complete(response));
        }));
    }

    /** Ends the connections that have waited too long; to be called several times a second. */
    void sweep() {
        long now = System.nanoTime();
        List<Visit> leaving = new ArrayList<>();
        synchronized (present) {
            Iterator<Map.Entry<Visit, Wait>> entries = waiting.entrySet().iterator();
            while (entries.hasNext()) {
                Map.Entry<Visit, Wait> entry = entries.next();
                long waited = now - entry.getValue().sinceNanos();
                boolean crowded = present.size() > connectionsMax && waited > GRACE_NANOS;
                if (crowded || waited > entry.getValue().nanosMax()) {
                    leaving.add(entry.getKey());
                    present.remove(entry.getKey());
                    entries.remove();
                }
            }
        }
        leaving.forEach(visit -> visit.dismissal.invoke(true));
    }

    private void enter(Visit visit) {
        boolean crowded;
        synchronized (present) {
            present.add(visit);
            waiting.put(visit, new Wait(System.nanoTime(), headNanosMax));
            crowded = present.size() > connectionsMax;
        }
        if (crowded) {
            sweep();
        }
    }

    private void busy(Visit visit) {
        synchronized (present) {
            present.add(visit);
            waiting.remove(visit);
        }
    }

    private void idle(Visit visit) {
        synchronized (present) {
            waiting.put(visit, new Wait(System.nanoTime(), NEXT_HEAD_NANOS_MAX));
        }
    }

    private void leave(Visit visit) {
        synchronized (present) {
            present.remove(visit);
            waiting.remove(visit);
        }
    }

    /** One connection. Requests come one at a time, so that a reply's end is the beginning of waiting. */
    private final class Visit extends GraphStageLogic {

        private final AsyncCallback<Boolean> dismissal = createAsyncCallback(now -> onDismissal());
        private Reply awaited;

        Visit() {
            super(Lobby.this.shape());
            setHandler(requestsIn, new AbstractInHandler() {
                @Override
                public void onPush() {
                    ask(grab(requestsIn));
                }

                @Override
                public void onUpstreamFinish() {
                    complete(requestsOut);
                }
            });
            setHandler(requestsOut, new AbstractOutHandler() {
                @Override
                public void onPull() {
                    tryPull(requestsIn);
                }

                @Override
                public void onDownstreamFinish(Throwable cause) {
                    cancel(requestsIn, cause);
                }
            });
            setHandler(responsesIn, new AbstractInHandler() {
                @Override
                public void onPush() {
                    answer(grab(responsesIn));
                }

                @Override
                public void onUpstreamFinish() {
                    complete(responsesOut);
                }
            });
            setHandler(responsesOut, new AbstractOutHandler() {
                @Override
                public void onPull() {
                    tryPull(responsesIn);
                }

                @Override
                public void onDownstreamFinish(Throwable cause) {
                    cancel(responsesIn, cause);
                }
            });
        }

        private void ask(HttpRequest request) {
            awaited = new Reply(new CompletableFuture<>());
            busy(this);
            push(requestsOut, request.addAttribute(REPLY, awaited));
        }

        private void answer(HttpResponse response) {
            awaited = null;
            if (response.entity().isStrict()) {
                idle(this);
            }
            push(responsesOut, response);
        }

        @Override
        public void preStart() {
            enter(this);
        }

        @Override
        public void postStop() {
            leave(this);
            if (awaited != null) {
                awaited.whenMade().thenAccept(this::discard);
            }
        }

        /** Nobody will read it: its source learns that. */
        private void discard(HttpResponse response) {
            if (response != null && !response.entity().isStrict()) {
                response.entity().getDataBytes().runWith(Sink.cancelled(), materializer);
            }
        }

        /** Unless it asked meanwhile. */
        private void onDismissal() {
            if (awaited == null) {
                completeStage();
            }
        }
    }
}
