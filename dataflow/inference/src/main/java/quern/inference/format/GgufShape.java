package quern.inference.format;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import quern.gpu.kernel.RopeTable;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;
import quern.inference.transformer.ModelShape;

/** Reads the shape of a model from GGUF metadata. */
final class GgufShape {

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final GgufMetadata metadata;
    private final Map<String, Tensor> tensors;
    private final String where;
    private final String architecture;

    private GgufShape(GgufHeader header, String where) {
        this.metadata = header.metadata();
        this.tensors = header.tensors();
        this.where = where;
        this.architecture = metadata.text("general.architecture")
                .orElseThrow(() -> new ModelFormatException(where, "has no general.architecture"));
    }

    static ModelShape of(GgufHeader header, String where) {
        return new GgufShape(header, where).read();
    }

    private ModelShape read() {
        if (!LlamaShape.ARCHITECTURES.contains(architecture)) {
            throw new ModelFormatException(where, "architecture " + architecture + ", supported are "
                    + LlamaShape.ARCHITECTURES);
        }
        if (number("expert_count", 0) != 0) {
            throw new ModelFormatException(where, "is a mixture of " + number("expert_count", 0)
                    + " experts, supported are models without");
        }
        int hidden = number("embedding_length");
        int heads = number("attention.head_count");
        int headSize = number("attention.key_length", heads == 0 ? 0 : hidden / heads);
        int valueSize = number("attention.value_length", headSize);
        if (valueSize != headSize) {
            throw new ModelFormatException(
                    where, "values of " + valueSize + " elements and keys of " + headSize + ", expected equal sizes");
        }
        Tensor embeddings = tensors.get("token_embd.weight");
        if (embeddings == null) {
            throw new ModelFormatException(where, "has no tensor token_embd.weight");
        }
        ModelShape shape = new ModelShape(
                architecture,
                number("block_count"),
                hidden,
                heads,
                number("attention.head_count_kv", heads),
                headSize,
                number("feed_forward_length"),
                embeddings.rows(),
                number("context_length"),
                (float) metadata.real(architecture + ".attention.layer_norm_rms_epsilon"),
                rope(headSize),
                !tensors.containsKey("output.weight"),
                tensors.containsKey("blk.0.attn_q.bias"));
        return LlamaShape.checked(shape, tensors, where);
    }

    private RopeTable rope(int headSize) {
        int rotated = number("rope.dimension_count", headSize);
        if (rotated < 2 || rotated > headSize || rotated % 2 != 0) {
            throw new ModelFormatException(
                    where, "rope turns " + rotated + " elements of a head of " + headSize + ", expected an even share");
        }
        double base = metadata.real(architecture + ".rope.freq_base", 10_000);
        if (!(base > 1)) {
            throw new ModelFormatException(where, "rope base " + base + ", expected more than 1");
        }
        RopeTable table = RopeTable.of(architecture.equals("llama"), rotated, base);
        float[] frequencies = table.frequencies();
        double scale = linearScale();
        float[] divisors = divisors(frequencies.length);
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = (float) (frequencies[i] / scale / divisors[i]);
        }
        return new RopeTable(table.interleaved(), frequencies);
    }

    private double linearScale() {
        String key = architecture + ".rope.scaling.";
        String type = metadata.text(key + "type").orElse("none");
        if (type.equals("none")) {
            return 1;
        }
        double factor = metadata.real(key + "factor", 1);
        if (!type.equals("linear") || !(factor > 0)) {
            throw new ModelFormatException(where, "rope scaling " + type + " by " + factor
                    + ", supported are none, linear and rope_freqs.weight");
        }
        return factor;
    }

    /** Llama 3's scaling, one divisor per pair, as llama.cpp stores it. */
    private float[] divisors(int pairs) {
        float[] divisors = new float[pairs];
        Arrays.fill(divisors, 1);
        Tensor tensor = tensors.get("rope_freqs.weight");
        if (tensor == null) {
            return divisors;
        }
        if (tensor.type() != ElementType.F32 || tensor.rows() != 1 || tensor.columns() != pairs) {
            throw new ModelFormatException(where, "rope_freqs.weight is " + tensor.rows() + " x " + tensor.columns()
                    + " " + tensor.type() + ", expected 1 x " + pairs + " F32");
        }
        for (int i = 0; i < pairs; i++) {
            divisors[i] = tensor.bytes().getAtIndex(FLOAT, i);
            if (!(divisors[i] > 0) || Float.isInfinite(divisors[i])) {
                throw new ModelFormatException(
                        where, "rope_freqs.weight[" + i + "] is " + divisors[i] + ", expected a positive number");
            }
        }
        return divisors;
    }

    private int number(String key) {
        return metadata.integer(architecture + "." + key);
    }

    private int number(String key, int otherwise) {
        return metadata.integer(architecture + "." + key, otherwise);
    }
}
