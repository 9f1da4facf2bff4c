package quern.curation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import quern.curation.language.OpenNlpDetector;
import quern.curation.library.BuiltInOperators;
import quern.ingest.Sample;

/** What a recipe makes of samples with a scripted model. */
record Asked(List<JsonNode> kept, RunReport report, List<RejectLog.Entry> rejected) {

    /** @param samples JSON objects */
    static Asked run(TextGenerator model, String recipe, String... samples) {
        try {
            Path directory = Files.createTempDirectory("asked");
            List<Sample> list = new ArrayList<>();
            for (String sample : samples) {
                ObjectNode fields = (ObjectNode) Json.MAPPER.readTree(sample);
                list.add(new Sample(fields, "document-" + list.size(), 0, fields.path("text").asText().length(), 0));
            }
            List<JsonNode> kept = Reference.run(pipeline(model, recipe), list, directory);
            List<RejectLog.Entry> rejected = new ArrayList<>();
            RejectLog.read(directory, entry -> {
                if (entry.isDrop()) {
                    rejected.add(entry);
                }
            });
            return new Asked(kept, RunReport.read(directory), rejected);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static Pipeline pipeline(TextGenerator model, String recipe) {
        String text = recipe.contains("process:") ? recipe
                : "keep_stats_in_res_ds: true\nprocess:\n" + recipe.indent(2);
        return new RecipeCompiler(new BuiltInOperators(null, model, new OpenNlpDetector()))
                .compile(Recipe.parse(text, Reference.CONFIG));
    }

    JsonNode only() {
        if (kept.size() != 1) {
            throw new AssertionError(kept.size() + " samples were kept: " + kept + ", rejected: " + rejected);
        }
        return kept.getFirst();
    }

    /** Of the first operator. */
    Map<String, Long> notes() {
        return report.operators().get(1).noted();
    }
}
