package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Unmatched;
import quern.curation.AnalysisKeys;
import quern.curation.Pipeline;
import quern.curation.Recipe;
import quern.curation.RecipeCompiler;
import quern.curation.RecipeException;
import quern.curation.RecipeOverride;
import quern.curation.analysis.Analysis;
import quern.curation.analysis.Proposal;
import quern.curation.analysis.ProposedRecipe;
import quern.curation.library.BuiltInOperators;

/** Measures what filters would judge by, filters nothing, and proposes thresholds. */
@Command(name = "analyze", mixinStandardHelpOptions = true,
        description = "Measure samples with the filters of a recipe, filter nothing, and propose thresholds.",
        footer = {"", "Writes analysis/overall.csv, report.html and report.json beside export_path, and "
                + "NAME_stats.jsonl. Mappers of the recipe run first; with compat: data-juicer-1.4.3 "
                + "they do not, as in Data-Juicer."})
final class AnalyzeCommand implements Callable<Integer> {

    private static final String NOTHING = "project_name: analysis\nprocess: []\n";

    @Mixin
    private GlobalOptions options;

    @Parameters(paramLabel = "RECIPE.yaml", arity = "0..1",
            description = "Recipe in Data-Juicer's form; --config RECIPE.yaml means the same.")
    private Path recipe;

    @Option(names = "--all", description = "All filters that need no model, whatever the recipe has.")
    private boolean all;

    @Option(names = "--auto", description = "The same on the first --auto_num samples.")
    private boolean auto;

    @Option(names = "--dataset_path", paramLabel = "PATH", description = "Local files to read.")
    private String datasetPath;

    @Option(names = "--dataset", paramLabel = "ID", description = "Dataset to read instead.")
    private String dataset;

    @Option(names = "--export_path", paramLabel = "FILE", description = "Where results go, as for a run.")
    private String exportPath;

    @Option(names = "--model", paramLabel = "MODEL",
            description = "Model that filters ask, where no server runs (default: the configured one).")
    private String model;

    @Option(names = "--percentiles", paramLabel = "SHARE,...", converter = Shares.class,
            description = "Percentiles to tell beside the quartiles, 0 to 1.")
    private List<Double> percentiles = List.of();

    @Option(names = "--lowest", defaultValue = "0.01", paramLabel = "SHARE",
            description = "Percentile proposed as the least value (default: ${DEFAULT-VALUE}).")
    private double lowest;

    @Option(names = "--highest", defaultValue = "0.99", paramLabel = "SHARE",
            description = "Percentile proposed as the greatest value (default: ${DEFAULT-VALUE}).")
    private double highest;

    @Option(names = "--propose", paramLabel = "OUT.yaml", description = "Write the recipe with proposed thresholds.")
    private Path propose;

