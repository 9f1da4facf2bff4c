package quern.inference.convert;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import quern.config.QuernException;
import quern.gpu.ComputeTeam;
import quern.gpu.scalar.Dequantizer;
import quern.gpu.scalar.Quantizer;
import quern.gpu.tensor.ElementType;
import quern.inference.format.GgufSource;
import quern.inference.format.GgufWriter;
import quern.inference.format.SourceTensor;
import quern.inference.format.SourceTensor.Part;

/**
 * Writes a model as a GGUF file, version 3, in the types a {@link TypeRule} chooses. All metadata is carried over. The
 * heap holds the metadata and one band of rows whatever the model's size; the file appears whole or not at all.
 */
public final class Conversion {

    private final GgufSource source;
    private final TypeRule rule;
    private final Importance importance;
    private final ComputeTeam team;
    private final Progress progress;
    private final List<ConversionReport.Line> lines = new ArrayList<>();
    private long done;
    private long total;

    /**
     * @param importance weighs the rounding of the matrices it knows
     * @param team what rows are shared out among
     * @param progress hears of bytes written, in order
     */
    public Conversion(
            GgufSource source, TypeRule rule, Importance importance, ComputeTeam team, Progress progress) {
        this.source = source;
        this.rule = rule;
        this.importance = importance;
        this.team = team;
        this.progress = progress;
    }

    /** @throws QuernException if a tensor's type is not read or written, or the file cannot be; nothing is left then */
    public ConversionReport write(Path file) {
        List<SourceTensor> tensors = source.tensors();
        boolean tied = tensors.stream().noneMatch(tensor -> tensor.name().equals("output.weight"));
        GgufWriter writer = new GgufWriter();
        source.describe(writer);
        writer.integer("general.file_type", rule.fileType()).integer("general.quantization_version", 2);
        if (!importance.isEmpty()) {
            writer.text("quantize.imatrix.dataset", importance.text())
                    .integer("quantize.imatrix.entries_count", importance.columns().size());
        }
        for (SourceTensor tensor : tensors) {
            TypeRule.Choice choice = rule.choose(tensor, tied);
            check(tensor, choice.type());
            total += choice.type().bytesOf((long) tensor.rows() * tensor.columns());
            writer.tensor(tensor.name(), choice.type(), tensor.dimensions(), sink -> convert(tensor, choice, sink));
        }
        writer.write(file);
        try {
            return new ConversionReport(List.copyOf(lines), Files.size(file), remarks());
        } catch (IOException failed) {
            throw new QuernException(QuernException.Category.ERROR, file + " cannot be read again", failed);
        }
    }

    private void check(SourceTensor tensor, ElementType to) {
        ElementType from = tensor.type();
        if (from == to) {
            return;
        }
        if (!Quantizer.writes(to)) {
            throw new QuernException(QuernException.Category.ERROR, source.name() + ": tensor " + tensor.name()
                    + " cannot be converted from " + from + " to " + to);
        }
    }

    private void convert(SourceTensor tensor, TypeRule.Choice choice, GgufWriter.Sink sink) throws IOException {
        ElementType to = choice.type();
        NavigableMap<Integer, float[]> weights = weights(tensor, to);
        RowBand band = new RowBand(tensor, to, weights.isEmpty() ? row -> null : row -> weightsOf(weights, row));
        double squares = 0;
        for (int from = 0; from < tensor.rows(); from += band.rows()) {
            int count = Math.min(band.rows(), tensor.rows() - from);
            squares += band.fill(from, count, team);
            sink.write(band.bytes(), 0, count * band.rowBytes());
            done += (long) count * band.rowBytes();
            progress.at(tensor.name(), done, total);
        }
        long elements = (long) tensor.rows() * tensor.columns();
        lines.add(new ConversionReport.Line(tensor.name(), tensor.dimensions(), tensor.type(), choice.wanted(), to,
                tensor.type().bytesOf(elements), to.bytesOf(elements), Math.sqrt(squares / elements),
                !weights.isEmpty()));
    }

    /** Weights of the columns by the first row they hold from. */
    private NavigableMap<Integer, float[]> weights(SourceTensor tensor, ElementType to) {
        NavigableMap<Integer, float[]> weights = new TreeMap<>();
        boolean known = false;
        int from = 0;
        for (Part part : tensor.parts()) {
            float[] columns = to.blockElements() == 1 ? null : importance.columns().get(part.name());
            if (columns != null && columns.length != tensor.columns()) {
                throw new QuernException(QuernException.Category.ERROR, "importance of " + part.name() + " has "
                        + columns.length + " columns, expected " + tensor.columns());
            }
            known |= columns != null;
            weights.put(from, columns == null ? new float[0] : columns);
            from += part.rows();
        }
        return known ? weights : new TreeMap<>();
    }

    private static float[] weightsOf(NavigableMap<Integer, float[]> weights, int row) {
        float[] columns = weights.floorEntry(row).getValue();
        return columns.length == 0 ? null : columns;
    }

    private List<String> remarks() {
        List<String> remarks = new ArrayList<>(source.remarks());
        long again = lines.stream()
                .filter(line -> line.from() != line.to() && line.from().blockElements() > 1).count();
        if (again > 0) {
            remarks.add(again + " tensors were quantised before: their rounding errors add up");
        }
        return remarks;
    }
}
