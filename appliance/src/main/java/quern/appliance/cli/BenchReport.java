package quern.appliance.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import quern.gpu.Backend;
import quern.inference.LoadedModel;
import quern.inference.fit.ModelFit;
import quern.inference.rate.MachineLimits;
import quern.inference.rate.Rate;
import quern.inference.rate.RateTest;

/** {@code bench}'s rows: a table as llama-bench prints it, or its JSON with the test's name beside. */
record BenchReport(Path path, LoadedModel model, ModelFit fit, Backend backend, Optional<MachineLimits> limits) {

    private static final List<String> HEADS =
            List.of("model", "size", "params", "backend", "threads", "test", "t/s", "share of the machine");

    void print(Screen screen, List<Rate> rates) {
        if (screen.json()) {
            ArrayNode rows = ApiClient.JSON.createArrayNode();
            rates.forEach(rate -> rows.add(json(rate)));
            screen.json(rows);
            return;
        }
        List<List<String>> rows = new ArrayList<>(List.of(HEADS));
        rates.forEach(rate -> rows.add(cells(rate)));
        markdown(rows).forEach(screen::line);
        limits.ifPresent(most -> screen.line(String.format(Locale.ROOT,
                "%nthe machine, measured beside: reads %.1f GB/s, %.1f G multiply-adds/s of floats",
                most.bytesPerSecond() / 1e9, most.macsPerSecond() / 1e9)));
    }

    private ObjectNode json(Rate rate) {
        RateTest test = rate.test();
        ObjectNode row = ApiClient.JSON.createObjectNode().put("test", test.label())
                .put("avg_ts", rate.average()).put("stddev_ts", rate.deviation())
                .put("median_ts", rate.median()).put("best_ts", rate.best());
        ArrayNode samples = row.putArray("samples_ts");
        for (double sample : rate.tokensPerSecond()) {
            samples.add(sample);
        }
        row.put("n_prompt", test.reads() ? test.tokens() : 0).put("n_gen", test.reads() ? 0 : test.tokens())
                .put("n_depth", test.depthTokens()).put("streams", test.streams())
                .put("prefix_shared", test.shared())
                .put("model_filename", path.toString()).put("model", model.name()).put("model_type", type())
                .put("model_size", bytes()).put("model_n_params", fit.parameters())
                .put("backend", backend.description()).put("threads", backend.team().threads());
        limits.ifPresent(most -> row.put(test.reads() ? "macs_peak_share" : "bandwidth_share",
                        most.share(test, rate.median(), fit))
                .put("bandwidth_bytes_per_s", most.bytesPerSecond()).put("macs_peak_per_s", most.macsPerSecond()));
        return row;
    }

    private List<String> cells(Rate rate) {
        String share = limits.map(most -> String.format(Locale.ROOT, "%.0f %% of %s",
                100 * most.share(rate.test(), rate.median(), fit),
                rate.test().reads() ? "multiply-adds" : "read bandwidth")).orElse("");
        return List.of(type(), Printer.bytes(bytes()),
                String.format(Locale.ROOT, "%.2f M", fit.parameters() / 1e6),
                backend.kernels().name(), Integer.toString(backend.team().threads()), rate.test().label(),
                String.format(Locale.ROOT, "%.2f \u00b1 %.2f", rate.average(), rate.deviation()), share);
    }

    private String type() {
        return model.shape().architecture() + " " + model.weights().layers().getFirst().query().matrix().type();
    }

    /** Of the file, or of the directory's weights. */
    private long bytes() {
        try (Stream<Path> files = Files.walk(path, 1)) {
            long sum = 0;
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                String name = file.getFileName().toString();
                sum += file.equals(path) || name.endsWith(".safetensors") ? Files.size(file) : 0;
            }
            return sum;
        } catch (IOException unreadable) {
            return fit.packedBytes();
        }
    }

    private static List<String> markdown(List<List<String>> rows) {
        int[] widths = new int[HEADS.size()];
        rows.forEach(row -> {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        });
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder("|");
            for (int i = 0; i < widths.length; i++) {
                line.append(' ').append(row.get(i)).repeat(" ", widths[i] - row.get(i).length()).append(" |");
            }
            lines.add(line.toString());
        }
        StringBuilder rule = new StringBuilder("|");
        for (int width : widths) {
            rule.append(" ").repeat("-", width).append(" |");
        }
        lines.add(1, rule.toString());
        return lines;
    }
}
