package quern.curation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import quern.curation.report.Figures;
import quern.curation.report.Survey;

/** Makes {@code report.json} of what a run has counted and measured. */
final class ReportFile {

    private final Pipeline pipeline;
    private final RunCounts counts;

    ReportFile(Pipeline pipeline, RunCounts counts) {
        this.pipeline = pipeline;
        this.counts = counts;
    }

    ObjectNode toJson() {
        Recipe recipe = pipeline.recipe();
        ObjectNode node = Json.object().put("project_name", recipe.projectName()).put("recipe", recipe.hash());
        node.setAll(RunReport.of(counts).toJson());
        node.put("changed", counts.changed);
        recipe.notes().forEach(node.putArray("notes")::add);
        List<String> running = Stage.of(pipeline).stream().flatMap(Stage::all).map(Stage.Labelled::label).toList();
        Map<String, Bound> bounds = bounds();
        for (JsonNode line : node.path("operators")) {
            String label = line.path("operator").asText();
            RunCounts.PerOperator count = counts.of(label);
            Bound bound = bounds.get(label);
            ((ObjectNode) line).put("runs", running.indexOf(label) + 1);
            if (count.measured != null && bound != null) {
                ((ObjectNode) line).set("measured", Figures.of(bound.stat(), count.measured, bound.keep()));
            }
        }
        Figures.add(counts.survey == null ? new Survey() : counts.survey, node);
        return node;
    }

    private Map<String, Bound> bounds() {
        Map<String, Bound> bounds = new HashMap<>();
        for (Stage.Labelled step : Stage.labelled(pipeline)) {
            if (step.operator() instanceof Filter filter) {
                bounds.put(step.label(), filter.bound());
            }
        }
        return bounds;
    }
}
