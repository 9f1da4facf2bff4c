package quern.tuning.export;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import quern.config.QuernException;
import quern.gpu.scalar.Dequantizer;
import quern.gpu.scalar.Quantizer;
import quern.gpu.tensor.ElementType;
import quern.inference.format.GgufSource;
import quern.inference.format.GgufWriter;
import quern.inference.format.SourceTensor;
import quern.inference.transformer.LoraWeights;
import quern.inference.transformer.LoraWeights.Pair;

/** A model with an adapter merged into its matrices, which are F32 then. Owns the model. */
public final class MergedModel implements GgufSource {

    private final GgufSource base;
    private final LoraWeights adapter;
    private final List<SourceTensor> tensors = new ArrayList<>();
    private int rounded;

    /**
     * @param adapter rows of B in the order of GGUF files ({@link quern.inference.format.GgufFamily#shape})
     * @throws QuernException if it does not fit the model, naming the matrix
     */
    public MergedModel(GgufSource base, LoraWeights adapter) {
        this.base = base;
        this.adapter = adapter;
        Set<String> left = new TreeSet<>(adapter.targets().keySet());
        for (SourceTensor tensor : base.tensors()) {
            tensors.add(left.remove(tensor.name()) ? merged(tensor) : tensor);
        }
        if (!left.isEmpty()) {
            throw new QuernException(QuernException.Category.ERROR, base.name() + " has no matrix " + left.iterator()
                    .next() + " of its own, for which the adapter has numbers");
        }
    }

    private SourceTensor merged(SourceTensor tensor) {
        Pair pair = adapter.targets().get(tensor.name());
        var delta = new MergedRows(tensor.name(), adapter, pair, tensor.rows(), tensor.columns());
        int columns = tensor.columns();
        ElementType stored = tensor.type();
        rounded += stored.blockElements() > 1 ? 1 : 0;
        return new SourceTensor(tensor.name(), ElementType.F32, tensor.dimensions(), tensor.parts(), (row, out, at) -> {
            byte[] bytes = new byte[Math.toIntExact(stored.bytesOf(columns))];
            tensor.bytes().read(row, bytes, 0);
            float[] values = new float[columns];
            Dequantizer.blocks(stored, bytes, 0, columns, values, 0);
            delta.merge(row, values);
            Quantizer.row(ElementType.F32, values, 0, columns, null, out, at);
        });
    }

    @Override
    public String name() {
        return base.name();
    }

    @Override
    public void describe(GgufWriter writer) {
        base.describe(writer);
    }

    @Override
    public List<SourceTensor> tensors() {
        return List.copyOf(tensors);
    }

    @Override
    public List<String> remarks() {
        List<String> remarks = new ArrayList<>(base.remarks());
        if (rounded > 0) {
            remarks.add(rounded + " of " + adapter.targets().size()
                    + " merged matrices were quantised before; what rounding cost them stays");
        }
        return remarks;
    }

    @Override
    public void close() {
        base.close();
    }
}
