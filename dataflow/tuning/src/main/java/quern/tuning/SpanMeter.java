package quern.tuning;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import quern.gpu.kernel.KvLayout;
import quern.gpu.kernel.KvRows;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Rows;
import quern.inference.LoadedModel;
import quern.inference.tokenizer.Tokenizer;
import quern.inference.transformer.ForwardBatch;
import quern.inference.transformer.ForwardBatch.AdapterSpan;
import quern.inference.transformer.LoraMatrices;
import quern.inference.transformer.ModelShape;
import quern.inference.transformer.Transformer;

/**
 * How many questions a model answers with the expected span: greedy answers through the serving path, a few questions
 * side by side. A slice is one forward pass; how slices are cut changes no answer.
 */
final class SpanMeter {

    private static final int SIDE_BY_SIDE = 8;
    private static final int ANSWER_TOKENS_MAX = 64;
    private static final int BLOCK_TOKENS = 32;

    private final Transformer transformer;
    private final Optional<LoraMatrices> adapter;
    private final Tokenizer tokenizer;
    private final KvLayout layout;
    private final int contextTokens;
    private final Deque<Question> waiting;
    private final List<Answering> running = new ArrayList<>();
    private int hits;

    SpanMeter(LoadedModel model, Optional<LoraMatrices> adapter, List<Question> questions) {
        ModelShape shape = model.shape();
        this.transformer = model.transformer();
        this.adapter = adapter;
        this.tokenizer = model.tokenizer();
        this.layout = new KvLayout(
                shape.layers(), shape.kvHeads(), shape.headSize(), BLOCK_TOKENS, ElementType.F32);
        this.contextTokens = shape.contextTokens();
        this.waiting = new ArrayDeque<>(questions);
    }

    boolean done() {
        return waiting.isEmpty() && running.isEmpty();
    }

    int hits() {
        return hits;
    }

    /** One question under way: ids of prompt and answer, of which {@code computed} are in the blocks. */
    private final class Answering {

        final Question question;
        final MemorySegment[] blocks;
        final int[] ids;
        final int limit;
        int size;
        int computed;

        Answering(Question question) {
            this.question = question;
            this.size = question.prompt().length;
            this.limit = Math.min(contextTokens, size + ANSWER_TOKENS_MAX);
            this.ids = Arrays.copyOf(question.prompt(), limit);
            this.blocks = new MemorySegment[Math.ceilDiv(limit, BLOCK_TOKENS)];
            for (int i = 0; i < blocks.length; i++) {
                blocks[i] = Arena.ofAuto().allocate(layout.blockBytes(), 64);
            }
        }

        /** Takes the next id; true if the answer is complete with it. */
        boolean take(int id) {
            if (tokenizer.endTokens().contains(id)) {
                return true;
            }
            ids[size++] = id;
            return size == limit;
        }

        boolean hit() {
            int from = question.prompt().length;
            return question.isAnsweredBy(tokenizer.decode(Arrays.copyOfRange(ids, from, size)));
        }
    }

    /** @return tokens used; one at least, so that a long prompt is taken in pieces */
    int slice(int tokensMax) {
        while (running.size() < SIDE_BY_SIDE && !waiting.isEmpty()) {
            running.add(new Answering(waiting.remove()));
        }
        List<Answering> owners = new ArrayList<>();
        List<Integer> positions = new ArrayList<>();
        List<Answering> asked = new ArrayList<>();
        List<Integer> logitRows = new ArrayList<>();
        for (Answering answering : running) {
            int take = Math.min(answering.size - answering.computed, tokensMax - owners.size());
            for (int i = 0; i < take; i++) {
                owners.add(answering);
                positions.add(answering.computed + i);
            }
            answering.computed += take;
            if (take > 0 && answering.computed == answering.size) {
                asked.add(answering);
                logitRows.add(owners.size() - 1);
            }
        }
        Rows logits = transformer.forward(batch(owners, positions, logitRows));
        for (int i = 0; i < asked.size(); i++) {
            finishIfComplete(asked.get(i), greatest(logits, i));
        }
        return owners.size();
    }

    private void finishIfComplete(Answering answering, int id) {
        if (answering.take(id)) {
            hits += answering.hit() ? 1 : 0;
            running.remove(answering);
        }
    }

    private ForwardBatch batch(List<Answering> owners, List<Integer> positions, List<Integer> logitRows) {
        int count = owners.size();
        int[] tokens = new int[count];
        int[] places = new int[count];
        MemorySegment[][] blocks = new MemorySegment[count][];
        for (int row = 0; row < count; row++) {
            places[row] = positions.get(row);
            tokens[row] = owners.get(row).ids[places[row]];
            blocks[row] = owners.get(row).blocks;
        }
        List<AdapterSpan> spans = adapter.map(beside -> new AdapterSpan(0, count, beside)).stream().toList();
        return new ForwardBatch(tokens, new KvRows(layout, blocks, places), spans,
                logitRows.stream().mapToInt(Integer::intValue).toArray());
    }

    /** The likeliest id, the smallest where several are. */
    private static int greatest(Rows logits, int row) {
        int best = 0;
        for (int i = 1; i < logits.width(); i++) {
            if (logits.values()[logits.at(row) + i] > logits.values()[logits.at(row) + best]) {
                best = i;
            }
        }
        return best;
    }
}
