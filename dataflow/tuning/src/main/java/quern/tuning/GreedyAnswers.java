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
import quern.tuning.network.PiecePace;

/**
 * What a model answers, always with the likeliest token: through the serving path, a few questions side by side. A
 * slice is one forward pass; how slices are cut changes no answer.
 */
final class GreedyAnswers {

    private static final int SIDE_BY_SIDE = 8;
    private static final int BLOCK_TOKENS = 32;

    /**
     * @param prompt ids, to where the answer begins; shorter than the context
     * @param tokensMax longest answer
     */
    record Asked(int[] prompt, int tokensMax) {}

    /** @param complete whether the model ended it itself */
    record Said(int[] ids, boolean complete) {}

    private final Transformer transformer;
    private final Optional<LoraMatrices> adapter;
    private final Tokenizer tokenizer;
    private final KvLayout layout;
    private final int contextTokens;
    private final Deque<Answering> waiting = new ArrayDeque<>();
    private final List<Answering> running = new ArrayList<>();
    private final PiecePace pace = new PiecePace(1);
    private final Said[] said;

    GreedyAnswers(LoadedModel model, Optional<LoraMatrices> adapter, List<Asked> questions) {
        ModelShape shape = model.shape();
        this.transformer = model.transformer();
        this.adapter = adapter;
        this.tokenizer = model.tokenizer();
        this.layout = new KvLayout(
                shape.layers(), shape.kvHeads(), shape.headSize(), BLOCK_TOKENS, ElementType.F32);
        this.contextTokens = shape.contextTokens();
        this.said = new Said[questions.size()];
        for (int i = 0; i < said.length; i++) {
            waiting.add(new Answering(i, questions.get(i)));
        }
    }

    boolean done() {
        return waiting.isEmpty() && running.isEmpty();
    }

    /** In the order of the questions; null where there is none yet. */
    List<Said> said() {
        return Arrays.asList(said);
    }

    /** An answer as text. */
    String text(Said answer) {
        return tokenizer.decode(answer.ids());
    }

    /** One question under way: ids of prompt and answer, of which {@code computed} are in the blocks. */
    private final class Answering {

        final int index;
        final int promptTokens;
        final int[] ids;
        final int limit;
        MemorySegment[] blocks;
        int size;
        int computed;

        Answering(int index, Asked question) {
            this.index = index;
            this.promptTokens = question.prompt().length;
            this.size = promptTokens;
            this.limit = Math.min(contextTokens, size + question.tokensMax());
            this.ids = Arrays.copyOf(question.prompt(), limit);
        }

        void begin() {
            blocks = new MemorySegment[Math.ceilDiv(limit, BLOCK_TOKENS)];
            for (int i = 0; i < blocks.length; i++) {
                blocks[i] = Arena.ofAuto().allocate(layout.blockBytes(), 64);
            }
        }

        /** Takes the next id; true if the answer is over with it. */
        boolean take(int id) {
            boolean end = tokenizer.endTokens().contains(id);
            if (!end) {
                ids[size++] = id;
            }
            if (end || size == limit) {
                said[index] = new Said(Arrays.copyOfRange(ids, promptTokens, size), end);
                return true;
            }
            return false;
        }
    }

    /** How long a pass with one row takes; 0: not known. */
    long pieceNanos() {
        return pace.pieceNanos();
    }

    /**
     * One pass.
     *
     * @param nanosMax how long it may take, by the pace of those before
     * @return tokens used; one at least, so that a long prompt is taken in pieces
     */
    int slice(int tokensMax, long nanosMax) {
        long from = System.nanoTime();
        int used = slice(Math.min(tokensMax, pace.rowsWithin(nanosMax)));
        pace.took(used, System.nanoTime() - from);
        return used;
    }

    private int slice(int tokensMax) {
        while (running.size() < SIDE_BY_SIDE && !waiting.isEmpty()) {
            running.add(waiting.remove());
            running.getLast().begin();
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
            if (asked.get(i).take(greatest(logits, i))) {
                running.remove(asked.get(i));
            }
        }
        return owners.size();
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
