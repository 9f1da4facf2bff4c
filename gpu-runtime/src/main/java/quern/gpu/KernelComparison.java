package quern.gpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import quern.gpu.kernel.Activation;
import quern.gpu.kernel.AttentionRule;
import quern.gpu.kernel.KvLayout;
import quern.gpu.kernel.KvRows;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.LowRank;
import quern.gpu.kernel.RopeTable;
import quern.gpu.scalar.RandomWeights;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.QuantizedRows;
import quern.gpu.tensor.Rows;
import quern.gpu.tensor.Tensor;

/**
 * One kernel of a backend against its scalar definition, on the same random input. Each method gives the largest
 * absolute difference; 0 means equal everywhere (NaN equal to NaN), infinity that one is NaN and the other is not.
 */
public final class KernelComparison {

    private final Kernels subject;
    private final Kernels definition = new ScalarKernels();
    private final Random random;
    private final float spread;

    /** @param spread standard deviation of the activations */
    public KernelComparison(Kernels subject, long seed, float spread) {
        this.subject = subject;
        this.random = new Random(seed);
        this.spread = spread;
    }

    /** {@link Kernels#matmul} with a matrix of {@code rows} x {@code columns} and {@code count} tokens. */
    public float matmul(ElementType type, int rows, int columns, int count) {
        return matmul(RandomWeights.of(type, rows, columns, random), rows(count, columns), count);
    }

    /** The same with given weights and activations. */
    public float matmul(Tensor weights, Rows x, int count) {
        Rows expected = new Rows(count, weights.rows());
        Rows found = new Rows(count, weights.rows());
        definition.matmul(definition.pack(weights), x, count, expected);
        subject.matmul(subject.pack(weights), x, count, found);
        return difference(expected, found);
    }

    /** {@link Kernels#matmulQ8}. */
    public float matmulQ8(ElementType type, int rows, int columns, int count) {
        return matmulQ8(RandomWeights.of(type, rows, columns, random), rows(count, columns), count);
    }

    /** The same with given weights and activations. */
    public float matmulQ8(Tensor weights, Rows x, int count) {
        QuantizedRows q = new QuantizedRows(count, x.width());
        definition.quantizeActivations(x, count, q);
        Rows expected = new Rows(count, weights.rows());
        Rows found = new Rows(count, weights.rows());
        definition.matmulQ8(definition.pack(weights), q, count, expected);
        subject.matmulQ8(subject.pack(weights), q, count, found);
        return difference(expected, found);
    }

    /** {@link Kernels#addLowRank} of spans of {@code tokens} each, between rows without an update. */
    public float addLowRank(int rank, int rows, int columns, int... tokens) {
        int count = 1;
        for (int each : tokens) {
            count += each + 1;
        }
        Rows x = rows(count, columns);
        Rows expected = rows(count, rows);
        Rows found = copy(expected);
        List<LowRank.Span> theirs = new ArrayList<>();
        List<LowRank.Span> ours = new ArrayList<>();
        int from = 1;
        for (int each : tokens) {
            Rows a = rows(rank, columns);
            Rows b = rows(rows, rank);
            theirs.add(new LowRank.Span(from, from + each, definition.packLowRank(a, b, 0.7f)));
            ours.add(new LowRank.Span(from, from + each, subject.packLowRank(a, b, 0.7f)));
            from += each + 1;
        }
        definition.addLowRank(theirs, x, expected);
        subject.addLowRank(ours, x, found);
        return difference(expected, found);
    }

    /** {@link Kernels#rowNorms}, and {@link Kernels#scaleColumns} by them. */
    public float rowNorms(ElementType type, int rank, int rows, int columns) {
        Tensor weights = RandomWeights.of(type, rows, columns, random);
        Rows a = rows(rank, columns);
        Rows b = rows(rows, rank);
        float[] expected = new float[rows];
        float[] found = new float[rows];
        definition.rowNorms(definition.pack(weights), a, b, 0.3f, expected);
        subject.rowNorms(subject.pack(weights), a, b, 0.3f, found);
        Rows scaled = rows(4, rows);
        Rows ours = copy(scaled);
        definition.scaleColumns(scaled, 1, 3, expected);
        subject.scaleColumns(ours, 1, 3, expected);
        return Math.max(difference(expected, found), difference(scaled, ours));
    }