    @Unmatched
    private List<String> more = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        recipe = options.recipe(recipe);
        check();
        var config = options.load().config();
        var library = new BuiltInOperators();
        Recipe given = Recipe.parse(text(), overrides(List.of()), config.curation());
        AnalysisKeys keys = AnalysisKeys.of(given, overrides(List.of()));
        List<RecipeOverride> added = new ArrayList<>();
        if (all || keys.auto()) {
            added.add(new RecipeOverride("process", Analysis.measuringFilters(library, config.curation()).toString()));
        }
        if (keys.exportsSamples()) {
            added.add(new RecipeOverride("keep_stats_in_res_ds", "true"));
        }
        Recipe parsed = added.isEmpty() ? given : Recipe.parse(text(), overrides(added), config.curation());
        if (dataset == null && parsed.files().inputs().isEmpty()) {
            throw new UsageProblem("nothing to read: give --dataset_path PATH or --dataset ID, or dataset_path in the "
                    + "recipe");
        }
        Pipeline pipeline;
        try {
            pipeline = new RecipeCompiler(AskedModel.operatorsWithout(options)).compile(parsed);
        } catch (RecipeException problems) {
            if (problems.problems().stream().noneMatch(RecipeException.Problem::wantsModel)) {
                throw problems;
            }
            try (AskedModel asked = AskedModel.open(options, model)) {
                pipeline = asked.recipes().compile(parsed);
                asked.awaitReady();
                return measure(pipeline, keys, asked::leave);
            }
        }
        return measure(pipeline, keys, () -> { });
    }

    /** @param leave ends what a model is asked at the moment */
    private Integer measure(Pipeline pipeline, AnalysisKeys keys, Runnable leave) throws IOException {
        List<Double> shares = new ArrayList<>(keys.percentiles());
        shares.addAll(percentiles);
        var files = new FileAnalysis(Analysis.pipeline(pipeline), options.load().config(), options.screen(), dataset,
                keys.auto() ? keys.autoSamples() : Long.MAX_VALUE, keys.exportsSamples());
        Analysis analysis = files.run(new Analysis.Choice(shares, lowest, highest), leave);
        if (propose != null) {
            Files.writeString(propose, new ProposedRecipe(pipeline.recipe(), new BuiltInOperators())
                    .with(analysis.proposals()));
        }
        print(files.report(), analysis.proposals(), files.written());
        return ExitCode.OK;
    }

    private void check() {
        if (recipe == null && !all && !auto) {
            throw new UsageProblem("give a recipe, or --all for all filters that need no model");
        }
        for (double share : percentiles) {
            if (!(share >= 0 && share <= 1)) {
                throw new UsageProblem("--percentiles has " + share + ", expected 0 to 1");
            }
        }
        if (!(lowest >= 0 && lowest < highest && highest <= 1)) {
            throw new UsageProblem("--lowest " + lowest + " and --highest " + highest
                    + ", expected 0 <= lowest < highest <= 1");
        }
    }

    private List<RecipeOverride> overrides(List<RecipeOverride> added) {
        List<RecipeOverride> overrides = new ArrayList<>(added);
        try {
            overrides.addAll(RecipeOverride.of(more));
        } catch (IllegalArgumentException e) {
            throw new UsageProblem(e.getMessage() + "; keys of the recipe are given as --key VALUE or "
                    + "--operator.parameter VALUE", e);
        }
        if (auto) {
            overrides.add(new RecipeOverride("auto", "true"));
        }
        if (datasetPath != null) {
            overrides.add(new RecipeOverride("dataset_path", datasetPath));
        }
        if (exportPath != null) {
            overrides.add(new RecipeOverride("export_path", exportPath));
        }
        return overrides;
    }

    private String text() throws IOException {
        try {
            return recipe == null ? NOTHING : Files.readString(recipe);
        } catch (NoSuchFileException e) {
            throw new UsageProblem("no recipe " + recipe, e);
        }
    }

    private void print(JsonNode report, List<Proposal> proposals, List<Path> written) {
        Screen screen = options.screen();
        if (screen.json()) {
            ObjectNode node = ApiClient.JSON.createObjectNode().put("read", report.path("read").asLong())
                    .put("measured", report.path("kept").asLong());
            node.set("proposals", report.path("proposals"));
            node.set("names", report.path("names"));
            node.put("seconds", report.path("seconds").asDouble())
                    .put("megabytesPerSecond", report.path("megabytesPerSecond").asDouble());
            written.forEach(file -> node.withArray("files").add(file.toString()));
            if (propose != null) {
                node.put("recipe", propose.toString());
            }
            screen.json(node);
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("operator", "stat", "min", "max", "would drop", "as it is"));
        for (Proposal one : proposals) {
            rows.add(List.of(one.label(), one.stat(), number(one.min()), number(one.max()), percent(one.share()),
                    percent((double) one.droppedNow() / Math.max(1, one.count()))));
        }
        screen.table(rows);
        screen.line(report.path("read").asLong() + " read, " + report.path("kept").asLong() + " measured");
        written.forEach(file -> screen.line(file.toString()));
        if (propose != null) {
            screen.line(propose.toString());
        }
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15 ? Long.toString((long) value)
                : Double.toString(value);
    }

    /** Numbers between commas, in brackets or not. */
    static final class Shares implements ITypeConverter<List<Double>> {

        @Override
        public List<Double> convert(String text) {
            return Stream.of(text.replaceAll("^\\[|]$", "").split(",")).map(Double::valueOf).toList();
        }
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f %%", 100 * share);
    }
}
