package quern.curation.analysis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import quern.config.CurationConfig;
import quern.curation.Bound;
import quern.curation.Filter;
import quern.curation.Mapper;
import quern.curation.Operator;
import quern.curation.OperatorLibrary;
import quern.curation.Pipeline;
import quern.curation.PipelineRun;
import quern.curation.Recipe;
import quern.curation.RecipeCompiler;
import quern.curation.RecipeException;
import quern.curation.RunManner;
import quern.curation.RunReport;
import quern.curation.report.ReportPage;

/**
 * What a recipe's filters measure of samples, with nothing filtered. A run of {@link #pipeline} in
 * {@link RunManner#ANALYSIS} does the measuring; this makes percentiles and proposed thresholds of what it left.
 *
 * <p>Mappers of the recipe come before the filters behind them, so that filters measure what they would in a run.
 * Data-Juicer's analyser leaves mappers out; {@code compat: data-juicer-1.4.3} does, too.
 */
public final class Analysis {

    /** The page, the figures and {@code overall.csv} are in this directory, as Data-Juicer's users expect. */
    public static final String DIRECTORY = "analysis";
    private static final String OVERALL = "overall.csv";
    private static final JsonMapper MAPPER = new JsonMapper();

    /** @param lowest share of samples that a proposed least value may drop, and {@code 1 - highest} a greatest one */
    public record Choice(List<Double> percentiles, double lowest, double highest) {}

    private final Pipeline pipeline;
    private final Path run;
    private final Choice choice;
    private final List<Proposal> proposals = new ArrayList<>();

    /**
     * @param pipeline as {@link #pipeline} made it
     * @param run directory of the finished run
     */
    public Analysis(Pipeline pipeline, Path run, Choice choice) {
        this.pipeline = pipeline;
        this.run = run;
        this.choice = choice;
    }

    /** The operators of a recipe that measure, and those that change texts before. */
    public static Pipeline pipeline(Pipeline pipeline) {
        boolean mappers = pipeline.recipe().compat() != Recipe.Compat.DATA_JUICER_1_4_3;
        List<Operator> operators = pipeline.operators().stream()
                .filter(operator -> operator instanceof Filter || mappers && operator instanceof Mapper).toList();
        return new Pipeline(pipeline.recipe(), operators);
    }

    /** Filters that measure a number of any text and need no model, by their recipe keys. */
    public static List<String> measuringFilters(OperatorLibrary library, CurationConfig config) {
        List<String> names = new ArrayList<>();
        for (String name : new TreeSet<>(library.names())) {
            if (name.endsWith("_filter") && measures(library, name, config)) {
                names.add(name);
            }
        }
        return names;
    }

    private static boolean measures(OperatorLibrary library, String name, CurationConfig config) {
        try {
            Pipeline alone = new RecipeCompiler(library).compile(Recipe.parse("process:\n  - " + name + ":\n", config));
            return alone.operators().getFirst() instanceof Filter filter && filter.bound() != null;
        } catch (RecipeException needsSomething) {
            return false;
        }
    }

    /** Writes the analyser's files. @return the report, with {@code stats} and {@code proposals} */
    public JsonNode write(Path target) {
        try {
            Files.createDirectories(target);
            ObjectNode report = (ObjectNode) MAPPER.readTree(Files.readAllBytes(run.resolve(RunReport.FILE)));
            report.put("analysis", true);
            try (StatTable stats = StatTable.read(run.resolve(RunManner.STATS), run)) {
                propose(stats);
                Files.writeString(target.resolve(OVERALL), OverallTable.of(stats, choice.percentiles()).csv());
                names(stats, report.putObject("names"));
            }
            proposals.forEach(proposal -> add(proposal, report.withArray("proposals")));
            Files.write(target.resolve(RunReport.FILE), MAPPER.writerWithDefaultPrettyPrinter()
                    .writeValueAsBytes(report));
            Files.writeString(target.resolve(RunReport.PAGE), ReportPage.of(report));
            return report;
        } catch (IOException e) {
            throw new UncheckedIOException("writing the analysis to " + target, e);
        }
    }

    private void propose(StatTable stats) {
        List<String> labels = PipelineRun.operatorLabels(pipeline);
        for (int i = 0; i < labels.size(); i++) {
            Bound bound = pipeline.operators().get(i) instanceof Filter filter ? filter.bound() : null;
            if (bound != null) {
                String label = labels.get(i);
                stats.numbers(bound.stat()).ifPresent(column -> proposals.add(
                        Proposal.of(label, bound, column, choice.lowest(), choice.highest())));
            }
        }
    }

    private void add(Proposal proposal, ArrayNode target) {
        target.addObject().put("operator", proposal.label()).put("stat", proposal.stat())
                .put("samples", proposal.count()).put("min", proposal.min()).put("max", proposal.max())
                .put("below", proposal.low()).put("above", proposal.high()).put("share", proposal.share())
                .put("dropped_now", proposal.droppedNow()).put("lowest", choice.lowest())
                .put("highest", choice.highest());
    }

    private static void names(StatTable stats, ObjectNode target) {
        for (String stat : stats.keys()) {
            stats.names(stat).ifPresent(column -> {
                ObjectNode one = target.putObject(stat).put("samples", column.count()).put("unique", column.unique())
                        .put("exact", column.isExact());
                ObjectNode most = one.putObject("most_frequent");
                column.counts().entrySet().stream().sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                        .limit(20).forEach(name -> most.put(name.getKey(), name.getValue()));
            });
        }
    }

    /** Thresholds proposed by {@link #write}, in the recipe's order. */
    public List<Proposal> proposals() {
        return List.copyOf(proposals);
    }
}
