package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** What a tuning would take, for people. */
final class TuningBudgetLines {

    private static final int CUTS_MAX = 5;

    private TuningBudgetLines() {}

    static List<String> of(JsonNode budget) {
        List<String> lines = new ArrayList<>();
        StringBuilder forms = new StringBuilder();
        budget.path("forms").properties().forEach(
                form -> forms.append(forms.isEmpty() ? "" : ", ").append(form.getKey()));
        String samples = budget.path("samples").asLong() + " samples (" + forms + ")";
        if (!budget.has("tokens")) {
            lines.add(samples + "; " + budget.path("note").asText());
            return lines;
        }
        lines.add(samples + ": " + budget.path("examples").asLong() + " to learn from, "
                + budget.path("held_out_examples").asLong() + " held out for the gate");
        lines.add(budget.path("tokens").asLong() + " tokens an epoch, " + budget.path("labels").asLong()
                + " of them learnt; " + budget.path("epochs").asLong() + " epochs, " + budget.path("steps").asLong()
                + " steps, " + budget.path("trained_tokens").asLong() + " tokens in all");
        if (budget.path("cut_samples").asLong() > 0) {
            lines.add(budget.path("cut_samples").asLong() + " samples are longer than the "
                    + budget.path("max_seq_length").asLong() + " tokens of max_seq_length and lose "
                    + budget.path("cut_tokens").asLong() + " tokens at their end: " + cuts(budget.path("cuts")));
        }
        for (JsonNode skipped : budget.path("skipped")) {
            lines.add(skipped.path("samples").asLong() + " left out, " + skipped.path("reason").asText() + ": first "
                    + (skipped.has("first_line") ? "line " + skipped.path("first_line").asLong()
                            : "sample " + skipped.path("first_sample").asLong()));
        }
        return lines;
    }

    private static String cuts(JsonNode cuts) {
        List<String> told = new ArrayList<>();
        for (JsonNode cut : cuts) {
            if (told.size() == CUTS_MAX) {
                told.add("...");
                break;
            }
            told.add((cut.has("line") ? "line " + cut.path("line").asLong() : "sample " + cut.path("sample").asLong())
                    + " " + cut.path("tokens").asLong());
        }
        return String.join(", ", told);
    }
}
