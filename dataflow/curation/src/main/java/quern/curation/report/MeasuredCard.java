package quern.curation.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One filter: the histogram of what it measured with its thresholds, and samples from both sides of each. */
final class MeasuredCard {

    private final String operator;
    private final JsonNode figures;

    MeasuredCard(String operator, JsonNode figures) {
        this.operator = operator;
        this.figures = figures;
    }

    void write(Markup page) {
        page.open("section", "class", "card", "data-operator", operator).open("div", "class", "top");
        page.element("h3", operator).element("span", figures.path("stat").asText(), "class", "id").close("div");
        new Plot(figures).write(page);
        page.open("p", "class", "small").raw("<span class=\"dot kept\"></span>");
        page.element("b", Markup.whole(figures.path("kept").asLong()), "class", "kept").text(" kept, ");
        page.raw("<span class=\"dot dropped\"></span>");
        page.element("b", Markup.whole(figures.path("dropped").asLong()), "class", "dropped").text(" dropped ("
                + Markup.percent(figures.path("dropped").asLong(), figures.path("measured").asLong()) + "); keeps "
                + kept()).close("p");
        numbers(page, figures);
        examples(page);
        page.close("section");
    }

    private String kept() {
        JsonNode keep = figures.path("keep");
        String min = keep.has("min") ? (keep.path("min_closed").asBoolean(true) ? "from " : "more than ")
                + Markup.number(keep.path("min").asDouble()) : "";
        String max = keep.has("max") ? (keep.path("max_closed").asBoolean(true) ? "to " : "less than ")
                + Markup.number(keep.path("max").asDouble()) : "";
        if (min.isEmpty() && max.isEmpty()) {
            return "everything";
        }
        return (keep.path("reversed").asBoolean() ? "what is not " : "") + (min + " " + max).strip();
    }

    static void numbers(Markup page, JsonNode figures) {
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("min", figures.path("min").asDouble());
        figures.path("percentiles").properties().forEach(percentile -> numbers.put(
                percentile.getKey().equals("50") ? "median" : percentile.getKey() + " %",
                percentile.getValue().asDouble()));
        numbers.put("max", figures.path("max").asDouble());
        numbers.put("mean", figures.path("mean").asDouble());
        page.open("dl");
        numbers.forEach((name, value) -> page.open("div").element("dt", name).element("dd", Markup.number(value))
                .close("div"));
        page.close("dl");
    }

    private void examples(Markup page) {
        Map<Double, List<JsonNode>> thresholds = new LinkedHashMap<>();
        for (JsonNode example : figures.path("examples")) {
            thresholds.computeIfAbsent(example.path("threshold").asDouble(), _ -> new ArrayList<>()).add(example);
        }
        thresholds.forEach((threshold, examples) -> {
            boolean both = examples.stream().anyMatch(example -> !example.path("kept").asBoolean());
            page.open("details", both ? "open" : "class", both ? "" : "none-dropped");
            page.element("summary", "Samples nearest to " + Markup.number(threshold)
                    + (both ? "" : " (none was dropped there)"));
            page.open("div", "class", "sides");
            side(page, examples, false);
            side(page, examples, true);
            page.close("div").close("details");
        });
    }

    private static void side(Markup page, List<JsonNode> examples, boolean kept) {
        page.open("div");
        for (JsonNode example : examples) {
            if (example.path("kept").asBoolean() == kept) {
                String kind = kept ? "kept" : "dropped";
                page.open("div", "class", "quote " + kind).open("b").text(kind + ", "
                        + Markup.number(example.path("value").asDouble())).close("b");
                page.element("p", quoted(example));
                page.element("div", example.path("sample").asText(), "class", "id").close("div");
            }
        }
        page.close("div");
    }

    static String quoted(JsonNode example) {
        String text = example.path("text").asText();
        return text.isBlank() ? "(no visible text)" : text + (example.path("cut").asBoolean() ? " \u2026" : "");
    }
}
