package quern.tuning;

import com.fasterxml.jackson.core.JsonProcessingException;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * (outputs, r), with DoRA also {@code lora_magnitude_vector} (outputs). Files are in Hugging Face's order of rows:
 * where the base has the interleaved rope of Llama GGUF files, B's rows of query and key, and their magnitudes, are
 * moved on the way in and out.
 */
public final class AdapterFile {

    private static final String CONFIG = "adapter_config.json";
    private static final String WEIGHTS = "adapter_model.safetensors";
    private static final long HEADER_ROOM_BYTES = 1 << 24;
    private static final long PART_BYTES = 1 << 20;
    private static final Pattern NAME = Pattern.compile("base_model\\.model\\.model\\.layers\\.(0|[1-9][0-9]{0,3})"
            + "\\.([a-z_.]+)\\.lora_(?:([AB])\\.weight|magnitude_vector)");
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
        Set<String> vectors = new HashSet<>();
        for (int layer = 0; layer < shape.layers(); layer++) {
            for (LoraTarget target : LoraTarget.values()) {
                Pair pair = weights.targets().get(target.tensorName(layer));
                if (pair != null) {
                    String module = "base_model.model.model.layers." + layer + "." + target.moduleName();
                    tensors.put(module + ".lora_A.weight", pair.a());
                    tensors.put(module + ".lora_B.weight", RopeOrder.of(target, shape).toHalfSplit(pair.b()));
                    pair.magnitudes().ifPresent(magnitudes -> {
                        vectors.add(module + ".lora_magnitude_vector");
                        tensors.put(module + ".lora_magnitude_vector",
                                RopeOrder.of(target, shape).toHalfSplit(magnitudes));
                    });
                }
            }
        }
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(WEIGHTS, SafetensorsBytes.of(tensors, vectors));
        files.put(CONFIG, config(settings, baseName, targetModules(weights, settings, shape)));
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

    /** As people write them; by whole names where only some layers have them. */
    private static List<String> targetModules(LoraWeights weights, LoraSettings settings, ModelShape shape) {
        if (weights.targets().size() == settings.targets().size() * shape.layers()) {
            return settings.targets().stream().map(LoraTarget::shortName).sorted().toList();
        }
        List<String> modules = new ArrayList<>();
        for (int layer = 0; layer < shape.layers(); layer++) {
            for (LoraTarget target : LoraTarget.values()) {
                if (weights.targets().containsKey(target.tensorName(layer))) {
                    modules.add(module(layer, target));
                }
            }
        }
        return modules;
    }

