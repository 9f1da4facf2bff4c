package quern.curation.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * How many samples came to each operator, in the order in which they run, what it dropped and why, and how much of the
 * time it took.
 */
final class FlowTable {

    private final JsonNode report;

    FlowTable(JsonNode report) {
        this.report = report;
    }

    void write(Markup page) {
        long top = 1;
        long nanos = 0;
        for (JsonNode line : report.path("operators")) {
            top = Math.max(top, line.path("in").asLong() + line.path("made").asLong());
            nanos += line.path("nanos").asLong();
        }
        page.element("h2", "Flow", "id", "flow").open("div", "class", "scroll").open("table");
        page.raw("<tr><th>operator</th><th>samples</th><th class=\"n\">in</th><th class=\"n wide\">made</th>"
                + "<th class=\"n\">dropped</th><th class=\"n wide\">of its input</th><th class=\"n wide\">time</th>"
                + "</tr>\n");
        List<JsonNode> lines = new ArrayList<>();
        report.path("operators").forEach(lines::add);
        lines.sort(Comparator.comparingInt(line -> line.path("runs").asInt()));
        for (JsonNode line : lines) {
            row(page, line, top, nanos);
        }
        page.close("table").close("div");
        if (!report.path("analysis").asBoolean()) {
            reasons(page);
        }
    }

    private void row(Markup page, JsonNode line, long top, long nanos) {
        long in = line.path("in").asLong();
        long made = line.path("made").asLong();
        long dropped = dropped(line);
        page.open("tr", "data-operator", line.path("operator").asText());
        page.open("td", "class", "name").name(line.path("operator").asText()).close("td").open("td");
        bar(page, in + made - dropped, dropped, top);
        page.close("td").element("td", Markup.whole(in), "class", "n in");
        page.element("td", made == 0 ? "" : Markup.whole(made), "class", "n wide");
        page.element("td", Markup.whole(dropped), "class", "n drops");
        page.element("td", dropped == 0 ? "" : Markup.percent(dropped, in), "class", "n wide");
        page.element("td", nanos == 0 ? "" : Markup.percent(line.path("nanos").asLong(), nanos), "class", "n wide");
        page.close("tr");
    }

    private void reasons(Markup page) {
        page.element("h2", "Why samples were dropped", "id", "reasons");
        long all = report.path("dropped_samples").asLong();
        if (all == 0) {
            page.element("p", "None was dropped.", "class", "soft");
            return;
        }
        page.open("div", "class", "scroll").open("table").raw("<tr><th>operator</th><th>reason</th>"
                + "<th class=\"n\">samples</th><th class=\"n wide\">of all dropped</th></tr>\n");
        report.path("dropped").properties().forEach(operator -> operator.getValue().properties().forEach(reason -> {
            page.open("tr").open("td", "class", "name").name(operator.getKey()).close("td");
            page.open("td").name(reason.getKey()).close("td");
            page.element("td", Markup.whole(reason.getValue().asLong()), "class", "n");
            page.element("td", Markup.percent(reason.getValue().asLong(), all), "class", "n wide").close("tr");
        }));
        page.close("table").close("div");
        noted(page);
    }

    private void noted(Markup page) {
        boolean any = false;
        for (JsonNode line : report.path("operators")) {
            for (var note : line.path("noted").properties()) {
                if (!any) {
                    page.element("h4", "Noted without dropping a sample").open("ul");
                    any = true;
                }
                page.element("li", line.path("operator").asText() + ": " + note.getKey() + ", "
                        + Markup.whole(note.getValue().asLong()));
            }
        }
        if (any) {
            page.close("ul");
        }
    }

    private static long dropped(JsonNode line) {
        long dropped = 0;
        for (JsonNode count : line.path("dropped")) {
            dropped += count.asLong();
        }
        return dropped;
    }

    static void bar(Markup page, long kept, long dropped, long top) {
        page.open("span", "class", "bar").open("i", "class", "kept", "style", width(kept, top)).close("i")
                .open("i", "class", "dropped", "style", width(dropped, top)).close("i").close("span");
    }

    private static String width(long count, long top) {
        double percent = 100.0 * count / top;
        return String.format(Locale.ROOT, "width:%.2f%%", count > 0 ? Math.max(percent, 0.6) : 0);
    }
}
