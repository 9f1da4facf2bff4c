package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import quern.actors.curation.RunStream;
import quern.config.ApplianceConfig;
import quern.curation.DatasetManifest;
import quern.curation.DatasetSource;
import quern.curation.FileRun;
import quern.curation.LimitedSource;
import quern.curation.Pipeline;
import quern.curation.PipelineRun;
import quern.curation.RunManner;
import quern.curation.RunReport;
import quern.curation.SampleSource;
import quern.curation.analysis.Analysis;
import quern.ingest.reader.ReadLimits;
import quern.kv.DataDirectory;
import quern.kv.vault.SealedFiles;
import quern.kv.vault.Vault;

/** An analysis of local files or of a dataset, in this process. */
final class FileAnalysis {

    private static final long STEP_MS = 100;

    private final Pipeline pipeline;
    private final ApplianceConfig config;
    private final Screen screen;
    private final String dataset;
    private final long samplesMax;
    private final boolean exportsSamples;
    private final List<Path> written = new ArrayList<>();
    private JsonNode report;

    /** @param dataset null where the recipe names local files */
    FileAnalysis(Pipeline pipeline, ApplianceConfig config, Screen screen, String dataset, long samplesMax,
            boolean exportsSamples) {
        this.pipeline = pipeline;
        this.config = config;
        this.screen = screen;
        this.dataset = dataset;
        this.samplesMax = samplesMax;
        this.exportsSamples = exportsSamples;
    }

    /**
     * Measures all samples and writes the files.
     *
     * @param leave ends what a model is asked at the moment
     */
    Analysis run(Analysis.Choice choice, Runnable leave) throws IOException {
        Path base = Path.of("").toAbsolutePath();
        FileRun files = dataset == null ? FileRun.of(pipeline, base) : FileRun.ofResult(pipeline, base);
        Files.createDirectories(files.workDir());
        Path state = Files.createTempDirectory(files.workDir(), ".analysis-");
        try {
            measure(new LimitedSource(source(files), samplesMax), state, leave);
            Analysis analysis = new Analysis(pipeline, state, choice);
            Path target = files.workDir().resolve(Analysis.DIRECTORY);
            report = analysis.write(target);
            written.add(target.resolve("overall.csv"));
            written.add(target.resolve(RunReport.PAGE));
            written.add(target.resolve(RunReport.FILE));
            keep(state.resolve(RunManner.STATS), files.besideResult("_stats.jsonl"));
            if (exportsSamples) {
                for (DatasetManifest.Shard shard : DatasetManifest.read(state).shards()) {
                    keep(state.resolve(shard.file()), files.besideResult(".jsonl"));
                }
            }
            return analysis;
        } finally {
            DataDirectory.removeTree(state);
        }
    }

    private void keep(Path from, Path to) throws IOException {
        if (Files.exists(from) && Files.size(from) > 0) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
            written.add(to);
        }
    }

    private SampleSource source(FileRun files) {
        if (dataset == null) {
            return files.samples(ReadLimits.of(config.ingest()));
        }
        // A server may own the directory: its keys are only read.
        Path data = SealedFiles.over(config.data().toAbsolutePath().normalize(),
                Vault.openToRead(config.data(), config.encryption(), System.getenv()));
        Path directory = data.resolve("datasets").resolve(Path.of(dataset).getFileName());
        if (!Files.isDirectory(directory)) {
            throw new UsageProblem("no dataset '" + dataset + "' in " + config.data());
        }
        return new DatasetSource(directory);
    }

    private void measure(SampleSource source, Path state, Runnable leave) {
        try (FileActors actors = FileActors.open();
                PipelineRun run = PipelineRun.open(pipeline, source, state, config.curation(), List.of(),
                        RunManner.ANALYSIS);
                RunStream stream = RunStream.of(pipeline, run, actors.system(), config.curation())) {
            try {
                while (stream.step(STEP_MS)) {
                    if (run.progress().in() > 0) {
                        screen.progress("read", run.progress().in(), 0);
                    }
                }
            } catch (RuntimeException e) {
                // Before the stream is closed, which waits for its threads.
                leave.run();
                throw e;
            }
        }
    }

    /** The report of the last {@link #run}. */
    JsonNode report() {
        return report;
    }

    /** Files of the last {@link #run}. */
    List<Path> written() {
        return List.copyOf(written);
    }
}
