package quern.tuning;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import quern.config.QuernException;
import quern.gpu.scalar.Dequantizer;
import quern.gpu.tensor.Rows;
import quern.gpu.tensor.Tensor;
import quern.inference.format.SafetensorsReader;
import quern.inference.transformer.LoraWeights;
import quern.inference.transformer.LoraWeights.Pair;
import quern.inference.transformer.ModelShape;
import quern.kv.AtomicFile;

/**
 * An adapter in a directory, as PEFT writes it: {@code adapter_config.json} and {@code adapter_model.safetensors} with
 * tensors {@code base_model.model.model.layers.N.self_attn.q_proj.lora_A.weight} (r, inputs) and {@code lora_B.weight}
 * (outputs, r). Files are in Hugging Face's order of rows: where the base has the interleaved rope of Llama GGUF files,
 * B's rows of query and key are moved on the way in and out.
 */
public final class AdapterFile {

    private static final String CONFIG = "adapter_config.json";
    private static final String WEIGHTS = "adapter_model.safetensors";
    private static final int CONFIG_BYTES_MAX = 1 << 20;
    private static final long PART_BYTES = 1 << 20;
    private static final Pattern NAME = Pattern.compile(
            "base_model\\.model\\.model\\.layers\\.(0|[1-9][0-9]{0,3})\\.([a-z_.]+)\\.lora_([AB])\\.weight");
    private static final ObjectMapper JSON = new ObjectMapper();

    private AdapterFile() {}

    /**
     * Writes both files; each appears whole or not at all.
     *
     * @param baseName what the adapter was trained on, for people
     * @param shape the base's
     */
    public static void write(
            Path directory, LoraWeights weights, LoraSettings settings, ModelShape shape, String baseName) {
        files(weights, settings, shape, baseName).forEach((name, bytes) -> writeFile(directory.resolve(name), bytes));
    }

    /** Both files by name, as {@link #write} writes them; the same for the same adapter. */
    public static Map<String, byte[]> files(
            LoraWeights weights, LoraSettings settings, ModelShape shape, String baseName) {
        Map<String, Rows> tensors = new LinkedHashMap<>();
        for (int layer = 0; layer < shape.layers(); layer++) {
            for (LoraTarget target : LoraTarget.values()) {
                Pair pair = weights.targets().get(target.tensorName(layer));
                if (pair != null) {
                    String module = "base_model.model.model.layers." + layer + "." + target.moduleName();
                    tensors.put(module + ".lora_A.weight", pair.a());
                    tensors.put(module + ".lora_B.weight", RopeOrder.of(target, shape).toHalfSplit(pair.b()));
                }
            }
        }
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(WEIGHTS, SafetensorsBytes.of(tensors));
        files.put(CONFIG, config(settings, baseName));
        return files;
    }

