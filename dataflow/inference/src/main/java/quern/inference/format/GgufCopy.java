package quern.inference.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import quern.gpu.tensor.Tensor;
import quern.inference.format.SourceTensor.Part;

/** A GGUF file as it is, whatever its architecture: every key and every tensor under the file's own names. */
final class GgufCopy implements GgufSource {

    /** What the writer or the conversion states anew, or what is about the old file alone. */
    private static final Set<String> LEFT_OUT =
            Set.of("general.alignment", "general.file_type", "general.quantization_version");
    private static final String EXPERTS = "_exps.weight";

    private final GgufHeader header;
    private final String where;
    private final Runnable release;

    GgufCopy(MemorySegment bytes, String where, Runnable release) {
        this.header = GgufReader.read(bytes, where);
        this.where = where;
        this.release = release;
        if (header.metadata().has("split.count") && header.metadata().integer("split.count") > 1) {
            throw new ModelFormatException(where, "is one of " + header.metadata().integer("split.count")
                    + " parts of a model, expected a model in one file");
        }
    }

    @Override
    public String name() {
        return where;
    }

    @Override
    public void describe(GgufWriter writer) {
        header.metadata().values().forEach((key, value) -> {
            if (!LEFT_OUT.contains(key) && !key.startsWith("split.")) {
                writer.copied(key, value);
            }
        });
    }

    @Override
    public List<SourceTensor> tensors() {
        List<SourceTensor> tensors = new ArrayList<>();
        header.tensors().forEach((name, tensor) -> {
            List<Integer> dimensions = header.dimensions().get(name);
            tensors.add(new SourceTensor(name, tensor.type(), dimensions, parts(tensor, dimensions), rows(tensor)));
        });
        return tensors;
    }

    /** Fused projections have the same inputs, so any of them names the product; experts have their own. */
    private static List<Part> parts(Tensor tensor, List<Integer> dimensions) {
        String name = tensor.name();
        if (name.endsWith(EXPERTS) && dimensions.size() == 3) {
            String stem = name.substring(0, name.length() - EXPERTS.length());
            List<Part> experts = new ArrayList<>();
            for (int i = 0; i < dimensions.get(2); i++) {
                experts.add(new Part(stem + "." + i + ".weight", dimensions.get(1)));
            }
            return experts;
        }
        return List.of(new Part(name.replace(".attn_qkv.", ".attn_q."), tensor.rows()));
    }

    static SourceTensor.StoredRows rows(Tensor tensor) {
        int rowBytes = Math.toIntExact(tensor.type().bytesOf(tensor.columns()));
        return (row, out, at) -> MemorySegment.copy(
                tensor.bytes(), ValueLayout.JAVA_BYTE, (long) row * rowBytes, out, at, rowBytes);
    }

    @Override
    public List<String> remarks() {
        return List.of();
    }

    @Override
    public void close() {
        release.run();
    }
}