    private static byte[] config(LoraSettings settings, String baseName, List<String> targetModules) {
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
                .put("use_dora", settings.dora());
        if (settings.alpha() == Math.rint(settings.alpha()) && settings.alpha() < Integer.MAX_VALUE) {
            config.put("lora_alpha", (int) settings.alpha());
        }
        targetModules.forEach(config.putArray("target_modules")::add);
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(config);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a tree of plain values is always JSON", impossible);
        }
    }

    /**
     * Reads an adapter for a base of this shape.
     *
     * @throws QuernException if a file is damaged, of another kind than LoRA and DoRA, or does not fit the shape
     */
    public static Loaded read(Path directory, ModelShape shape) {
        return read(directory, shape, Long.MAX_VALUE);
    }

    /** The same. @param bytesMax of its numbers in memory, and of its files; more are refused before they are read */
    public static Loaded read(Path directory, ModelShape shape, long bytesMax) {
        PeftConfig config = PeftConfig.read(directory.resolve(CONFIG));
        Path file = directory.resolve(WEIGHTS);
        try (Arena arena = Arena.ofConfined(); FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() - HEADER_ROOM_BYTES > bytesMax) {
                throw refused(file, "has " + channel.size() + " bytes, at most " + bytesMax);
            }
            MemorySegment bytes = content(channel, arena);
            return loaded(SafetensorsReader.read(bytes, file.toString()), config, shape, file, bytesMax);
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

    /**
     * An adapter as read from its files.
     *
     * @param baseName what the files say it was made for, for people; empty: nothing
     */
    public record Loaded(LoraSettings settings, LoraWeights weights, String baseName) {}

    /** A, B, maybe magnitudes, and the module they sit beside, by the base's name of its matrix. */
    private static final class Found {
        private final LoraTarget target;
        private final String module;
        private Tensor a;
        private Tensor b;
        private Tensor magnitudes;

        private Found(LoraTarget target, String module) {
            this.target = target;
            this.module = module;
        }
    }

    /** Where ranks differ, all are as wide as the widest, with zeros; where scales do, B takes what is its own. */
    private static Loaded loaded(
            Map<String, Tensor> tensors, PeftConfig config, ModelShape shape, Path file, long bytesMax) {
        SortedMap<String, Found> found = found(tensors, shape, file);
        requireChosen(found, config, shape, file);
        int rank = found.values().stream().mapToInt(one -> config.rank(one.module)).max().orElseThrow();
        long bytes = 0;
        for (Found one : found.values()) {
            requireRank(one, config.rank(one.module), file);
            requireMagnitudes(one, config.dora(), file);
            bytes += 4L * rank * (one.a.columns() + (long) one.b.rows()) + (config.dora() ? 4L * one.b.rows() : 0);
        }
        if (bytes > bytesMax) {
            throw refused(file, "takes " + bytes + " bytes in memory, at most " + bytesMax);
        }
        float scale = config.scale();
        SortedMap<String, Pair> pairs = new TreeMap<>();
        found.forEach((name, one) -> pairs.put(name, new Pair(taller(floats(one.a), rank),
                RopeOrder.of(one.target, shape).fromHalfSplit(wider(
                        floats(one.b), rank, config.scale(one.module) / scale)),
                Optional.ofNullable(one.magnitudes).map(magnitudes -> RopeOrder.of(one.target, shape).fromHalfSplit(
                        new Rows(floats(magnitudes).values(), magnitudes.columns(), 1))))));
        Set<LoraTarget> targets = EnumSet.noneOf(LoraTarget.class);
        found.values().forEach(one -> targets.add(one.target));
        double alpha = rank == config.rank() ? config.alpha()
                : scale * (config.rankStabilized() ? Math.sqrt(rank) : rank);
        return new Loaded(new LoraSettings(rank, alpha, config.rankStabilized(), targets, 0, config.dora()),
                new LoraWeights(rank, scale, pairs), config.baseName());
    }

    private static SortedMap<String, Found> found(Map<String, Tensor> tensors, ModelShape shape, Path file) {
        SortedMap<String, Found> found = new TreeMap<>();
        tensors.forEach((name, tensor) -> {
            Matcher parts = NAME.matcher(name);
            LoraTarget target = parts.matches() ? LoraTarget.ofModule(parts.group(2)).orElse(null) : null;
            if (target == null || Integer.parseInt(parts.group(1)) >= shape.layers()) {
                throw refused(file, "has a tensor " + name + ", expected A and B of the base's "
                        + shape.layers() + " layers");
            }
            int layer = Integer.parseInt(parts.group(1));
            Found one = found.computeIfAbsent(target.tensorName(layer), _ -> new Found(target, module(layer, target)));
            switch (parts.group(3)) {
                case "A" -> one.a = tensor;
                case "B" -> one.b = tensor;
                case null, default -> one.magnitudes = tensor;
            }
        });
        return found;
    }

    private static String module(int layer, LoraTarget target) {
        return "model.layers." + layer + "." + target.moduleName();
    }

    private static void requireChosen(
            Map<String, Found> found, PeftConfig config, ModelShape shape, Path file) {
        boolean any = false;
        for (int layer = 0; layer < shape.layers(); layer++) {
            for (LoraTarget target : LoraTarget.values()) {
                Found one = found.get(target.tensorName(layer));
                boolean named = config.adapts().test(module(layer, target));
                if (named != (one != null) || named && (one.a == null || one.b == null)) {
                    throw refused(file, "has " + (one == null ? "neither A nor B" : one.a == null ? "B alone"
                            : one.b == null ? "A alone" : "A and B") + " of " + module(layer, target) + ", which "
                            + CONFIG + (named ? " names" : " does not name"));
                }
                any |= named;
            }
        }
        if (!any) {
            throw refused(file, "adapts none of the base's modules, as " + CONFIG + " names them");
        }
    }

    private static void requireRank(Found one, int rank, Path file) {
        if (one.a.rows() != rank || one.b.columns() != rank) {
            throw refused(file, "has for " + one.module + " A of " + one.a.rows() + " rows and B of "
                    + one.b.columns() + " columns, expected the rank " + rank + " of " + CONFIG);
        }
    }

    private static void requireMagnitudes(Found one, boolean dora, Path file) {
        if (dora != (one.magnitudes != null)) {
            throw refused(file, "has " + (dora ? "no " : "a ") + one.module + ".lora_magnitude_vector, though "
                    + CONFIG + " has 'use_dora' " + dora);
        }
        if (dora && (one.magnitudes.rows() != 1 || one.magnitudes.columns() != one.b.rows())) {
            throw refused(file, "has for " + one.module + " magnitudes of " + one.magnitudes.rows() + " x "
                    + one.magnitudes.columns() + ", expected one for each of B's " + one.b.rows() + " rows");
        }
    }

    private static Rows taller(Rows rows, int count) {
        if (rows.count() == count) {
            return rows;
        }
        return new Rows(Arrays.copyOf(rows.values(), count * rows.width()), count, rows.width());
    }

    private static Rows wider(Rows rows, int width, float factor) {
        if (rows.width() == width && factor == 1) {
            return rows;
        }
        Rows out = new Rows(rows.count(), width);
        for (int row = 0; row < rows.count(); row++) {
            for (int k = 0; k < rows.width(); k++) {
                out.values()[out.at(row) + k] = factor * rows.values()[rows.at(row) + k];
            }
        }
        return out;
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
