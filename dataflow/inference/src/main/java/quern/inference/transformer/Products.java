package quern.inference.transformer;

import java.util.List;
import quern.config.EngineConfig;
import quern.gpu.kernel.Kernels;
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

    /** {@code y = W x + bias}, and what the adapters of {@code spans} add. */
    void multiply(Linear linear, Input x, List<AdapterSpan> spans, Rows y) {
        multiply(linear, x, y);
        for (AdapterSpan span : spans) {
            if (span.adapter().has(linear.name())) {
                adapt(linear.name(), x.rows, span, y);
            }
        }
    }

    /** {@code y = W x + bias}. */
    void multiply(Linear linear, Input x, Rows y) {
        watch.input(linear.name(), x.rows, x.count);
        boolean quantised = linear.matrix().type().blockElements() > 1;
        if (rounding && quantised) {
            kernels.matmulQ8(linear.matrix(), x.rounded(), x.count, y);
        } else {
            kernels.matmul(linear.matrix(), x.rows, x.count, y);
        }
        linear.bias().ifPresent(bias -> kernels.addBias(y, x.count, bias));
    }

    private void adapt(String target, Rows x, AdapterSpan span, Rows y) {
        int count = span.to() - span.from();
        if (span.from() == 0) {
            span.adapter().apply(target, kernels, x, count, y, scratch);
            return;
        }
        Rows part = scratch.rows("lora.input", count, x.width());
        Rows result = scratch.rows("lora.output", count, y.width());
        System.arraycopy(x.values(), x.at(span.from()), part.values(), 0, count * x.width());
        System.arraycopy(y.values(), y.at(span.from()), result.values(), 0, count * y.width());
        span.adapter().apply(target, kernels, part, count, result, scratch);
        System.arraycopy(result.values(), 0, y.values(), y.at(span.from()), count * y.width());
    }
}
