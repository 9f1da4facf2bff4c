package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Unmatched;
import quern.curation.FileRun;
import quern.curation.Pipeline;
import quern.curation.PipelineRun;
import quern.curation.Recipe;
import quern.curation.RecipeCompiler;
import quern.curation.RecipeException;
import quern.curation.RecipeOverride;

/** Runs a recipe and prints what came in, what was kept and why the rest was dropped. */
@Command(name = "curate", mixinStandardHelpOptions = true,
        description = "Make a dataset from documents, another dataset or local files, with a recipe.",
        footer = {"", "With local files, keys of the recipe may be given behind it: --np 8, "
                + "--text_length_filter.min_len 20."})
final class CurateCommand implements Callable<Integer> {

    @Mixin
    private GlobalOptions options;

    @Parameters(paramLabel = "RECIPE.yaml", arity = "0..1",
            description = "Recipe in Data-Juicer's form; --config RECIPE.yaml means the same.")
    private Path recipe;

    @Option(names = "--dataset", paramLabel = "ID", description = "Dataset to start from (default: all documents).")
    private String dataset;

    @Option(names = "--name", description = "What the new dataset is called.")
    private String name;

    @Option(names = "--label", description = "Label of the new dataset; may be repeated.")
    private List<String> labels = List.of();

    @Option(names = "--check", description = "Only say what is wrong with the recipe.")
    private boolean check;

    @Option(names = "--wait", negatable = true, defaultValue = "true", fallbackValue = "true",
            description = "Wait for the end (default: ${DEFAULT-VALUE}).")
    private boolean wait;

    @Option(names = "--dataset_path", paramLabel = "PATH",
            description = "Local files to read instead of documents; as the recipe's key, which it overrides.")
    private String datasetPath;

    @Option(names = "--export_path", paramLabel = "FILE", description = "Where the result of local files goes.")
    private String exportPath;

    @Option(names = "--compat", paramLabel = "NAME", description = "Whose rules apply: data-juicer-1.4.3.")
    private String compat;

    @Option(names = "--model", paramLabel = "MODEL",
            description = "Model that operators of local files ask (default: the server's, where one runs, else the "
                    + "configured one).")
    private String model;

    @Option(names = "--dry-run", description = "Say what would be read, done and written, and stop.")
    private boolean dryRun;

    @Option(names = "--explain", description = "Try the operators on the first samples, say in which order they will "
            + "run and what each costs and drops, and stop.")
    private boolean explain;