    /** {@link Kernels#embed} of random rows of a table. */
    public float embed(ElementType type, int rows, int columns, int count) {
        Tensor table = RandomWeights.of(type, rows, columns, random);
        int[] ids = random.ints(count, 0, rows).toArray();
        Rows expected = new Rows(count, columns);
        Rows found = new Rows(count, columns);
        definition.embed(table, ids, count, expected);
        subject.embed(table, ids, count, found);
        return difference(expected, found);
    }

    /** {@link Kernels#quantizeActivations} of {@code x}: values and scales. */
    public float quantizeActivations(Rows x, int count) {
        QuantizedRows expected = new QuantizedRows(count, x.width());
        QuantizedRows found = new QuantizedRows(count, x.width());
        definition.quantizeActivations(x, count, expected);
        subject.quantizeActivations(x, count, found);
        float largest = difference(expected.scales(), found.scales());
        for (int i = 0; i < expected.values().length; i++) {
            largest = Math.max(largest, Math.abs(expected.values()[i] - found.values()[i]));
        }
        return largest;
    }

    /** {@link Kernels#rmsNorm}. */
    public float rmsNorm(int count, int width) {
        Rows x = rows(count, width);
        float[] weight = rows(1, width).values();
        Rows expected = new Rows(count, width);
        Rows found = new Rows(count, width);
        definition.rmsNorm(x, count, weight, 1e-5f, expected);
        subject.rmsNorm(x, count, weight, 1e-5f, found);
        return difference(expected, found);
    }

    /** {@link Kernels#layerNorm}. */
    public float layerNorm(int count, int width) {
        Rows x = rows(count, width);
        float[] weight = rows(1, width).values();
        float[] bias = rows(1, width).values();
        Rows expected = new Rows(count, width);
        Rows found = new Rows(count, width);
        definition.layerNorm(x, count, weight, bias, 1e-12f, expected);
        subject.layerNorm(x, count, weight, bias, 1e-12f, found);
        return difference(expected, found);
    }

    /** {@link Kernels#activate}, both forms. */
    public float activate(int count, int width) {
        float largest = 0;
        for (Activation activation : Activation.values()) {
            Rows expected = rows(count, width);
            Rows found = copy(expected);
            definition.activate(activation, expected, count);
            subject.activate(activation, found, count);
            largest = Math.max(largest, difference(expected, found));
        }
        return largest;
    }

    /** {@link Kernels#add} and {@link Kernels#addBias}. */
    public float sums(int count, int width) {
        Rows expected = rows(count, width);
        Rows found = copy(expected);
        Rows addend = rows(count, width);
        float[] bias = rows(1, width).values();
        definition.add(expected, count, addend);
        subject.add(found, count, addend);
        definition.addBias(expected, count, bias);
        subject.addBias(found, count, bias);
        return difference(expected, found);
    }

    /** {@link Kernels#rope}, of {@code pairs} pairs per head. */
    public float rope(boolean interleaved, int count, int headCount, int headSize, int pairs) {
        RopeTable table = RopeTable.of(interleaved, 2 * pairs, 10_000);
        Rows expected = rows(count, headCount * headSize);
        Rows found = copy(expected);
        int[] positions = random.ints(count, 0, 5000).toArray();
        definition.rope(expected, count, headCount, headSize, table, positions);
        subject.rope(found, count, headCount, headSize, table, positions);
        return difference(expected, found);
    }

    /** {@link Kernels#siluMultiply}. */
    public float siluMultiply(int count, int width) {
        Rows gate = rows(count, width);
        Rows up = rows(count, width);
        Rows expected = new Rows(count, width);
        Rows found = new Rows(count, width);
        definition.siluMultiply(gate, up, count, expected);
        subject.siluMultiply(gate, up, count, found);
        return difference(expected, found);
    }

    /** {@link Kernels#geluMultiply}. */
    public float geluMultiply(int count, int width) {
        Rows gate = rows(count, width);
        Rows up = rows(count, width);
        Rows expected = new Rows(count, width);
        Rows found = new Rows(count, width);
        definition.geluMultiply(gate, up, count, expected);
        subject.geluMultiply(gate, up, count, found);
        return difference(expected, found);
    }

