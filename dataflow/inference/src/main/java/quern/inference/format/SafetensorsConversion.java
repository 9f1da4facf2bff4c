package quern.inference.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import quern.gpu.tensor.Tensor;
import quern.inference.format.Architecture.Quirk;
import quern.inference.format.SourceTensor.Part;
import quern.inference.format.SourceTensor.StoredRows;
import quern.inference.transformer.ModelShape;

/**
 * A safetensors directory as llama.cpp's own conversion has it in GGUF: its names, fused projections where the family
 * fuses them, all experts of a layer in one tensor, rows of queries and keys in the order of neighbouring pairs where
 * the family's files have them so.
 */
final class SafetensorsConversion implements GgufSource {

    private static final Pattern EXPERT =
            Pattern.compile("(blk\\.\\d+\\.ffn_(?:gate|up|down))\\.(\\d+)\\.weight");

    private final SafetensorsDirectory directory;
    private final ModelShape shape;
    private final Architecture architecture;
    private final RopeMetadata rope;
    private final Optional<GgufTokenizer> tokenizer;
    private final List<String> remarks = new ArrayList<>();

    /** @param directory owned from now on */
    SafetensorsConversion(SafetensorsDirectory directory) {
        this.directory = directory;
        this.shape = directory.shape();
        this.architecture = Architecture.ofName(shape.architecture());
        this.rope = directory.ropeMetadata(architecture.has(Quirk.LOCAL_ROPE));
        this.tokenizer = directory.ggufTokenizer();
        remarks.addAll(ShapeMetadata.remarks(shape));
        if (tokenizer.isEmpty()) {
            remarks.add("there is no tokenizer.json: the file takes token ids only");
        }
        if (architecture.has(Quirk.NEIGHBOURS_IN_GGUF)
                && shape.rope().frequencies().length * 2 != shape.headSize()) {
            throw new ModelFormatException(name(), "rope turns " + shape.rope().frequencies().length * 2
                    + " elements of heads of " + shape.headSize() + ", GGUF files of " + architecture.gguf()
                    + " turn whole heads");
        }
    }

    @Override
    public String name() {
        return directory.name();
    }

    @Override
    public void describe(GgufWriter writer) {
        writer.text("general.architecture", architecture.gguf()).text("general.type", "model")
                .text("general.name", directory.name());
        ShapeMetadata.put(shape, directory.contextTokens(), rope, writer, directory.name());
        if (tokenizer.isPresent()) {
            tokenizer.get().put(writer);
        } else {
            writer.text("tokenizer.ggml.model", "no_vocab");
        }
    }

    @Override
    public List<SourceTensor> tensors() {
        Map<String, List<Tensor>> groups = new LinkedHashMap<>();
        for (String name : directory.tensorNames()) {
            groups.computeIfAbsent(groupOf(name), group -> new ArrayList<>()).add(directory.tensor(name));
        }
        List<SourceTensor> tensors = new ArrayList<>();
        rope.divisors().forEach((name, divisors) -> {
            Tensor tensor = Tensor.ofFloats(name, 1, divisors.length, divisors);
            tensors.add(new SourceTensor(name, tensor.type(), List.of(divisors.length), List.of(new Part(name, 1)),
                    GgufCopy.rows(tensor)));
        });
        groups.forEach((name, parts) -> tensors.add(joined(name, parts)));
        return tensors;
    }

    /** The name in GGUF; parts of one tensor share it. */
    private String groupOf(String name) {
        Matcher expert = EXPERT.matcher(name);
        if (expert.matches()) {
            return expert.group(1) + "_exps.weight";
        }
        if (!architecture.has(Quirk.FUSED_IN_GGUF)) {
            return name;
        }
        return name.replaceFirst("\\.attn_[qkv]\\.", ".attn_qkv.").replace(".ffn_gate.", ".ffn_up.");
    }

