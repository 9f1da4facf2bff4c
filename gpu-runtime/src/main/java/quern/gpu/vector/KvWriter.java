package quern.gpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import quern.gpu.kernel.KvLayout;
import quern.gpu.kernel.KvRows;
import quern.gpu.scalar.FloatMath;
import quern.gpu.tensor.QuantizedRows;
import quern.gpu.tensor.Rows;

/** Puts keys and values into their blocks. One instance, one thread. */
final class KvWriter {

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final KvRows kv;
    private final KvLayout layout;
    private final int layer;
    private final int size;
    private final int tokens;
    private final short[] halves;
    private final QuantizedRows quantized;

    KvWriter(KvRows kv, int layer) {
        this.kv = kv;
        this.layout = kv.layout();
        this.layer = layer;
        this.size = layout.headSize();
        this.tokens = layout.blockTokens();
        this.halves = new short[size];
        this.quantized = new QuantizedRows(1, layout.runs() * QuantizedRows.BLOCK);
    }

    void store(Rows keys, Rows values, int row) {
        int token = kv.positions()[row] % tokens;
        MemorySegment block = kv.blocks()[row][kv.positions()[row] / tokens];
        for (int head = 0; head < layout.kvHeads(); head++) {
            key(keys.values(), keys.at(row) + head * size, block, layout.keysOffset(layer, head), token);
            value(values.values(), values.at(row) + head * size, block, layout.valuesOffset(layer, head), token);
        }
    }

    private void key(float[] x, int from, MemorySegment block, long at, int token) {
        switch (layout.type()) {
            case F32 -> {
                for (int i = 0; i < size; i++) {
                    block.set(FLOAT, at + 4L * (i * tokens + token), x[from + i]);
                }
            }
            case F16 -> {
                halve(x, from);
                for (int i = 0; i < size; i++) {
                    block.set(SHORT, at + 2L * (i * tokens + token), halves[i]);
                }
            }
            default -> {
                quantize(x, from);
                for (int i = 0; i < size; i++) {
                    block.set(ValueLayout.JAVA_BYTE, at + i * tokens + token, quantized.values()[i]);
                }
                for (int run = 0; run < layout.runs(); run++) {
                    long scale = at + layout.scalesOffset() + 4L * (run * tokens + token);
                    block.set(FLOAT, scale, quantized.scales()[run]);
                }
            }
        }
    }

    private void value(float[] x, int from, MemorySegment block, long at, int token) {
        int first = token * size;
        switch (layout.type()) {
            case F32 -> MemorySegment.copy(x, from, block, FLOAT, at + 4L * first, size);
            case F16 -> {
                halve(x, from);
                MemorySegment.copy(halves, 0, block, SHORT, at + 2L * first, size);
            }
            default -> {
                quantize(x, from);
                MemorySegment.copy(quantized.values(), 0, block, ValueLayout.JAVA_BYTE, at + first, size);
                long scales = at + layout.scalesOffset() + 4L * token * layout.runs();
                MemorySegment.copy(quantized.scales(), 0, block, FLOAT, scales, layout.runs());
            }
        }
    }

    private void halve(float[] x, int from) {
        for (int i = 0; i < size; i++) {
            halves[i] = Float.floatToFloat16(x[from + i]);
        }
    }

    private void quantize(float[] x, int from) {
        for (int run = 0; run < layout.runs(); run++) {
            RowKernels.quantize(x, from + run * QuantizedRows.BLOCK, quantized, run);
        }
    }
}