    /** {@link Kernels#scale} and {@link Kernels#softcap}. */
    public float softcap(int count, int width, float cap) {
        Rows expected = rows(count, width);
        Rows found = copy(expected);
        definition.scale(expected, count, 3f);
        subject.scale(found, count, 3f);
        definition.softcap(expected, count, cap);
        subject.softcap(found, count, cap);
        return difference(expected, found);
    }

    /** {@link Kernels#maxima} and {@link Kernels#exponentialSums}. */
    public float runs(float[] x, int from, int count) {
        int runs = Math.ceilDiv(count, Kernels.RUN);
        float[][] expected = {new float[runs], new float[runs]};
        float[][] found = {new float[runs], new float[runs]};
        definition.maxima(x, from, count, expected[0]);
        definition.exponentialSums(x, from, count, runs > 0 ? expected[0][0] : 0, expected[1]);
        subject.maxima(x, from, count, found[0]);
        subject.exponentialSums(x, from, count, runs > 0 ? expected[0][0] : 0, found[1]);
        return Math.max(difference(expected[0], found[0]), difference(expected[1], found[1]));
    }

    /**
     * {@link Kernels#storeKv}, then {@link Kernels#attention}: {@code sequences} of {@code length} tokens each, the
     * last {@code rowsEach} of which attend.
     */
    public float attention(KvLayout layout, int sequences, int length, int rowsEach, int headCount) {
        AttentionRule rule = AttentionRule.full((float) (1 / Math.sqrt(layout.headSize())));
        return attention(layout, rule, sequences, length, rowsEach, headCount);
    }

    /** The same under another rule. */
    public float attention(
            KvLayout layout, AttentionRule rule, int sequences, int length, int rowsEach, int headCount) {
        int width = layout.kvHeads() * layout.headSize();
        int layer = layout.layers() - 1;
        KvRows all = kvRows(layout, blocks(layout, sequences, length), length, length);
        KvRows ours = kvRows(layout, blocks(layout, sequences, length), length, length);
        Rows keys = rows(sequences * length, width);
        Rows values = rows(sequences * length, width);
        definition.storeKv(keys, values, keys.count(), all, layer);
        subject.storeKv(keys, values, keys.count(), ours, layer);
        float stored = difference(all, ours);
        KvRows last = kvRows(layout, all.blocks(), length, rowsEach);
        int count = sequences * rowsEach;
        Rows queries = rows(count, headCount * layout.headSize());
        Rows expected = new Rows(count, queries.width());
        Rows found = new Rows(count, queries.width());
        definition.attention(queries, count, headCount, rule, last, layer, expected);
        subject.attention(queries, count, headCount, rule, last, layer, found);
        return Math.max(stored, difference(expected, found));
    }

    /**
     * {@link Kernels#attention} of the last {@code rowsEach} rows of {@code sequences} that begin with the same
     * {@code sharedBlocks} blocks and have {@code length} tokens or up to seven fewer, in random order.
     */
    public float attentionSharing(
            KvLayout layout, AttentionRule rule, int sequences, int sharedBlocks, int length, int rowsEach,
            int headCount) {
        int width = layout.kvHeads() * layout.headSize();
        MemorySegment[] blocks = blocks(layout, 1, length)[0];
        List<int[]> order = new ArrayList<>();
        List<MemorySegment[]> lists = new ArrayList<>();
        for (int sequence = 0; sequence < sequences; sequence++) {
            MemorySegment[] own = blocks(layout, 1, length)[0];
            System.arraycopy(blocks, 0, own, 0, Math.min(sharedBlocks, own.length));
            lists.add(own);
            definition.storeKv(rows(length, width), rows(length, width), length, kvOf(layout, own, 0, length), 0);
            int end = length - random.nextInt(Math.min(length, 8));
            for (int p = Math.max(0, end - rowsEach); p < end; p++) {
                order.add(new int[] {sequence, p});
            }
        }
        Collections.shuffle(order, random);
        KvRows kv = new KvRows(layout, order.stream().map(row -> lists.get(row[0])).toArray(MemorySegment[][]::new),
                order.stream().mapToInt(row -> row[1]).toArray());
        Rows queries = rows(order.size(), headCount * layout.headSize());
        Rows expected = new Rows(order.size(), queries.width());
        Rows found = new Rows(order.size(), queries.width());
        definition.attention(queries, order.size(), headCount, rule, kv, 0, expected);
        subject.attention(queries, order.size(), headCount, rule, kv, 0, found);
        return difference(expected, found);
    }

