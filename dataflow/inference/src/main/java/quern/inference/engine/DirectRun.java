package quern.inference.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import quern.gpu.kernel.KvLayout;
import quern.gpu.kernel.KvRows;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Rows;
import quern.inference.LoadedAdapter;
import quern.inference.LoadedModel;
import quern.inference.engine.RequestRefused.Reason;
import quern.inference.transformer.ForwardBatch;
import quern.inference.transformer.ForwardBatch.AdapterSpan;
import quern.inference.transformer.ModelShape;
import quern.inference.transformer.ProductWatch;
import quern.inference.transformer.Transformer;

/**
 * One sequence run straight through a model: no scheduler, no cache between runs, no tokenizer. What checks a model
 * needs. The numbers are those of {@link EngineLoop} for the same product and cache type.
 *
 * <p>Keys and values lie in memory of its own that grows by blocks and is freed with it. One thread.
 */
public final class DirectRun implements AutoCloseable {

    private static final int BLOCK_TOKENS = 32;
    private static final int CHUNK_TOKENS_MAX = 256;
    /** Logits of one chunk that are held at once; a large vocabulary makes for shorter chunks. */
    private static final int CHUNK_LOGITS_MAX = 1 << 24;

    private final LoadedModel model;
    private final Optional<LoadedAdapter> adapter;
    private final Transformer transformer;
    private final KvLayout layout;
    /** Shared because the compute team's threads read it. */
    private final Arena arena = Arena.ofShared();
    private final List<MemorySegment> blocks = new ArrayList<>();
    private int count;

    /** @param cache how keys and values are stored; F32 keeps them as they are computed */
    public DirectRun(LoadedModel model, Optional<LoadedAdapter> adapter, ElementType cache) {
        ModelShape shape = model.shape();
        this.model = model;
        this.adapter = adapter;
        this.transformer = model.transformer();
        this.layout = new KvLayout(shape.layers(), shape.kvHeads(), shape.headSize(), BLOCK_TOKENS, cache);
    }

    /** Lets {@code watch} hear what goes into every product from now on. */
    public void watch(ProductWatch watch) {
        transformer.watch(watch);
    }

    /** Receives the logits after each token. */
    @FunctionalInterface
    public interface LogitsSink {

        /**
         * @param position of the token, from 0
         * @param logits the row begins at {@code from}; valid during the call
         */
        void row(int position, float[] logits, int from);
    }

    /** Tokens so far. */
    public int count() {
        return count;
    }

    /**
     * Goes on with these tokens.
     *
     * @return logits after the last one, one per token of the vocabulary
     * @throws RequestRefused if there are none, one is not in the vocabulary, or the context does not hold them
     */
    public float[] append(int[] tokens) {
        check(tokens);
        float[] last = null;
        for (int from = 0; from < tokens.length; from += CHUNK_TOKENS_MAX) {
            int to = Math.min(tokens.length, from + CHUNK_TOKENS_MAX);
            int[] wanted = to == tokens.length ? new int[] {to - from - 1} : new int[0];
            Rows logits = forward(Arrays.copyOfRange(tokens, from, to), wanted);
            if (wanted.length > 0) {
                last = Arrays.copyOfRange(logits.values(), logits.at(0), logits.at(0) + model.shape().vocabulary());
            }
        }
        return last;
    }

    /** The same, with the logits after each of the tokens, in order. */
    public void append(int[] tokens, LogitsSink sink) {
        check(tokens);
        int chunkTokens = Math.clamp(CHUNK_LOGITS_MAX / model.shape().vocabulary(), 1, CHUNK_TOKENS_MAX);
        for (int from = 0; from < tokens.length; from += chunkTokens) {
            int to = Math.min(tokens.length, from + chunkTokens);
            int first = count;
            Rows logits = forward(Arrays.copyOfRange(tokens, from, to), IntStream.range(0, to - from).toArray());
            for (int row = 0; row < to - from; row++) {
                sink.row(first + row, logits.values(), logits.at(row));
            }
        }
    }

    private void check(int[] tokens) {
        int contextTokens = model.shape().contextTokens();
        int vocabulary = model.shape().vocabulary();
        if (tokens.length == 0) {
            throw new RequestRefused(Reason.INVALID, "0 tokens, expected at least 1");
        }
        if (tokens.length > contextTokens - count) {
            throw new RequestRefused(Reason.PROMPT_TOO_LONG, count + tokens.length
                    + " tokens, the model's context holds " + contextTokens);
        }
        for (int i = 0; i < tokens.length; i++) {
            if (tokens[i] < 0 || tokens[i] >= vocabulary) {
                throw new RequestRefused(Reason.INVALID, "token " + tokens[i] + " at position " + (count + i)
                        + ", expected 0 to " + (vocabulary - 1));
            }
        }
    }

    private Rows forward(int[] tokens, int[] wanted) {
        while (blocks.size() * BLOCK_TOKENS < count + tokens.length) {
            blocks.add(arena.allocate(layout.blockBytes(), Float.BYTES * 16));
        }
        MemorySegment[] sequence = blocks.toArray(MemorySegment[]::new);
        MemorySegment[][] perRow = new MemorySegment[tokens.length][];
        Arrays.fill(perRow, sequence);
        KvRows kv = new KvRows(layout, perRow, IntStream.range(count, count + tokens.length).toArray());
        List<AdapterSpan> spans = adapter
                .map(a -> List.of(new AdapterSpan(0, tokens.length, a.matrices(model.kernels()))))
                .orElse(List.of());
        count += tokens.length;
        return transformer.forward(new ForwardBatch(tokens, kv, spans, wanted));
    }

    @Override
    public void close() {
        arena.close();
    }
}
