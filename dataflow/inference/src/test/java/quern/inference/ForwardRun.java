package quern.inference;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import quern.config.KvConfig;
import quern.config.DataSize;
import quern.gpu.kernel.KvLayout;
import quern.gpu.kernel.KvRows;
import quern.gpu.tensor.Rows;
import quern.inference.transformer.ForwardBatch;
import quern.inference.transformer.ForwardBatch.AdapterSpan;
import quern.inference.transformer.LoraMatrices;
import quern.inference.transformer.Transformer;

/** Runs a transformer over one sequence without the engine. */
public final class ForwardRun {

    private ForwardRun() {}

    public static KvConfig kv(int blockTokens, KvConfig.ElementType type) {
        DataSize size = new DataSize(1 << 20);
        return new KvConfig(blockTokens, type, size, size, size, false, false, 0);
    }

    /** Logits after each token, the prompt cut into chunks of {@code chunkTokens}; F32 cache. */
    public static float[][] logits(LoadedModel model, int[] tokens, int chunkTokens, LoraMatrices adapter) {
        KvLayout layout = model.kvLayout(kv(32, KvConfig.ElementType.F32));
        Transformer transformer = model.transformer();
        float[][] logits = new float[tokens.length][];
        try (Arena arena = Arena.ofShared()) {
            MemorySegment[] blocks = new MemorySegment[tokens.length / 32 + 1];
            Arrays.setAll(blocks, i -> arena.allocate(layout.blockBytes(), 64));
            for (int from = 0; from < tokens.length; from += chunkTokens) {
                int to = Math.min(tokens.length, from + chunkTokens);
                MemorySegment[][] rows = new MemorySegment[to - from][];
                Arrays.fill(rows, blocks);
                List<AdapterSpan> spans = adapter == null
                        ? List.of() : List.of(new AdapterSpan(0, to - from, adapter));
                Rows result = transformer.forward(new ForwardBatch(Arrays.copyOfRange(tokens, from, to),
                        new KvRows(layout, rows, IntStream.range(from, to).toArray()), spans,
                        IntStream.range(0, to - from).toArray()));
                for (int i = from; i < to; i++) {
                    int at = result.at(i - from);
                    logits[i] = Arrays.copyOfRange(result.values(), at, at + result.width());
                }
            }
        }
        return logits;
    }

    public static float[][] logits(LoadedModel model, int[] tokens) {
        return logits(model, tokens, Integer.MAX_VALUE / 2, null);
    }
}
