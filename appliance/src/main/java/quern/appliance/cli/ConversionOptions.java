package quern.appliance.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Option;
import quern.config.BackendConfig;
import quern.config.QuernException;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.gpu.tensor.ElementType;
import quern.inference.convert.Conversion;
import quern.inference.convert.ConversionReport;
import quern.inference.convert.Importance;
import quern.inference.convert.TypeRule;
import quern.inference.format.GgufSource;
import quern.inference.format.ModelFiles;

/** What {@code quantize} and {@code convert} share: options, the run and its report. */
final class ConversionOptions {

    private static final long MEBIBYTE = 1L << 20;

    @Option(names = "--embedding-type", paramLabel = "TYPE",
            description = "Type of the embeddings (default: as the rest; tied to the output: as the output).")
    private String embedding;

    @Option(names = "--output-type", paramLabel = "TYPE",
            description = "Type of the output matrix (default: Q6_K for quantised types but Q8_0, else as the rest).")
    private String output;

    @Option(names = "--pure", description = "Every matrix in the one type, embeddings and output too.")
    private boolean pure;

    @Option(names = "--force", description = "Replace OUT if it exists.")
    private boolean force;

    @Option(names = "--tensors", description = "List every tensor, not only those that fell back to another type.")
    private boolean all;

    TypeRule rule(String type) {
        ElementType matrices = parse("--type", type);
        if (pure) {
            if (embedding != null || output != null) {
                throw new UsageProblem("--pure goes without --embedding-type and --output-type");
            }
            return TypeRule.pure(matrices);
        }
        return new TypeRule(matrices, Optional.ofNullable(embedding).map(name -> parse("--embedding-type", name)),
                Optional.ofNullable(output).map(name -> parse("--output-type", name)));
    }

    private static ElementType parse(String option, String name) {
        try {
            return TypeRule.parse(name);
        } catch (QuernException unknown) {
            throw new UsageProblem(option + ": " + unknown.getMessage(), unknown);
        }
    }

    /** @throws UsageProblem if the file is there and may not be replaced, or has nowhere to be */
    static void mayWrite(Path out, boolean force) {
        Path parent = out.toAbsolutePath().getParent();
        if (Files.isDirectory(out)) {
            throw new UsageProblem(out + " is a directory, expected the file to write");
        }
        if (Files.exists(out) && !force) {
            throw new UsageProblem(out + " exists; --force replaces it");
        }
        if (parent == null || !Files.isDirectory(parent)) {
            throw new UsageProblem(parent + ": no such directory, to write " + out.getFileName() + " in");
        }
    }

    void mayWrite(Path out) {
        mayWrite(out, force);
    }

    int run(GlobalOptions global, Path in, Path out, TypeRule rule, Importance importance) {
        return run(global, in, () -> ModelFiles.openSource(in), out, rule, importance);
    }

    /** @param in what the source is read from: it is not written over */
    int run(GlobalOptions global, Path in, Supplier<GgufSource> opening, Path out, TypeRule rule,
            Importance importance) {
        if (Files.exists(out) && out.toAbsolutePath().normalize().equals(in)) {
            throw new UsageProblem(out + " is the model to be read, expected another file");
        }
        return run(global, opening, out, rule, importance);
    }

    int run(GlobalOptions global, Supplier<GgufSource> opening, Path out, TypeRule rule, Importance importance) {
        Screen screen = global.screen();
        var config = new BackendConfig(BackendConfig.Choice.AUTO, global.load().config().backend().threads());
        try (Backend backend = BackendChoice.choose(config).backend();
                GgufSource source = opening.get()) {
            long startedNs = System.nanoTime();
            Conversion conversion = new Conversion(source, rule, importance, backend.team(), (what, done, total) ->
                    screen.progress("MiB, " + what, done / MEBIBYTE, Math.max(1, total / MEBIBYTE)));
            ConversionReport report = PartialFile.guard(out, () -> conversion.write(out));
            report(screen, out, report, (System.nanoTime() - startedNs) / 1e9);
        }
        return ExitCode.OK;
    }

    private void report(Screen screen, Path out, ConversionReport report, double seconds) {
        if (screen.json()) {
            screen.json(json(out, report, seconds));
            return;
        }
        List<List<String>> rows = all ? each(report) : fallenBack(report);
        if (rows.size() > 1) {
            screen.table(rows);
        }
        long fell = report.tensors().stream().filter(ConversionReport.Line::fellBack).count();
        if (fell > 0) {
            screen.line(fell + " of " + report.tensors().size()
                    + " tensors fell back: their rows are no multiple of the type's block");
        }
        report.remarks().forEach(remark -> screen.line("note: " + remark));
        screen.line(String.format(Locale.ROOT, "%s: %s, weights %s -> %s (%.1f %%), rmse %.3g, %.1f s", out,
                Printer.bytes(report.fileBytes()), Printer.bytes(report.bytesBefore()),
                Printer.bytes(report.bytesAfter()), 100.0 * report.bytesAfter() / Math.max(1, report.bytesBefore()),
                report.rmse(), seconds));
    }

    private static List<List<String>> each(ConversionReport report) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("tensor", "dimensions", "from", "to", "before", "after", "rmse", "note"));
        for (ConversionReport.Line line : report.tensors()) {
            rows.add(List.of(line.name(), line.dimensions().toString(), line.from().name(), line.to().name(),
                    Printer.bytes(line.bytesBefore()), Printer.bytes(line.bytesAfter()),
                    String.format(Locale.ROOT, "%.3g", line.rmse()),
                    (line.fellBack() ? "does not fit " + line.wanted() + " " : "")
                            + (line.weighted() ? "weighted" : "")));
        }
        return rows;
    }

    /** One row for all layers of a kind. */
    private static List<List<String>> fallenBack(ConversionReport report) {
        Map<List<String>, Integer> counts = new LinkedHashMap<>();
        report.tensors().stream().filter(ConversionReport.Line::fellBack).forEach(line -> counts.merge(List.of(
                line.name().replaceFirst("^blk\\.\\d+\\.", "blk.*."), line.dimensions().getFirst().toString(),
                line.wanted().name(), line.to().name()), 1, Integer::sum));
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("tensors", "count", "row length", "does not fit", "stored as"));
        counts.forEach((key, count) -> rows.add(
                List.of(key.get(0), count.toString(), key.get(1), key.get(2), key.get(3))));
        return rows;
    }

    private static ObjectNode json(Path out, ConversionReport report, double seconds) {
        ObjectNode root = ApiClient.JSON.createObjectNode().put("file", out.toString())
                .put("file_bytes", report.fileBytes()).put("bytes_before", report.bytesBefore())
                .put("bytes_after", report.bytesAfter()).put("rmse", report.rmse()).put("seconds", seconds);
        report.remarks().forEach(root.putArray("remarks")::add);
        var tensors = root.putArray("tensors");
        for (ConversionReport.Line line : report.tensors()) {
            ObjectNode node = tensors.addObject().put("name", line.name()).put("from", line.from().name())
                    .put("to", line.to().name()).put("wanted", line.wanted().name())
                    .put("bytes_before", line.bytesBefore()).put("bytes_after", line.bytesAfter())
                    .put("rmse", line.rmse()).put("weighted", line.weighted());
            line.dimensions().forEach(node.putArray("dimensions")::add);
        }
        return root;
    }

    /** A path, or the name of an imported model. */
    static Path input(String text, GlobalOptions global) {
        return ModelPath.find(text, global).orElseThrow(() -> new UsageProblem(
                text + ": neither a file or directory nor an imported model"));
    }
}
