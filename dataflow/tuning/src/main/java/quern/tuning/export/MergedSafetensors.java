package quern.tuning.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import quern.config.QuernException;
import quern.gpu.scalar.Dequantizer;
import quern.gpu.scalar.Quantizer;
import quern.gpu.tensor.Tensor;
import quern.inference.convert.Progress;
import quern.inference.format.SafetensorsReader;
import quern.inference.transformer.LoraWeights;
import quern.kv.AtomicFile;
import quern.kv.DataDirectory;
import quern.tuning.LoraTarget;

/**
 * A safetensors directory with an adapter merged into its matrices: the same files with the same tensors in the same
 * types and places, as transformers loads them. Code beside a model is not copied. The directory appears whole or not
 * at all; the heap holds a few rows.
 */
public final class MergedSafetensors {

    private static final String INDEX = "model.safetensors.index.json";
    private static final List<String> DESCRIPTIONS = List.of("config.json", "generation_config.json", "tokenizer.json",
            "tokenizer_config.json", "tokenizer.model", "vocab.json", "merges.txt", "special_tokens_map.json",
            "added_tokens.json", "chat_template.jinja", "chat_template.json", INDEX, "LICENSE", "LICENSE.txt");
    private static final Pattern SHARD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,200}\\.safetensors");
    private static final Pattern MATRIX =
            Pattern.compile("model\\.layers\\.(0|[1-9][0-9]{0,3})\\.([a-z_.]+)\\.weight");
    private static final int CHUNK_BYTES = 1 << 20;

    private final Path model;
    private final LoraWeights adapter;
    private final Progress progress;
    private final Set<String> left;
    private long done;
    private long total;

    private MergedSafetensors(Path model, LoraWeights adapter, Progress progress) {
        this.model = model;
        this.adapter = adapter;
        this.progress = progress;
        this.left = new TreeSet<>(adapter.targets().keySet());
    }

    /**
     * Writes it.
     *
     * @param model a directory that can be opened as a model
     * @param adapter rows of B in the order of the directory's own
     * @param out must not exist
     * @return names of the files that were written, with their bytes
     * @throws QuernException if the adapter does not fit, or it cannot be written; nothing is left then
     */
    public static Map<String, Long> write(Path model, LoraWeights adapter, Path out, Progress progress) {
        Path temporary = out.resolveSibling(out.getFileName() + ".writing");
        try {
            try {
                DataDirectory.removeTree(temporary);
                Files.createDirectory(temporary);
                Map<String, Long> files = new MergedSafetensors(model, adapter, progress).into(temporary);
                AtomicFile.forceDirectory(temporary);
                Files.move(temporary, out, StandardCopyOption.ATOMIC_MOVE);
                AtomicFile.forceDirectory(out.toAbsolutePath().getParent());
                return files;
            } finally {
                DataDirectory.removeTree(temporary);
            }
        } catch (IOException failed) {
            throw new QuernException(QuernException.Category.ERROR,
                    out + " cannot be written: " + failed.getMessage(), failed);
        }
    }

    private Map<String, Long> into(Path directory) throws IOException {
        Map<String, Long> files = new LinkedHashMap<>();
        Set<String> shards = shards();
        for (String shard : shards) {
            total += Files.size(model.resolve(shard));
        }
        for (String shard : shards) {
            merge(shard, directory.resolve(shard));
            files.put(shard, Files.size(directory.resolve(shard)));
        }
        if (!left.isEmpty()) {
            throw new QuernException(QuernException.Category.ERROR, model + " has no matrix of its own for "
                    + left.iterator().next() + ", for which the adapter has numbers");
        }
        for (String name : DESCRIPTIONS) {
            if (Files.isRegularFile(model.resolve(name))) {
                byte[] bytes = Files.readAllBytes(model.resolve(name));
                Files.write(directory.resolve(name), bytes);
                force(directory.resolve(name));
                files.put(name, (long) bytes.length);
            }
        }
        return files;
    }

    private Set<String> shards() throws IOException {
        if (!Files.isRegularFile(model.resolve(INDEX))) {
            return Set.of("model.safetensors");
        }
        Set<String> shards = new TreeSet<>();
        for (JsonNode shard : new ObjectMapper().readTree(model.resolve(INDEX).toFile()).path("weight_map")) {
            if (!SHARD.matcher(shard.asText()).matches()) {
                throw new QuernException(QuernException.Category.ERROR, model.resolve(INDEX) + " names the file '"
                        + shard.asText() + "', expected a plain name that ends in .safetensors");
            }
            shards.add(shard.asText());
        }
        return shards;
    }

    /** Types and sizes stay, so the header does. */
    private void merge(String shard, Path to) throws IOException {
        try (Arena arena = Arena.ofConfined();
                FileChannel in = FileChannel.open(model.resolve(shard), StandardOpenOption.READ);
                FileChannel out = FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            MemorySegment file = in.map(FileChannel.MapMode.READ_ONLY, 0, in.size(), arena);
            Map<String, Tensor> tensors = SafetensorsReader.read(file, model.resolve(shard).toString());
            long weights = tensors.values().stream().mapToLong(tensor -> tensor.bytes().byteSize()).sum();
            copy(file.asSlice(0, file.byteSize() - weights), out, "header");
            for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
                Optional<MergedRows> delta = delta(tensor.getKey(), tensor.getValue());
                if (delta.isPresent()) {
                    merge(tensor.getValue(), delta.get(), out);
                } else {
                    copy(tensor.getValue().bytes(), out, tensor.getKey());
                }
            }
            out.force(true);
        }
    }

    private Optional<MergedRows> delta(String name, Tensor tensor) {
        Matcher parts = MATRIX.matcher(name);
        if (!parts.matches()) {
            return Optional.empty();
        }
        return LoraTarget.ofModule(parts.group(2)).map(target -> target.tensorName(Integer.parseInt(parts.group(1))))
                .filter(left::remove).map(target -> new MergedRows(
                        target, adapter, adapter.targets().get(target), tensor.rows(), tensor.columns()));
    }

    private void merge(Tensor tensor, MergedRows delta, FileChannel out) throws IOException {
        float[] row = new float[tensor.columns()];
        int rowBytes = Math.toIntExact(tensor.type().bytesOf(tensor.columns()));
        int rows = Math.clamp(CHUNK_BYTES / rowBytes, 1, tensor.rows());
        byte[] bytes = new byte[rows * rowBytes];
        for (int from = 0; from < tensor.rows(); from += rows) {
            int count = Math.min(rows, tensor.rows() - from);
            for (int i = 0; i < count; i++) {
                Dequantizer.row(tensor, from + i, row, 0);
                delta.merge(from + i, row);
                Quantizer.row(tensor.type(), row, 0, row.length, null, bytes, i * rowBytes);
            }
            write(ByteBuffer.wrap(bytes, 0, count * rowBytes), out, tensor.name());
        }
    }

    private void copy(MemorySegment bytes, FileChannel out, String what) throws IOException {
        for (long at = 0; at < bytes.byteSize(); at += CHUNK_BYTES) {
            MemorySegment part = bytes.asSlice(at, Math.min(CHUNK_BYTES, bytes.byteSize() - at));
            write(ByteBuffer.wrap(part.toArray(ValueLayout.JAVA_BYTE)), out, what);
        }
    }

    private void write(ByteBuffer bytes, FileChannel out, String what) throws IOException {
        while (bytes.hasRemaining()) {
            done += out.write(bytes);
        }
        progress.at(what, done, total);
    }

    private static void force(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }
}
