package quern.appliance.http;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
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
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
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
    private static final Duration SILENCE = Duration.ofMillis(900);
    private static final Duration LOOK = SILENCE.dividedBy(2);

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
        return as(new Form<>(Optional.empty(), Optional::of, Optional.empty()));
    }

    <T> Source<T, NotUsed> as(Form<T> form) {
        return Source.fromGraph(new Stage<>(form));
    }

    /** Ends the stream whether or not anybody reads it. */
    void abandon() {
        synchronized (lock) {
            close();
            call();
        }
        gone.complete(Done.getInstance());
    }

    /** Ends the stream if nobody has begun to read it. */
    void abandonUnread() {
        boolean unread;
        synchronized (lock) {
            unread = reader == null;
        }
        if (unread) {
            abandon();
        }
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

    private boolean abandoned() {
        synchronized (lock) {
            return closed;
        }
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

    /**
     * What events become. One stage does all of it: each further one would cost every delivery.
     *
     * @param opening comes first
     * @param of empty if there is nothing to show
     * @param pulse what comes when nothing else has for about a second
     */
    record Form<T>(Optional<T> opening, Function<List<GenerationEvent>, Optional<T>> of, Optional<T> pulse) {}

    private final class Stage<T> extends GraphStage<SourceShape<T>> {

        private final Form<T> form;
        private final Outlet<T> out = Outlet.create("AnswerStream.out");
        private final SourceShape<T> shape = SourceShape.of(out);

        Stage(Form<T> form) {
            this.form = form;
        }

        @Override
        public SourceShape<T> shape() {
            return shape;
        }

        @Override
        public GraphStageLogic createLogic(Attributes attributes) {
            return new Reading<>(shape, out, form);
        }
    }

    private final class Reading<T> extends TimerGraphStageLogic {

        private final Outlet<T> out;
        private final Form<T> form;
        private boolean opened;
        private long pushedNs = System.nanoTime();

        Reading(SourceShape<T> shape, Outlet<T> out, Form<T> form) {
            super(shape);
            this.out = out;
            this.form = form;
            this.opened = form.opening().isEmpty();
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
            if (form.pulse().isPresent()) {
                scheduleWithFixedDelay(NotUsed.getInstance(), LOOK, LOOK);
            }
        }

        private void read() {
            synchronized (lock) {
                called = false;
            }
            if (isAvailable(out) && !opened) {
                opened = true;
                show(form.opening().orElseThrow());
            }
            boolean more = true;
            while (more && isAvailable(out)) {
                more = readOn();
            }
            if (abandoned()) {
                completeStage();
            }
        }

        /** @return whether there was anything */
        private boolean readOn() {
            List<GenerationEvent> taken;
            synchronized (lock) {
                taken = take();
            }
            if (taken.isEmpty()) {
                return false;
            }
            form.of().apply(taken).ifPresent(this::show);
            if (taken.getLast() instanceof GenerationEvent.Terminal) {
                completeStage();
                return false;
            }
            return true;
        }

        private void show(T shown) {
            pushedNs = System.nanoTime();
            push(out, shown);
        }

        @Override
        public void onTimer(Object key) {
            if (isAvailable(out) && System.nanoTime() - pushedNs >= SILENCE.toNanos()) {
                show(form.pulse().orElseThrow());
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
