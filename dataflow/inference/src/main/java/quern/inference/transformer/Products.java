package quern.inference.transformer;

import java.util.ArrayList;
import java.util.List;
import quern.config.EngineConfig;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.LowRank;
import quern.gpu.tensor.QuantizedRows;
import quern.gpu.tensor.Rows;
import quern.inference.transformer.ForwardBatch.AdapterSpan;
import quern.inference.transformer.TransformerWeights.Linear;

/**
 * Products of activations with weights and adapters. With {@link EngineConfig.Product#Q8} the activations that meet
 * quantised weights are rounded to 8 bits per block of 32; weights stored as floats, and adapters, always see floats.
 */
final class Products {

    private final Kernels kernels;
    private final boolean rounding;
    private final RowScratch scratch;
    private ProductWatch watch = (name, rows, count) -> { };

    Products(Kernels kernels, EngineConfig.Product product, RowScratch scratch) {
        this.kernels = kernels;
        this.rounding = product == EngineConfig.Product.Q8;
        this.scratch = scratch;
    }

    void watch(ProductWatch listener) {
        watch = listener;
    }

    /** Rows that go into one or more products; rounded once, when the first of them asks. */
    final class Input {

        private final Rows rows;
        private final int count;
        private QuantizedRows rounded;

        private Input(Rows rows, int count) {
            this.rows = rows;
            this.count = count;
        }

        private QuantizedRows rounded() {
            if (rounded == null) {
                rounded = scratch.quantized(count, rows.width());
                kernels.quantizeActivations(rows, count, rounded);
            }
            return rounded;
        }
    }

    /** Valid until the next input of the same width is made. */
    Input input(Rows rows, int count) {
        return new Input(rows, count);
    }

    /** {@code y = W x + bias}, and what the adapters of {@code spans} make of it. */
    void multiply(Linear linear, Input x, List<AdapterSpan> spans, Rows y) {
        product(linear, x, y);
        List<LowRank.Span> added = new ArrayList<>(spans.size());
        List<LowRank.Span> scaled = new ArrayList<>();
        List<float[]> factors = new ArrayList<>();
        for (AdapterSpan span : spans) {
            LowRank update = span.adapter().of(linear.name());
            if (update != null) {
                float[] own = span.adapter().factors(linear);
                (own == null ? added : scaled).add(new LowRank.Span(span.from(), span.to(), update));
                if (own != null) {
                    factors.add(own);
                }
            }
        }
        if (!scaled.isEmpty()) {
            kernels.addLowRank(scaled, x.rows, y);
            for (int i = 0; i < scaled.size(); i++) {
                kernels.scaleColumns(y, scaled.get(i).from(), scaled.get(i).to(), factors.get(i));
            }
        }
        linear.bias().ifPresent(bias -> kernels.addBias(y, x.count, bias));
        if (!added.isEmpty()) {
            kernels.addLowRank(added, x.rows, y);
        }
    }

    /** {@code y = W x + bias}. */
    void multiply(Linear linear, Input x, Rows y) {
        multiply(linear, x, List.of(), y);
    }

    private void product(Linear linear, Input x, Rows y) {
        watch.input(linear.name(), x.rows, x.count);
        boolean quantised = linear.matrix().type().blockElements() > 1;
        if (rounding && quantised) {
            kernels.matmulQ8(linear.matrix(), x.rounded(), x.count, y);
        } else {
            kernels.matmul(linear.matrix(), x.rows, x.count, y);
        }
    }
}
