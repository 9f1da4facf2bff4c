package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import quern.actors.RecordText;
import quern.actors.curation.RunStream;
import quern.config.ApplianceConfig;
import quern.curation.FileRun;
import quern.curation.Pipeline;
import quern.curation.PipelineRun;
import quern.curation.PlannedStep;
import quern.curation.RunProgress;
import quern.curation.RunReport;
import quern.ingest.reader.ReadLimits;

/** A recipe over local files, in this process: no server, nothing in the data directory. */
final class FileCuration {

    private static final long STEP_MS = 100;

    private final Pipeline pipeline;
    private final ApplianceConfig config;
    private final Screen screen;

    FileCuration(Pipeline pipeline, ApplianceConfig config, Screen screen) {
        this.pipeline = pipeline;
        this.config = config;
        this.screen = screen;
    }

    /**
     * Runs to the end and prints what became of the samples.
     *
     * @param leave ends what operators wait for, once nobody wants it any more
     */
    void run(Runnable leave) {
        FileRun files = FileRun.of(pipeline, Path.of("").toAbsolutePath());
        long fromNs = System.nanoTime();
        try (FileActors actors = FileActors.open();
                PipelineRun run = files.open(config.curation(), ReadLimits.of(config.ingest()));
                RunStream stream = RunStream.of(pipeline, run, actors.system(), config.curation())) {
            RunProgress found = run.progress();
            if (found.in() > 0) {
                screen.note("going on with a run that was interrupted: " + found.in() + " read so far");
            }
            work(run, stream, leave);
            RunReport report = run.report();
            List<Path> results = files.finish(run);
            print(report, results, (System.nanoTime() - fromNs) / 1e9);
        }
    }

    private void work(PipelineRun run, RunStream stream, Runnable leave) {
        try {
            while (stream.step(STEP_MS)) {
                RunProgress progress = run.progress();
                if (progress.stageTotal() > 0) {
                    screen.progress(phase(progress), progress.stageDone(), progress.stageTotal());
                } else if (progress.in() > 0) {
                    screen.progress(phase(progress), progress.in(), 0);
                }
            }
        } catch (RuntimeException e) {
            // Before the stream is closed, which waits for its threads.
            leave.run();
            throw e;
        }
    }

    private static String phase(RunProgress progress) {
        if (!progress.deciding().isEmpty()) {
            return progress.deciding() + " decides over what was read";
        }
        return progress.stages() > 1 ? "read, stage " + (progress.stage() + 1) + " of " + progress.stages() : "read";
    }

    /** Tries the operators on the first samples. */
    void explain() {
        FileRun files = FileRun.of(pipeline, Path.of("").toAbsolutePath());
        List<PlannedStep> steps = files.explain(config.curation(), ReadLimits.of(config.ingest()));
        if (screen.json()) {
            screen.json(ApiClient.JSON.createObjectNode().set("steps", ApiClient.JSON.valueToTree(steps)));
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("runs", "in recipe", "operator", "µs a sample", "drops alone", ""));
        for (int i = 0; i < steps.size(); i++) {
            PlannedStep step = steps.get(i);
            boolean tried = step.seen() > 0;
            rows.add(List.of(Integer.toString(i + 1), Integer.toString(step.index() + 1), step.label(),
                    tried ? String.format(Locale.ROOT, "%.1f", step.nanos() / 1e3 / step.seen()) : "not tried",
                    tried ? String.format(Locale.ROOT, "%.1f %%", 100.0 * step.dropped() / step.seen()) : "",
                    step.movable() ? "" : "stays in its place"));
        }
        screen.table(rows);
        screen.line("Tried on the first samples; what is counted once is booked on the first that asks.");
    }

    private void print(RunReport report, List<Path> results, double seconds) {
        double megabytes = report.bytes() / 1e6;
        if (screen.json()) {
            ObjectNode node = ApiClient.JSON.createObjectNode();
            node.put("read", report.in()).put("made", report.made()).put("kept", report.kept());
            ObjectNode dropped = node.putObject("dropped");
            for (RunReport.Line line : report.operators()) {
                if (!line.dropped().isEmpty()) {
                    ObjectNode reasons = dropped.putObject(line.operator());
                    line.dropped().forEach(reasons::put);
                }
            }
            node.put("seconds", seconds).put("megabytesPerSecond", megabytes / seconds);
            ApiClient.JSON.valueToTree(results.stream().map(Path::toString).toList())
                    .forEach(node.putArray("files")::add);
            screen.json(node);
            return;
        }
        JsonNode tree = readTree(report);
        CurateCommand.table(screen, tree);
        screen.line(String.format(Locale.ROOT, "%.1f MB in %.1f s, %.1f MB/s", megabytes, seconds,
                megabytes / seconds));
        List<String> names = new ArrayList<>(results.stream().map(Path::toString).toList());
        screen.line(names.size() == 1 ? names.getFirst() : names.getFirst() + " and " + (names.size() - 1) + " more");
    }

    private static JsonNode readTree(RunReport report) {
        return RecordText.read(RecordText.write(report), JsonNode.class);
    }
}