    private static void writeFile(Path file, byte[] bytes) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            AtomicFile.write(file, bytes);
        } catch (IOException failed) {
            throw new QuernException(QuernException.Category.RETRYABLE,
                    "adapter " + file + " cannot be written: " + failed.getMessage(), failed);
        }
    }

    private static byte[] config(LoraSettings settings, String baseName) {
        ObjectNode config = JSON.createObjectNode()
                .put("peft_type", "LORA")
                .put("task_type", "CAUSAL_LM")
                .put("base_model_name_or_path", baseName)
                .put("r", settings.rank())
                .put("lora_alpha", settings.alpha())
                .put("lora_dropout", 0.0)
                .put("bias", "none")
                .put("fan_in_fan_out", false)
                .put("inference_mode", true)
                .put("init_lora_weights", true)
                .put("use_rslora", settings.rankStabilized())
                .put("use_dora", false);
        settings.targets().stream().map(LoraTarget::shortName).sorted()
                .forEach(config.putArray("target_modules")::add);
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(config);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a tree of plain values is always JSON", impossible);
        }
    }

    /**
     * Reads an adapter for a base of this shape.
     *
     * @throws QuernException if a file is damaged, of another kind than plain LoRA, or does not fit the shape
     */
    public static Loaded read(Path directory, ModelShape shape) {
        LoraSettings settings = settings(directory);
        Path file = directory.resolve(WEIGHTS);
        try (Arena arena = Arena.ofConfined(); FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            MemorySegment bytes = content(channel, arena);
            return new Loaded(settings, weights(SafetensorsReader.read(bytes, file.toString()), settings, shape, file));
        } catch (IOException failed) {
            throw new QuernException(QuernException.Category.ERROR,
                    file + " cannot be read: " + failed.getMessage(), failed);
        }
    }

    /** Read, not mapped: a sealed file has no bytes to map. */
    private static MemorySegment content(FileChannel channel, Arena arena) throws IOException {
        long size = channel.size();
        MemorySegment bytes = arena.allocate(Math.max(1, size), Long.BYTES).asSlice(0, size);
        for (long at = 0; at < size; ) {
            ByteBuffer part = bytes.asSlice(at, Math.min(size - at, PART_BYTES)).asByteBuffer();
            int count = channel.read(part, at);
            if (count < 0) {
                throw new IOException("ends after " + at + " of " + size + " bytes");
            }
            at += count;
        }
        return bytes;
    }

    /** An adapter as read from its files. */
    public record Loaded(LoraSettings settings, LoraWeights weights) {}

    private static LoraSettings settings(Path directory) {
        Path file = directory.resolve(CONFIG);
        JsonNode config;
        try {
            if (Files.size(file) > CONFIG_BYTES_MAX) {
                throw refused(file, "has more than " + CONFIG_BYTES_MAX + " bytes");
            }
            config = JSON.readTree(Files.readAllBytes(file));
        } catch (IOException failed) {
            throw new QuernException(QuernException.Category.ERROR,
                    file + " cannot be read: " + failed.getMessage(), failed);
        }
        if (config == null || !config.path("peft_type").asText().equals("LORA") || config.path("use_dora").asBoolean()
                || !config.path("bias").asText("none").equals("none") || config.path("fan_in_fan_out").asBoolean()
                || !config.path("rank_pattern").isEmpty() || !config.path("alpha_pattern").isEmpty()) {
            throw refused(file, "is no plain LoRA: expected peft_type LORA without DoRA, biases or patterns");
        }
        Set<LoraTarget> targets = EnumSet.noneOf(LoraTarget.class);
        for (JsonNode name : config.path("target_modules")) {
            targets.add(LoraTarget.ofShortName(name.asText())
                    .orElseThrow(() -> refused(file, "names the target " + name + ", which no block has")));
        }
        try {
            return new LoraSettings(config.path("r").asInt(), config.path("lora_alpha").asDouble(),
                    config.path("use_rslora").asBoolean(), targets, 0);
        } catch (IllegalArgumentException bad) {
            throw refused(file, bad.getMessage());
        }
    }

    private static LoraWeights weights(
            Map<String, Tensor> tensors, LoraSettings settings, ModelShape shape, Path file) {
        Map<String, Rows> as = new LinkedHashMap<>();
        Map<String, Rows> bs = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            Matcher parts = NAME.matcher(name);
            LoraTarget target = parts.matches()
                    ? LoraTarget.ofModule(parts.group(2)).orElseThrow(() -> refused(file, "has a tensor " + name))
                    : null;
            if (target == null || Integer.parseInt(parts.group(1)) >= shape.layers()) {
                throw refused(file, "has a tensor " + name + ", expected A and B of the base's "
                        + shape.layers() + " layers");
            }
            String targetName = target.tensorName(Integer.parseInt(parts.group(1)));
            if (parts.group(3).equals("A")) {
                as.put(targetName, floats(tensor));
            } else {
                bs.put(targetName, RopeOrder.of(target, shape).fromHalfSplit(floats(tensor)));
            }
        });
        if (!as.keySet().equals(bs.keySet()) || as.size() != settings.targets().size() * shape.layers()) {
            throw refused(file, "has " + as.size() + " A and " + bs.size() + " B matrices, expected "
                    + settings.targets().size() * shape.layers() + " pairs");
        }
        SortedMap<String, Pair> pairs = new TreeMap<>();
        as.forEach((name, a) -> pairs.put(name, new Pair(a, bs.get(name))));
        try {
            return new LoraWeights(settings.rank(), settings.scale(), pairs);
        } catch (IllegalArgumentException misshapen) {
            throw refused(file, misshapen.getMessage());
        }
    }

    private static Rows floats(Tensor tensor) {
        Rows rows = new Rows(tensor.rows(), tensor.columns());
        for (int row = 0; row < tensor.rows(); row++) {
            Dequantizer.row(tensor, row, rows.values(), rows.at(row));
        }
        return rows;
    }

    private static QuernException refused(Path file, String problem) {
        return new QuernException(QuernException.Category.ERROR, "adapter " + file + " " + problem);
    }
}