    @Unmatched
    private List<String> more = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        recipe = options.recipe(recipe);
        if (recipe == null) {
            throw new UsageProblem("give a recipe: quern curate RECIPE.yaml");
        }
        Recipe parsed = Recipe.parse(text(), overrides(), options.load().config().curation());
        if (dataset == null && !parsed.files().inputs().isEmpty()) {
            return local(parsed);
        }
        List<RecipeException.Problem> ofInputs = parsed.problems().stream()
                .filter(problem -> problem.where().startsWith("dataset")).toList();
        if (dataset == null && !ofInputs.isEmpty()) {
            throw new RecipeException(ofInputs);
        }
        if (!more.isEmpty()) {
            throw new UsageProblem("unknown option " + more.getFirst() + "; keys of the recipe may be given with local "
                    + "files only: add --dataset_path, or the key in the recipe");
        }
        if (dryRun || explain || exportPath != null) {
            throw new UsageProblem("--dry-run, --explain and --export_path need local files: give --dataset_path, or "
                    + "the key in the recipe");
        }
        return job();
    }

    private List<RecipeOverride> overrides() {
        try {
            List<RecipeOverride> overrides = new ArrayList<>(RecipeOverride.of(more));
            override("dataset_path", datasetPath, overrides);
            override("export_path", exportPath, overrides);
            override("compat", compat, overrides);
            return overrides;
        } catch (IllegalArgumentException e) {
            throw new UsageProblem(e.getMessage() + "; keys of the recipe are given as --key VALUE or "
                    + "--operator.parameter VALUE behind it", e);
        }
    }

    private static void override(String key, String value, List<RecipeOverride> overrides) {
        if (value != null) {
            overrides.add(new RecipeOverride(key, value));
        }
    }

    private Integer local(Recipe parsed) {
        parsed.notes().forEach(options.screen()::note);
        Pipeline pipeline;
        try {
            pipeline = new RecipeCompiler(AskedModel.operatorsWithout(options)).compile(parsed);
        } catch (RecipeException problems) {
            return withModel(parsed, problems);
        }
        return local(pipeline, () -> {});
    }

    /** For operators that ask a model: that of the server, else of an appliance of this process's own. */
    private Integer withModel(Recipe parsed, RecipeException problems) {
        if (problems.problems().stream().noneMatch(RecipeException.Problem::wantsModel)) {
            throw problems;
        }
        try (AskedModel asked = AskedModel.open(options, model)) {
            Pipeline pipeline = asked.recipes().compile(parsed);
            if (!check && !dryRun) {
                asked.awaitReady();
            }
            return local(pipeline, asked::leave);
        }
    }

    private Integer local(Pipeline pipeline, Runnable leave) {
        Screen screen = options.screen();
        if (check) {
            screen.line(recipe + ": no problem found");
        } else if (explain) {
            new FileCuration(pipeline, options.load().config(), screen).explain();
        } else if (dryRun) {
            plan(screen, pipeline);
        } else {
            new FileCuration(pipeline, options.load().config(), screen).run(leave);
        }
        return ExitCode.OK;
    }

    private static void plan(Screen screen, Pipeline pipeline) {
        FileRun files = FileRun.of(pipeline, Path.of("").toAbsolutePath());
        if (screen.json()) {
            ObjectNode node = ApiClient.JSON.createObjectNode();
            files.inputs().forEach(file -> node.withArray("inputs").add(file.toString()));
            node.put("bytes", files.inputBytes());
            PipelineRun.operatorLabels(pipeline).forEach(node.withArray("operators")::add);
            screen.json(node.put("result", files.result().toString()));
            return;
        }
        screen.line("reads " + files.inputs().size() + " files, " + files.inputBytes() + " bytes");
        PipelineRun.operatorLabels(pipeline).forEach(label -> screen.line("  " + label));
        screen.line("writes " + files.result());
    }

    private Integer job() throws IOException {
        ObjectNode body = ApiClient.JSON.createObjectNode().put("recipe", text());
        Screen screen = options.screen();
        try (Session session = Session.open(options)) {
            ApiClient client = session.client();
            if (check) {
                JsonNode reply = client.post("/v1/curation/check", body);
                show(screen, reply, () -> screen.line(recipe + ": no problem found"));
                return ExitCode.OK;
            }
            JsonNode job = client.post("/v1/curation/jobs", request(body));
            String id = job.path("id").asText();
            if (!wait && session.isServer()) {
                show(screen, job, () -> screen.line(id));
                return ExitCode.OK;
            }
            JsonNode ended = new JobWatch(client, screen).await(id);
            show(screen, ended, () -> report(screen, ended.path("result")));
            return ExitCode.OK;
        }
    }

    private static void show(Screen screen, JsonNode json, Runnable people) {
        if (screen.json()) {
            screen.json(json);
        } else {
            people.run();
        }
    }

    private String text() throws IOException {
        try {
            return Files.readString(recipe);
        } catch (NoSuchFileException e) {
            throw new UsageProblem("no recipe " + recipe, e);
        }
    }

    private ObjectNode request(ObjectNode body) {
        if (dataset != null) {
            body.put("dataset", dataset);
        }
        if (name != null) {
            body.put("name", name);
        }
        if (!labels.isEmpty()) {
            labels.forEach(body.putArray("labels")::add);
        }
        return body;
    }

    private static void report(Screen screen, JsonNode result) {
        table(screen, result.path("report"));
        screen.line("dataset " + result.path("dataset_id").asText());
    }

    /** What each operator took and dropped, and the sum. */
    static void table(Screen screen, JsonNode report) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("operator", "in", "made", "dropped", "reason"));
        long dropped = 0;
        for (JsonNode line : report.path("operators")) {
            String in = line.path("in").asText();
            String made = line.path("made").asText();
            String operator = line.path("operator").asText();
            if (line.path("dropped").isEmpty()) {
                rows.add(List.of(operator, in, made, "0", ""));
            }
            for (var reason : line.path("dropped").properties()) {
                dropped += reason.getValue().asLong();
                rows.add(List.of(operator, in, made, reason.getValue().asText(), reason.getKey()));
                operator = "";
                in = "";
                made = "";
            }
        }
        screen.table(rows);
        long made = report.path("made").asLong();
        screen.line(report.path("in").asLong() + " in" + (made == 0 ? "" : " + " + made + " made") + " = "
                + report.path("kept").asLong() + " kept + " + dropped + " dropped");
    }
}
