package quern.tuning.export;

import java.nio.file.Path;
import java.util.List;
import quern.config.QuernException;
import quern.gpu.scalar.Quantizer;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Rows;
import quern.inference.format.GgufWriter;
import quern.inference.transformer.LoraWeights;

/**
 * An adapter alone as llama.cpp's {@code convert_lora_to_gguf.py} has it: {@code general.type} adapter,
 * {@code adapter.type} lora, {@code adapter.lora.alpha}, and per matrix {@code .lora_a} and {@code .lora_b}. llama.cpp
 * divides alpha by the rank, so what stands there is scale times rank, also for rsLoRA.
 */
public final class LoraGguf {

    private LoraGguf() {}

    /**
     * @param adapter rows of B in the order of GGUF files
     * @param family {@code general.architecture} of the base
     * @param name for people
     * @param type F32, F16 or BF16
     * @throws QuernException if the adapter has magnitudes, for which the form has no place; or the file cannot be
     *     written; nothing is left then
     */
    public static void write(Path file, LoraWeights adapter, String family, String name, ElementType type) {
        if (adapter.hasMagnitudes()) {
            throw new QuernException(QuernException.Category.ERROR, "adapter " + name + " is DoRA: a GGUF adapter has"
                    + " no place for its magnitudes, and without them it would be another; expected '--form merged' or"
                    + " 'safetensors', or PEFT's files ('quern adapters export')");
        }
        GgufWriter writer = new GgufWriter().text("general.architecture", family).text("general.type", "adapter")
                .text("general.name", name).text("adapter.type", "lora")
                .real("adapter.lora.alpha", adapter.scale() * adapter.rank());
        adapter.targets().forEach((target, pair) -> {
            tensor(writer, target + ".lora_a", pair.a(), type);
            tensor(writer, target + ".lora_b", pair.b(), type);
        });
        writer.write(file);
    }

    private static void tensor(GgufWriter writer, String name, Rows rows, ElementType type) {
        writer.tensor(name, type, List.of(rows.width(), rows.count()), sink -> {
            byte[] row = new byte[Math.toIntExact(type.bytesOf(rows.width()))];
            for (int i = 0; i < rows.count(); i++) {
                Quantizer.row(type, rows.values(), rows.at(i), rows.width(), null, row, 0);
                sink.write(row, 0, row.length);
            }
        });
    }
}
