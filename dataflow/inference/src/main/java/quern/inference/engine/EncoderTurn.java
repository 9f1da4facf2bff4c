package quern.inference.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.config.EngineConfig;
import quern.config.QuernException;
import quern.inference.encoder.Encoder;
import quern.inference.encoder.EncoderRun;
import quern.inference.encoder.LoadedEncoder;
import quern.inference.engine.EngineEvent.Failed;
import quern.inference.engine.EngineEvent.Finished;
import quern.inference.engine.RequestRefused.Reason;

/**
 * Gives texts for the encoder what a step leaves. Several become one batch of at most a step's tokens; a batch goes
 * through the layers in pieces as large as the rest of the step's time allows by the measured pace, and by at least one
 * small piece a step, so that encoder and streams slow each other down but neither waits for the other.
 */
final class EncoderTurn {

    private static final Logger log = LoggerFactory.getLogger(EncoderTurn.class);
    /** Fewer rows take nearly as long: the weights have to be read for them all the same. */
    private static final int PIECE_ROWS_MIN = 16;

    private final Optional<LoadedEncoder> model;
    private final Optional<Encoder> encoder;
    private final int rowsMax;
    private final int queueMax;
    private final long stepNanos;
    private final Deque<EncodeRequest> waiting = new ArrayDeque<>();
    /** Texts of the batch by id, each with its place in it, as long as somebody wants them. */
    private final Map<Long, Integer> wanted = new LinkedHashMap<>();
    private List<EncodeRequest> batch = List.of();
    private EncoderRun run;
    private double nanosPerRow;

    EncoderTurn(Optional<LoadedEncoder> model, EngineConfig config) {
        this.model = model;
        this.encoder = model.map(LoadedEncoder::encoder);
        this.rowsMax = config.maxBatchedTokens();
        this.queueMax = config.queueMax();
        this.stepNanos = config.stepTarget().toNanos();
    }

    void submit(EncodeRequest request) {
        check(request);
        if (waiting.size() >= queueMax) {
            throw new RequestRefused(Reason.QUEUE_FULL, waiting.size() + " texts wait, at most " + queueMax);
        }
        waiting.add(request);
    }

    private void check(EncodeRequest request) {
        int tokens = request.tokens().length;
        int contextTokens = model.map(known -> known.shape().contextTokens()).orElse(0);
        int vocabulary = model.map(known -> known.shape().vocabulary()).orElse(0);
        OptionalInt stranger = Arrays.stream(request.tokens())
                .filter(token -> token < 0 || token >= vocabulary).findFirst();
        require(model.isPresent(), Reason.INVALID, "there is no encoder");
        require(tokens > 0, Reason.INVALID, "text of 0 tokens, expected at least 1");
        require(tokens <= contextTokens, Reason.PROMPT_TOO_LONG,
                "text of " + tokens + " tokens, the encoder takes " + contextTokens);
        require(stranger.isEmpty(), Reason.INVALID,
                "text holds token " + stranger.orElse(0) + ", expected 0 to " + (vocabulary - 1));
        boolean known = wanted.containsKey(request.id())
                || waiting.stream().anyMatch(other -> other.id() == request.id());
        require(!known, Reason.INVALID, "sequence " + request.id() + " is known already");
    }

    private static void require(boolean holds, Reason reason, String message) {
        if (!holds) {
            throw new RequestRefused(reason, message);
        }
    }

    boolean hasWork() {
        return run != null || !waiting.isEmpty();
    }

    int running() {
        return wanted.size();
    }

    int waiting() {
        return waiting.size();
    }

    /** What is in a batch already is computed with it, unless nobody wants any of the batch. */
    void cancel(long id, List<EngineEvent> events) {
        boolean inBatch = wanted.remove(id) != null;
        if (inBatch || waiting.removeIf(request -> request.id() == id)) {
            events.add(new Finished(id, FinishReason.CANCELLED, "", Optional.empty(), new Usage(0, 0, 0)));
        }
        if (wanted.isEmpty()) {
            run = null;
        }
    }

    void failAll(QuernException cause, List<EngineEvent> events) {
        failBatch(cause, events);
        waiting.forEach(request -> events.add(new Failed(request.id(), cause)));
        waiting.clear();
    }

    private void failBatch(QuernException cause, List<EngineEvent> events) {
        wanted.keySet().forEach(id -> events.add(new Failed(id, cause)));
        wanted.clear();
        run = null;
    }

    /** @param spentNanos time the step has used */
    void take(long spentNanos, Clock clock, List<EngineEvent> events) {
        long until = clock.nanos() + stepNanos - spentNanos;
        for (boolean first = true; hasWork(); first = false) {
            long rows = nanosPerRow == 0 ? 0 : (long) ((until - clock.nanos()) / nanosPerRow);
            if (!first && rows < PIECE_ROWS_MIN) {
                return;
            }
            try {
                piece(Math.clamp(rows, PIECE_ROWS_MIN, Math.max(PIECE_ROWS_MIN, rowsMax)), clock, events);
            } catch (RuntimeException | OutOfMemoryError failure) {
                log.error("batch of {} texts failed in the encoder", wanted.size(), failure);
                failBatch(StepFailure.of("the batch that held this text failed", failure), events);
            }
        }
    }

    private void piece(int rows, Clock clock, List<EngineEvent> events) {
        if (run == null) {
            begin();
        }
        long from = clock.nanos();
        int taken = run.advance(rows);
        double pace = (clock.nanos() - from) / (double) taken;
        /* The dearest kind of piece counts: after a cheap one the loop comes back for more. */
        nanosPerRow = Math.max(pace, 0.9 * nanosPerRow + 0.1 * pace);
        if (run.done()) {
            wanted.forEach((id, text) -> events.add(vector(id, text)));
            wanted.clear();
            run = null;
        }
    }

    private EngineEvent vector(long id, int text) {
        EncoderRun done = run;
        return Embeddings.terminal(
                id, () -> done.vector(text, model.orElseThrow().pooling()), batch.get(text).tokens().length);
    }

    private void begin() {
        batch = new ArrayList<>();
        int rows = 0;
        while (!waiting.isEmpty() && (batch.isEmpty() || rows + waiting.peek().tokens().length <= rowsMax)) {
            EncodeRequest request = waiting.remove();
            wanted.put(request.id(), batch.size());
            batch.add(request);
            rows += request.tokens().length;
        }
        run = new EncoderRun(encoder.orElseThrow(), batch.stream().map(EncodeRequest::tokens).toList());
    }

    /** Monotonic time. */
    interface Clock {
        long nanos();
    }
}
