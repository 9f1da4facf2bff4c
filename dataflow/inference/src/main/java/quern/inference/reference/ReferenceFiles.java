package quern.inference.reference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import quern.config.QuernException;
import quern.inference.format.EncoderFiles;
import quern.inference.format.ModelFormatException;

/**
 * Finds models below a directory and the answers beside them. Three forms are read; prompts and answers are token ids,
 * {@code .f32} files are little-endian floats without a header.
 *
 * <ul>
 * <li>{@code cases.json} and {@code logits.f32} in a safetensors directory: {@code logits_shape} [rows, vocabulary];
 *     {@code prompts} with {@code ids}, {@code last_logits_row} (row of the logits after the last id) and, if wanted,
 *     {@code greedy} (ids drawn after the prompt).
 * <li>{@code expected.json} beside GGUF files: {@code logits_file}; {@code files} by name, each with {@code prompts} of
 *     {@code ids}, {@code n_vocab}, {@code exact_offset} (in floats, logits after the last id) and, if wanted,
 *     {@code llama_cpp_max_abs_diff} (how far an engine is that rounds activations to 8 bits).
 * <li>{@code NAME.logits.json} beside {@code NAME.gguf}: {@code prompt} (ids), {@code prompt_logits} (one list per
 *     position) and, if wanted, {@code greedy}; of an engine with half floats in its KV cache that rounds activations
 *     to the type of the weights, so only those of F32 weights decide.
 * </ul>
 */
public final class ReferenceFiles {

    /** Float32 sums in any order stay far below it; a wrong epsilon does not. */
    private static final double EXACT_TOLERANCE = 2e-4;
    private static final double DEQUANTISED_TOLERANCE = 1e-3;
    /** For answers of an engine whose KV cache holds half floats. */
    private static final double HALF_CACHE_TOLERANCE = 1e-2;
    /** An engine that rounds activations elsewhere than the reference does lands on the other side of it. */
    private static final double ROUNDED_FACTOR = 2;

    private static final int DEPTH_MAX = 8;
    private static final int MODELS_MAX = 10_000;
    private static final long JSON_BYTES_MAX = 64L << 20;
    private static final long FLOATS_BYTES_MAX = 256L << 20;
    private static final String LOGITS_ENDING = ".logits.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private ReferenceFiles() {}

    /** Every model that generates below {@code root}, by path; with its answers, if there are any. */
    public static Map<Path, Optional<ReferenceAnswers>> find(Path root) {
        Map<Path, Optional<ReferenceAnswers>> found = new TreeMap<>();
        try (Stream<Path> tree = Files.walk(root, DEPTH_MAX)) {
            for (Path path : tree.filter(ReferenceFiles::isModel).limit(MODELS_MAX).sorted().toList()) {
                if (!isEncoder(path)) {
                    found.put(path, answers(path));
                }
            }
        } catch (IOException failed) {
            throw new ModelFormatException(root.toString(), "cannot be searched", failed);
        }
        return found;
    }

    /** A damaged one counts as a model: the check then says what is wrong with it. */
    private static boolean isEncoder(Path path) {
        try {
            return EncoderFiles.isEncoder(path);
        } catch (QuernException damaged) {
            return false;
        }
    }

    private static boolean isModel(Path path) {
        return Files.isDirectory(path)
                ? Files.isRegularFile(path.resolve("config.json"))
                        && (Files.isRegularFile(path.resolve("model.safetensors"))
                                || Files.isRegularFile(path.resolve("model.safetensors.index.json")))
                : path.toString().endsWith(".gguf");
    }

    /** The answers beside a model. */
    public static Optional<ReferenceAnswers> answers(Path model) {
        if (Files.isDirectory(model)) {
            Path cases = model.resolve("cases.json");
            return Files.isRegularFile(cases) ? Optional.of(cases(model, cases)) : Optional.empty();
        }
        String name = model.getFileName().toString();
        Path own = model.resolveSibling(name.replaceFirst("\\.gguf$", "") + LOGITS_ENDING);
        if (Files.isRegularFile(own)) {
            return Optional.of(positions(model, own));
        }
        Path expected = model.resolveSibling("expected.json");
        if (Files.isRegularFile(expected)) {
            JsonNode files = json(expected).path("files");
            return files.has(name) ? Optional.of(expected(model, expected, files.path(name))) : Optional.empty();
        }
        return Optional.empty();
    }

