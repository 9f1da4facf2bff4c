package quern.curation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import quern.config.CurationConfig;
import quern.ingest.reader.DatasetFiles;
import quern.ingest.reader.Manner;
import quern.ingest.reader.ReadLimits;
import quern.ingest.writer.RowForm;
import quern.ingest.writer.RowWriter;
import quern.kv.AtomicFile;
import quern.kv.DataDirectory;
import quern.kv.FileStamp;

/**
 * A recipe over local files: its inputs, its result, and what Data-Juicer's users look for beside that. The state of an
 * unfinished run is in a directory beside the result; the same recipe over the same, unchanged files goes on there.
 */
public final class FileRun {

    private static final String INPUTS = "inputs.json";

    private final Pipeline pipeline;
    private final Path base;
    private final List<FileSource.Part> parts;
    private final Path result;
    private final Path workDir;
    private final Path state;
    private final RowForm form;

    private FileRun(Pipeline pipeline, Path base, List<FileSource.Part> parts,
            Path result, RowForm form, Path workDir) {
        this.base = base;
        this.form = form;
        this.pipeline = pipeline;
        this.parts = parts;
        this.result = result;
        this.workDir = workDir;
        this.state = workDir.resolve("." + stem(result) + ".curation");
    }

    /**
     * Looks at the inputs; nothing is written yet.
     *
     * @param base what relative paths are relative to
     * @throws RunException if an input is missing, or there is none
     */
    public static FileRun of(Pipeline pipeline, Path base) {
        Recipe recipe = pipeline.recipe();
        List<FileSource.Part> parts = new ArrayList<>();
        List<RecipeFiles.Input> inputs = recipe.files().inputs();
        for (int i = 0; i < inputs.size(); i++) {
            parts.addAll(parts(recipe, inputs.get(i), base, i));
        }
        if (parts.isEmpty()) {
            throw new RunException(recipe.files().inputs().isEmpty() ? "the recipe names no dataset_path"
                    : "no file under dataset_path " + recipe.files().inputs().getFirst().path());
        }
        Path result = result(recipe, base);
        String work = recipe.files().workDir();
        return new FileRun(pipeline, base, List.copyOf(parts), result, form(recipe, result),
                work.isEmpty() ? result.getParent() : base.resolve(work).normalize());
    }

    private static List<FileSource.Part> parts(Recipe recipe, RecipeFiles.Input input, Path base, int index) {
        Path path = base.resolve(input.path()).normalize();
        if (!Files.exists(path)) {
            throw new RunException("dataset_path " + path + " does not exist");
        }
        try {
            return DatasetFiles.below(path, recipe.suffixes()).stream()
                    .map(file -> new FileSource.Part(file, file.toString(), recipe.files().samplesMax() > 0 ? 1
                            : input.weight(), index)).toList();
        } catch (IOException e) {
            throw new RunException("dataset_path cannot be read: " + e.getMessage(), e);
        }
    }

    /** Of a recipe whose samples come from elsewhere: only where results go. */
    public static FileRun ofResult(Pipeline pipeline, Path base) {
        Recipe recipe = pipeline.recipe();
        Path result = result(recipe, base);
        String work = recipe.files().workDir();
        return new FileRun(pipeline, base, List.of(), result, form(recipe, result),
                work.isEmpty() ? result.getParent() : base.resolve(work).normalize());
    }

    private static Path result(Recipe recipe, Path base) {
        String name = recipe.projectName().replaceAll("[^\\w.-]+", "_");
        String given = recipe.files().exportPath();
        if (given.isEmpty()) {
            given = "./outputs/" + name + "/" + name + ".jsonl";
        }
        Path path = base.resolve(given).toAbsolutePath().normalize();
        return given.endsWith("/") || Files.isDirectory(path) ? path.resolve(name + ".jsonl") : path;
    }

    private static RowForm form(Recipe recipe, Path result) {
        String name = result.getFileName().toString();
        String type = recipe.files().exportType();
        return RowForm.ofName(name).or(() -> RowForm.ofName("." + type)).orElseThrow(() -> new RunException(
                "export_path " + name + " ends with none of .jsonl, .jsonl.gz, .jsonl.zst, .json and .parquet"));
    }

    /** Files to read, in order. */
    public List<Path> inputs() {
        return parts.stream().map(FileSource.Part::file).toList();
    }

