package quern.appliance.http;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import quern.actors.serving.GenerationEvent;
import quern.actors.serving.GenerationListener;
import quern.config.QuernException;
import quern.config.QuernException.Category;

/**
 * Events of one generation on their way to its reply. Whatever came while the reader was busy it gets together, at most
 * {@value #TOGETHER_MAX} at a time: so a fast engine costs a slow connection one write for many tokens. The stream can
 * be read once and ends after a terminal event. A reader so slow that too much waits gets nothing of that but a failure
 * to read, and the generation ends as when nobody reads.
 */
final class AnswerStream implements GenerationListener {

    private static final int TOGETHER_MAX = 128;

    private final int eventsMax;
    private final CompletableFuture<Done> gone = new CompletableFuture<>();
    /** Guards everything below. */
    private final Object lock = new Object();
    private final ArrayDeque<GenerationEvent> waiting = new ArrayDeque<>();
    private AsyncCallback<NotUsed> reader;
    private boolean called;
    /** The terminal event was told. */
    private boolean told;
    private boolean closed;

    /** @param eventsMax events that may wait to be read; one more ends the stream */
    AnswerStream(int eventsMax) {
        this.eventsMax = eventsMax;
    }

    /** What is read, in order; no list is empty. */
    Source<List<GenerationEvent>, NotUsed> events() {
        return Source.fromGraph(new Stage());
    }

    /** Ends the stream whether or not anybody reads it. */
    void abandon() {
        synchronized (lock) {
            close();
            call();
        }
        gone.complete(Done.getInstance());
    }

    @Override
    public void tell(List<GenerationEvent> events) {
        if (!put(events)) {
            gone.complete(Done.getInstance());
        }
    }

    /** @return whether there was room for them, or no need of any */
    private boolean put(List<GenerationEvent> events) {
        synchronized (lock) {
            if (closed || told) {
                return true;
            }
            boolean room = events.size() <= eventsMax - waiting.size();
            if (room) {
                told = events.getLast() instanceof GenerationEvent.Terminal;
                waiting.addAll(events);
            } else {
                told = true;
                waiting.clear();
                waiting.add(new GenerationEvent.Broken(new QuernException(Category.ERROR,
                        "the answer was not read: more than " + eventsMax + " tokens waited")));
            }
            call();
            return room;
        }
    }

    @Override
    public CompletionStage<Done> gone() {
        return gone;
    }

    private void close() {
        closed = true;
        waiting.clear();
    }

    /** Once until the reader has taken what waits. */
    private void call() {
        if (reader != null && !called) {
            called = true;
            reader.invoke(NotUsed.getInstance());
        }
    }

    private List<GenerationEvent> take() {
        var taken = new ArrayList<GenerationEvent>(Math.min(TOGETHER_MAX, waiting.size()));
        while (taken.size() < TOGETHER_MAX && !waiting.isEmpty()) {
            taken.add(waiting.poll());
        }
        return taken;
    }

    private final class Stage extends GraphStage<SourceShape<List<GenerationEvent>>> {

        private final Outlet<List<GenerationEvent>> out = Outlet.create("AnswerStream.out");
        private final SourceShape<List<GenerationEvent>> shape = SourceShape.of(out);

        @Override
        public SourceShape<List<GenerationEvent>> shape() {
            return shape;
        }

        @Override
        public GraphStageLogic createLogic(Attributes attributes) {
            return new Reading(shape, out);
        }
    }

    private final class Reading extends GraphStageLogic {

        private final Outlet<List<GenerationEvent>> out;

        Reading(SourceShape<List<GenerationEvent>> shape, Outlet<List<GenerationEvent>> out) {
            super(shape);
            this.out = out;
            setHandler(out, new AbstractOutHandler() {
                @Override
                public void onPull() {
                    read();
                }
            });
        }

        @Override
        public void preStart() {
            synchronized (lock) {
                if (reader != null) {
                    throw new IllegalStateException("an answer is read once");
                }
                reader = createAsyncCallback(signal -> read());
                if (closed) {
                    call();
                }
            }
        }

        private void read() {
            List<GenerationEvent> taken;
            boolean ends;
            synchronized (lock) {
                called = false;
                ends = closed;
                taken = ends || !isAvailable(out) ? List.of() : take();
            }
            if (ends) {
                completeStage();
            } else if (!taken.isEmpty()) {
                push(out, taken);
                if (taken.getLast() instanceof GenerationEvent.Terminal) {
                    completeStage();
                }
            }
        }

        @Override
        public void postStop() {
            synchronized (lock) {
                close();
            }
            gone.complete(Done.getInstance());
        }
    }
}
