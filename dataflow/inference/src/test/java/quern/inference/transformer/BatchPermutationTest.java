package quern.inference.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import quern.config.BackendConfig;
import quern.config.EngineConfig.Product;
import quern.config.KvConfig;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.KvLayout;
import quern.gpu.kernel.KvRows;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.tensor.Rows;
import quern.inference.ForwardRun;
import quern.inference.LoadedModel;
import quern.inference.TinyModel;

/** Rows in another order are the same rows in another order, to the bit, their cache blocks included. */
class BatchPermutationTest {

    private static final int SEQUENCES = 5;
    private static final int PERMUTATIONS = 2;

    private record Row(int sequence, int position) {}

    private final int[][] prompts = IntStream.range(0, SEQUENCES)
            .mapToObj(i -> new Random(i).ints(1 + 7 * i, 0, 50).toArray()).toArray(int[][]::new);

    static Stream<TinyModel> models() {
        return Stream.of(TinyModel.llama(4), TinyModel.qwen2(5), TinyModel.capped(6), TinyModel.sparse(8, true));
    }

    /** Sequences in any order, their rows in each other's way, those of one in order of their positions. */
    private List<Row> shuffled(Random random) {
        List<Integer> turns = new ArrayList<>();
        for (int s = 0; s < SEQUENCES; s++) {
            turns.addAll(Collections.nCopies(prompts[s].length, s));
        }
        Collections.shuffle(turns, random);
        int[] next = new int[SEQUENCES];
        return turns.stream().map(s -> new Row(s, next[s]++)).toList();
    }

    private record Outcome(int[][][] logits, List<byte[]> blocks) {}

    private Outcome forward(LoadedModel model, List<Row> rows) {
        KvLayout layout = model.kvLayout(ForwardRun.kv(8, KvConfig.ElementType.F16));
        int[][][] logits = new int[SEQUENCES][][];
        try (Arena arena = Arena.ofShared()) {
            MemorySegment[][] blocks = new MemorySegment[SEQUENCES][];
            for (int s = 0; s < SEQUENCES; s++) {
                logits[s] = new int[prompts[s].length][];
                blocks[s] = new MemorySegment[prompts[s].length / 8 + 1];
                Arrays.setAll(blocks[s], i -> arena.allocate(layout.blockBytes(), 64));
            }
            int[] tokens = rows.stream().mapToInt(row -> prompts[row.sequence()][row.position()]).toArray();
            MemorySegment[][] memory = rows.stream().map(row -> blocks[row.sequence()]).toArray(MemorySegment[][]::new);
            int[] positions = rows.stream().mapToInt(Row::position).toArray();
            Rows result = model.transformer().forward(new ForwardBatch(tokens, new KvRows(layout, memory, positions),
                    List.of(), IntStream.range(0, rows.size()).toArray()));
            for (int i = 0; i < rows.size(); i++) {
                int at = result.at(i);
                logits[rows.get(i).sequence()][rows.get(i).position()] =
                        IntStream.range(at, at + result.width())
                                .map(j -> Float.floatToRawIntBits(result.values()[j])).toArray();
            }
            return new Outcome(logits, Stream.of(blocks).flatMap(Stream::of)
                    .map(block -> block.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE)).toList());
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void shouldPermuteTheOutputsExactlyWhenTheBatchIsPermuted(TinyModel file) {
        try (Backend vector = BackendChoice.choose(new BackendConfig(BackendConfig.Choice.VECTOR, 2)).backend()) {
            for (Kernels kernels : List.of(new ScalarKernels(), vector.kernels())) {
                for (Product product : Product.values()) {
                    check(LoadedModel.load(file, kernels, product));
                }
            }
        }
    }

    private void check(LoadedModel model) {
        Random random = new Random(11);
        Outcome first = forward(model, shuffled(random));
        for (int i = 0; i < PERMUTATIONS; i++) {
            Outcome other = forward(model, shuffled(random));
            for (int s = 0; s < SEQUENCES; s++) {
                for (int p = 0; p < prompts[s].length; p++) {
                    assertArrayEquals(first.logits()[s][p], other.logits()[s][p], "sequence " + s + ", row " + p);
                }
            }
            for (int b = 0; b < first.blocks().size(); b++) {
                assertEquals(-1, Arrays.mismatch(first.blocks().get(b), other.blocks().get(b)), "block " + b);
            }
        }
    }
}