    /** Bytes of the files to read. */
    public long inputBytes() {
        try {
            long bytes = 0;
            for (FileSource.Part part : parts) {
                bytes += Files.size(part.file());
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException("dataset_path", e);
        }
    }

    /** Where the result will be, or the names of its shards begin. */
    public Path result() {
        return result;
    }

    /** Begins, or goes on with what a killed run left, where neither recipe nor files have changed since. */
    public PipelineRun open(CurationConfig config, ReadLimits limits) {
        Recipe recipe = pipeline.recipe();
        try {
            Files.createDirectories(workDir);
            Files.createDirectories(result.getParent());
            byte[] inputs = Json.bytes(describeInputs());
            Path kept = state.resolve(INPUTS);
            if (!Files.exists(kept) || !java.util.Arrays.equals(inputs, Files.readAllBytes(kept))) {
                DataDirectory.removeTree(state);
                Files.createDirectories(state);
                AtomicFile.write(kept, inputs);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(state.toString(), e);
        }
        validate(limits);
        return PipelineRun.open(pipeline, source(limits), state, config, List.of(),
                new RunManner(false, true, recipe.files().tracing(), name -> earlier(name, limits)));
    }

    /** The samples of the inputs. */
    public SampleSource samples(ReadLimits limits) {
        validate(limits);
        return source(limits);
    }

    /** The recipe's validators look at the first samples of each input. */
    private void validate(ReadLimits limits) {
        Recipe recipe = pipeline.recipe();
        for (RecipeFiles.Input input : recipe.validators().isEmpty() ? List.<RecipeFiles.Input>of()
                : recipe.files().inputs()) {
            try (FileSource source = new FileSource(parts(recipe, input, base, 0), limits, manner())) {
                FirstSamples.check(recipe.validators(), source, input.path());
            }
        }
    }

    /** Where side outputs go. */
    public Path workDir() {
        return workDir;
    }

    /** A file beside the result: its name without ending, and this. */
    public Path besideResult(String ending) {
        return beside(ending);
    }

    /** How a run would go, found on the first samples; nothing is written. */
    public List<PlannedStep> explain(CurationConfig config, ReadLimits limits) {
        try (FileSource source = source(limits)) {
            return PipelineRun.explain(pipeline, source, config);
        }
    }

    private FileSource source(ReadLimits limits) {
        return new FileSource(parts, pipeline.recipe().files().shares(), limits, manner());
    }

    private Manner manner() {
        return pipeline.recipe().compat() == Recipe.Compat.DATA_JUICER_1_4_3 ? Manner.DATA_JUICER : Manner.ROWS;
    }

    /** Earlier results: files and directories of them, with their signatures beside; or datasets of the appliance. */
    private DatasetLookup.Earlier earlier(String name, ReadLimits limits) {
        Path path = base.resolve(name).normalize();
        if (Files.exists(path.resolve(DatasetManifest.FILE))) {
            return DatasetLookup.Earlier.of(path);
        }
        if (!Files.exists(path)) {
            throw new RunException("against: " + path + " does not exist");
        }
        try {
            List<FileSource.Part> files = new ArrayList<>();
            ObjectNode stamps = Json.object();
            for (Path file : DatasetFiles.below(path, List.of())) {
                files.add(new FileSource.Part(file, file.toString(), 1));
                stamps.putPOJO(file.toString(), FileStamp.of(file));
            }
            return new DatasetLookup.Earlier(path.resolveSibling("." + path.getFileName() + ".signatures"),
                    stamps.toString(), () -> new FileSource(files, limits, manner()));
        } catch (IOException e) {
            throw new UncheckedIOException("against: " + path, e);
        }
    }

    private ObjectNode describeInputs() throws IOException {
        ObjectNode node = Json.object().put("recipe", pipeline.recipe().hash());
        for (FileSource.Part part : parts) {
            node.withArray("files").addObject().put("weight", part.weight())
                    .putPOJO("stamp", FileStamp.of(part.file()));
        }
        return node;
    }

    /**
     * Puts a finished run's result and side files in their places and removes its state. May be repeated after a kill.
     *
     * @return the files of the result
     * @throws RunException if an input was changed while it was read
     */
    public List<Path> finish(PipelineRun run) {
        DatasetManifest manifest = run.manifest();
        run.close();
        try {
            if (!java.util.Arrays.equals(Json.bytes(describeInputs()), Files.readAllBytes(state.resolve(INPUTS)))) {
                DataDirectory.removeTree(state);
                throw new RunException("a file under dataset_path was changed while it was read; run it again");
            }
            boolean asTheyAre = form == RowForm.JSONL || form == RowForm.JSONL_ZST;
            List<Path> results = asTheyAre ? moved(manifest) : written(manifest);
            writeManifest(manifest, asTheyAre ? manifest.shards() : described(results), results);
            moveBeside();
            AtomicFile.forceDirectory(result.getParent());
            DataDirectory.removeTree(state);
            return results;
        } catch (IOException e) {
            throw new UncheckedIOException("writing " + result, e);
        }
    }

    private List<Path> moved(DatasetManifest manifest) throws IOException {
        List<Path> results = results(manifest);
        for (int i = 0; i < results.size(); i++) {
            move(state.resolve(manifest.shards().get(i).file()), results.get(i));
        }
        if (results.isEmpty()) {
            AtomicFile.write(result, "");
            return List.of(result);
        }
        return results;
    }

    /** The samples once more, in the form that is asked for. */
    private List<Path> written(DatasetManifest manifest) throws IOException {
        try (RowWriter writer = RowWriter.create(result, form, pipeline.recipe().shardBytes())) {
            for (DatasetManifest.Shard shard : manifest.shards()) {
                try (BufferedReader lines = Files.newBufferedReader(state.resolve(shard.file()))) {
                    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                        writer.append((ObjectNode) Json.MAPPER.readTree(line));
                    }
                }
            }
            return writer.finish();
        }
    }

    /** One file, or as Data-Juicer names shards: {@code name-00-of-04.jsonl}. */
    private List<Path> results(DatasetManifest manifest) {
        int count = manifest.shards().size();
        if (pipeline.recipe().shardBytes() == 0) {
            return count == 0 ? List.of() : List.of(result);
        }
        int digits = Integer.toString(count).length() + 1;
        String name = result.getFileName().toString();
        String stem = stem(result);
        List<Path> results = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String number = ("%0" + digits + "d").formatted(i);
            String of = ("%0" + digits + "d").formatted(count);
            results.add(result.resolveSibling(stem + "-" + number + "-of-" + of + name.substring(stem.length())));
        }
        return results;
    }