    private SourceTensor joined(String name, List<Tensor> parts) {
        List<Tensor> ordered = name.endsWith("_exps.weight") ? byExpert(parts) : byName(parts);
        Tensor first = ordered.getFirst();
        long rows = 0;
        for (Tensor part : ordered) {
            if (part.type() != first.type() || part.columns() != first.columns()) {
                throw new ModelFormatException(directory.name(), part.name() + " is " + part.type() + " with rows of "
                        + part.columns() + ", " + first.name() + " beside it " + first.type() + " with rows of "
                        + first.columns());
            }
            rows += part.rows();
        }
        if (name.endsWith(".bias") && ordered.size() > 1) {
            throw new ModelFormatException(directory.name(), "biases of fused projections, which is not supported");
        }
        List<Integer> dimensions = name.endsWith("_exps.weight")
                ? List.of(first.columns(), first.rows(), ordered.size())
                : rows == 1 && !isMatrix(name) ? List.of(first.columns())
                : List.of(first.columns(), Math.toIntExact(rows));
        return new SourceTensor(name, first.type(), dimensions,
                ordered.stream().map(part -> new Part(part.name(), part.rows())).toList(), rows(ordered));
    }

    private static boolean isMatrix(String name) {
        return !name.endsWith("norm.weight") && !name.endsWith(".bias");
    }

    private static List<Tensor> byExpert(List<Tensor> parts) {
        List<Tensor> ordered = new ArrayList<>(parts);
        ordered.sort(java.util.Comparator.comparingInt(part -> {
            Matcher expert = EXPERT.matcher(part.name());
            return expert.matches() ? Integer.parseInt(expert.group(2)) : 0;
        }));
        return ordered;
    }

    /** Queries, keys, values; gates before ups. */
    private static List<Tensor> byName(List<Tensor> parts) {
        List<String> order = List.of("attn_q", "attn_k", "attn_v", "ffn_gate", "ffn_up");
        List<Tensor> ordered = new ArrayList<>(parts);
        ordered.sort(java.util.Comparator.comparingInt(part -> order.indexOf(part.name().split("\\.")[
                Math.min(2, part.name().split("\\.").length - 1)])));
        return ordered;
    }

    private StoredRows rows(List<Tensor> parts) {
        List<StoredRows> sources = parts.stream().map(this::rowsOf).toList();
        if (sources.size() == 1) {
            return sources.getFirst();
        }
        int[] starts = new int[parts.size() + 1];
        for (int i = 0; i < parts.size(); i++) {
            starts[i + 1] = starts[i] + parts.get(i).rows();
        }
        return (row, out, at) -> {
            int found = java.util.Arrays.binarySearch(starts, row);
            int part = found >= 0 ? found : -found - 2;
            sources.get(part).read(row - starts[part], out, at);
        };
    }

    private StoredRows rowsOf(Tensor tensor) {
        boolean query = tensor.name().contains(".attn_q.");
        if (!architecture.has(Quirk.NEIGHBOURS_IN_GGUF) || !query && !tensor.name().contains(".attn_k.")) {
            return GgufCopy.rows(tensor);
        }
        int outputs = tensor.rows() == 1 ? tensor.columns() : tensor.rows();
        int headRows = outputs / (query ? shape.heads() : shape.kvHeads());
        if (tensor.rows() > 1) {
            StoredRows plain = GgufCopy.rows(tensor);
            return (row, out, at) -> plain.read(halfSplit(row, headRows), out, at);
        }
        int bytes = tensor.type().blockBytes();
        return (row, out, at) -> {
            for (int i = 0; i < outputs; i++) {
                MemorySegment.copy(tensor.bytes(), ValueLayout.JAVA_BYTE, (long) halfSplit(i, headRows) * bytes, out,
                        at + i * bytes, bytes);
            }
        };
    }

    /** Where the file keeps what GGUF has as row {@code row}: neighbours 2i, 2i + 1 lie half a head apart. */
    private static int halfSplit(int row, int headRows) {
        int within = row % headRows;
        return row - within + within % 2 * (headRows / 2) + within / 2;
    }

    @Override
    public List<String> remarks() {
        return List.copyOf(remarks);
    }

    @Override
    public void close() {
        directory.close();
    }
}