    private static ReferenceAnswers cases(Path model, Path file) {
        JsonNode root = json(file);
        Path logits = model.resolve("logits.f32");
        ByteBuffer floats = floats(logits);
        int width = root.path("logits_shape").path(1).asInt();
        List<ReferenceAnswers.Prompt> prompts = new ArrayList<>();
        for (JsonNode prompt : root.path("prompts")) {
            int[] ids = ints(file, prompt.path("ids"));
            prompts.add(new ReferenceAnswers.Prompt(ids,
                    Map.of(ids.length - 1, slice(logits, floats, prompt.path("last_logits_row").asLong() * width,
                            width)),
                    ints(prompt.path("greedy"))));
        }
        return checked(new ReferenceAnswers(model, file, EXACT_TOLERANCE, Double.NaN, false, prompts));
    }

    private static ReferenceAnswers expected(Path model, Path file, JsonNode entry) {
        Path logits = file.resolveSibling("expected.f32");
        ByteBuffer floats = floats(logits);
        double distance = Double.NaN;
        List<ReferenceAnswers.Prompt> prompts = new ArrayList<>();
        for (JsonNode prompt : entry.path("prompts")) {
            int[] ids = ints(file, prompt.path("ids"));
            prompts.add(new ReferenceAnswers.Prompt(ids,
                    Map.of(ids.length - 1, slice(logits, floats, prompt.path("exact_offset").asLong(-1),
                            prompt.path("n_vocab").asInt())),
                    new int[0]));
            double measured = prompt.path("llama_cpp_max_abs_diff").asDouble(Double.NaN);
            distance = Double.isNaN(distance) ? measured : Math.max(distance, measured);
        }
        return checked(new ReferenceAnswers(
                model, file, DEQUANTISED_TOLERANCE, ROUNDED_FACTOR * distance, false, prompts));
    }

    private static ReferenceAnswers positions(Path model, Path file) {
        JsonNode root = json(file);
        int[] ids = ints(file, root.path("prompt"));
        Map<Integer, float[]> logits = new HashMap<>();
        for (JsonNode row : root.path("prompt_logits")) {
            float[] values = new float[row.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) row.get(i).asDouble();
            }
            logits.put(logits.size(), values);
        }
        if (logits.size() != ids.length) {
            throw new ModelFormatException(
                    file.toString(), "has logits of " + logits.size() + " positions, expected " + ids.length);
        }
        return checked(new ReferenceAnswers(model, file, HALF_CACHE_TOLERANCE, Double.NaN, true,
                List.of(new ReferenceAnswers.Prompt(ids, logits, ints(root.path("greedy"))))));
    }

    private static ReferenceAnswers checked(ReferenceAnswers answers) {
        if (answers.prompts().isEmpty()) {
            throw new ModelFormatException(answers.source().toString(), "has no prompts");
        }
        return answers;
    }

    private static JsonNode json(Path file) {
        try {
            if (Files.size(file) > JSON_BYTES_MAX) {
                throw new ModelFormatException(
                        file.toString(), Files.size(file) + " bytes, at most " + JSON_BYTES_MAX);
            }
            return JSON.readTree(Files.readAllBytes(file));
        } catch (IOException malformed) {
            throw new ModelFormatException(file.toString(), "is no JSON: " + malformed.getMessage(), malformed);
        }
    }

    private static ByteBuffer floats(Path file) {
        try {
            if (Files.size(file) > FLOATS_BYTES_MAX) {
                throw new ModelFormatException(
                        file.toString(), Files.size(file) + " bytes, at most " + FLOATS_BYTES_MAX);
            }
            return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException failed) {
            throw new ModelFormatException(file.toString(), "cannot be read", failed);
        }
    }

    private static float[] slice(Path file, ByteBuffer floats, long from, int count) {
        if (from < 0 || count < 1 || (from + count) * Float.BYTES > floats.limit()) {
            throw new ModelFormatException(file.toString(), "holds " + floats.limit() / Float.BYTES
                    + " floats, expected " + count + " at " + from);
        }
        float[] slice = new float[count];
        for (int i = 0; i < count; i++) {
            slice[i] = floats.getFloat((int) (from + i) * Float.BYTES);
        }
        return slice;
    }

    private static int[] ints(Path file, JsonNode array) {
        int[] ids = ints(array);
        if (ids.length == 0) {
            throw new ModelFormatException(file.toString(), "has a prompt without token ids");
        }
        return ids;
    }

    private static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asInt();
        }
        return values;
    }
}