    private static List<DatasetManifest.Shard> described(List<Path> files) throws IOException {
        List<DatasetManifest.Shard> described = new ArrayList<>();
        for (Path file : files) {
            described.add(DatasetManifest.Shard.of(file, 0));
        }
        return described;
    }

    /** @param contents of each result, but of an empty one that there was no sample for */
    private void writeManifest(DatasetManifest manifest, List<DatasetManifest.Shard> contents, List<Path> results)
            throws IOException {
        ObjectNode node = manifest.toJson();
        var inputs = node.putArray("inputs");
        for (FileSource.Part part : parts) {
            DatasetManifest.Shard content = DatasetManifest.Shard.of(part.file(), 0);
            inputs.addObject().put("path", part.file().toString()).put("weight", part.weight())
                    .put("bytes", content.bytes()).put("sha256", content.sha256());
        }
        var shards = node.putArray("shards");
        List<DatasetManifest.Shard> found = contents.isEmpty() ? described(results) : contents;
        for (int i = 0; i < results.size(); i++) {
            shards.addObject().put("file", results.get(i).getFileName().toString()).put("bytes", found.get(i).bytes())
                    .put("sha256", found.get(i).sha256());
        }
        Json.writeAtomically(beside("_manifest.json"), Json.pretty(node));
    }

    private void moveBeside() throws IOException {
        if (Files.exists(state.resolve(ShardWriter.STATS)) && Files.size(state.resolve(ShardWriter.STATS)) > 0) {
            move(state.resolve(ShardWriter.STATS), beside("_stats.jsonl"));
        }
        move(state.resolve(RunManner.LINEAGE), beside("_lineage.jsonl"));
        move(state.resolve(RejectLog.FILE), workDir.resolve(RejectLog.FILE));
        move(state.resolve(DuplicateLog.FILE), workDir.resolve(DuplicateLog.FILE));
        try (Stream<Path> files = Files.list(state)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.startsWith("trace-")) {
                    Files.createDirectories(workDir.resolve("trace"));
                    move(file, workDir.resolve("trace").resolve(name.substring("trace-".length())));
                } else if (name.startsWith("report.")) {
                    move(file, workDir.resolve(name));
                }
            }
        }
        AtomicFile.write(workDir.resolve(stem(result) + "_recipe.yaml"), pipeline.recipe().text());
    }

    private Path beside(String ending) {
        return result.resolveSibling(stem(result) + ending);
    }

    /** Nothing where it was moved before. */
    private static void move(Path from, Path to) throws IOException {
        if (Files.exists(from)) {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static String stem(Path path) {
        String name = path.getFileName().toString();
        int dot = name.indexOf('.', 1);
        return dot < 0 ? name : name.substring(0, dot);
    }
}