    private static KvRows kvOf(KvLayout layout, MemorySegment[] blocks, int from, int to) {
        MemorySegment[][] perRow = new MemorySegment[to - from][];
        Arrays.fill(perRow, blocks);
        return new KvRows(layout, perRow, IntStream.range(from, to).toArray());
    }

    /** The same in both directions: every row of one sequence attends to all of it. */
    public float attentionBothWays(KvLayout layout, int length, int headCount) {
        int width = layout.kvHeads() * layout.headSize();
        KvRows kv = kvRows(layout, blocks(layout, 1, length), length, length);
        definition.storeKv(rows(length, width), rows(length, width), length, kv, 0);
        int[] last = new int[length];
        Arrays.fill(last, length - 1);
        KvRows all = new KvRows(layout, kv.blocks(), last);
        Rows queries = rows(length, headCount * layout.headSize());
        Rows expected = new Rows(length, queries.width());
        Rows found = new Rows(length, queries.width());
        AttentionRule rule = AttentionRule.full((float) (1 / Math.sqrt(layout.headSize())));
        definition.attention(queries, length, headCount, rule, all, 0, expected);
        subject.attention(queries, length, headCount, rule, all, 0, found);
        return difference(expected, found);
    }

    private static MemorySegment[][] blocks(KvLayout layout, int sequences, int length) {
        MemorySegment[][] blocks = new MemorySegment[sequences * length][];
        for (int row = 0; row < blocks.length; row++) {
            if (row % length > 0) {
                blocks[row] = blocks[row - 1];
                continue;
            }
            blocks[row] = new MemorySegment[Math.ceilDiv(length, layout.blockTokens())];
            for (int i = 0; i < blocks[row].length; i++) {
                blocks[row][i] = MemorySegment.ofArray(new byte[Math.toIntExact(layout.blockBytes())]);
            }
        }
        return blocks;
    }

    /** The last {@code rowsEach} rows of each run of {@code length} rows. */
    private static KvRows kvRows(KvLayout layout, MemorySegment[][] perToken, int length, int rowsEach) {
        int sequences = perToken.length / length;
        MemorySegment[][] blocks = new MemorySegment[sequences * rowsEach][];
        int[] positions = new int[blocks.length];
        for (int row = 0; row < blocks.length; row++) {
            positions[row] = length - rowsEach + row % rowsEach;
            blocks[row] = perToken[row / rowsEach * length];
        }
        return new KvRows(layout, blocks, positions);
    }

    private static float difference(KvRows expected, KvRows found) {
        for (int row = 0; row < expected.blocks().length; row++) {
            for (int i = 0; i < expected.blocks()[row].length; i++) {
                if (expected.blocks()[row][i].mismatch(found.blocks()[row][i]) >= 0) {
                    long at = expected.blocks()[row][i].mismatch(found.blocks()[row][i]);
                    byte a = expected.blocks()[row][i].get(ValueLayout.JAVA_BYTE, at);
                    return Math.max(1, Math.abs(a - found.blocks()[row][i].get(ValueLayout.JAVA_BYTE, at)));
                }
            }
        }
        return 0;
    }

    /** Normally distributed activations. */
    public Rows rows(int count, int width) {
        Rows rows = new Rows(count, width);
        for (int i = 0; i < rows.values().length; i++) {
            rows.values()[i] = (float) random.nextGaussian() * spread;
        }
        return rows;
    }

    private static Rows copy(Rows rows) {
        return new Rows(rows.values().clone(), rows.count(), rows.width());
    }

    private static float difference(Rows expected, Rows found) {
        return difference(expected.values(), found.values());
    }

    private static float difference(float[] expected, float[] found) {
        float largest = 0;
        for (int i = 0; i < expected.length; i++) {
            boolean same = expected[i] == found[i] || Float.isNaN(expected[i]) && Float.isNaN(found[i]);
            float difference = same ? 0 : Math.abs(expected[i] - found[i]);
            largest = Math.max(largest, Float.isNaN(difference) ? Float.POSITIVE_INFINITY : difference);
        }
        return largest;
    }
}
