package quern.curation.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * The report of a run as one HTML page that needs nothing else: style and drawings are in it, it has no script, and a
 * policy in its head keeps a browser from fetching or running anything. Everything that comes from samples or recipes
 * is escaped. Made of {@code report.json} alone, so the same figures are in both.
 */
public final class ReportPage {

    private static final String STYLE = style();

    private final JsonNode report;
    private final Markup page = new Markup();

    private ReportPage(JsonNode report) {
        this.report = report;
    }

    /** @param report as {@code report.json} has it; what is missing is left out */
    public static String of(JsonNode report) {
        return new ReportPage(report).write();
    }

    private String write() {
        String name = report.path("project_name").asText("");
        String title = name.isEmpty() ? "Curation report" : name;
        page.raw("<!DOCTYPE html>\n").open("html", "lang", "en").open("head").raw("<meta charset=\"utf-8\">\n"
                + "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                + "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
                + "'unsafe-inline'\">\n");
        page.element("title", title + " \u2013 curation report").raw("<style>\n" + STYLE + "</style>\n").close("head");
        page.open("body").open("main");
        head(title);
        new ProposalTable(report.path("proposals")).write(page);
        new FlowTable(report).write(page);
        measured();
        new DuplicateList(report.path("duplicates")).write(page);
        languages();
        lengths();
        notes();
        page.open("footer").text("Made by Quern. The same figures are in report.json; every sample that was dropped "
                + "or changed is in rejected.jsonl.").close("footer");
        return page.close("main").close("body").close("html").toString();
    }

    private void head(String title) {
        boolean analysis = report.path("analysis").asBoolean();
        page.element("h1", title).open("p", "class", "soft").text(analysis ? "Analysis: nothing was filtered. "
                : "").text("Recipe ").element("code", report.path("recipe").asText()).close("p");
        page.open("div", "class", "figures");
        figure("read", Markup.whole(report.path("read").asLong()), "read");
        if (report.path("made").asLong() > 0) {
            figure("made", Markup.whole(report.path("made").asLong()), "made by operators");
        }
        figure("kept", Markup.whole(report.path("kept").asLong()), analysis ? "measured" : "kept");
        long all = report.path("read").asLong() + report.path("made").asLong();
        if (!analysis) {
            figure("dropped", Markup.whole(report.path("dropped_samples").asLong()), "dropped ("
                    + Markup.percent(report.path("dropped_samples").asLong(), all) + ")");
            figure("changed", Markup.whole(report.path("changed").asLong()), "kept with their text changed");
        }
        figure("seconds", Markup.number(report.path("seconds").asDouble()) + " s", "time");
        figure("rate", Markup.number(report.path("megabytesPerSecond").asDouble()) + " MB/s",
                "of " + Markup.number(report.path("bytes").asLong() / 1e6) + " MB text");
        page.close("div");
    }

    private void figure(String id, String value, String label) {
        page.open("div", "class", "figure").element("b", value, "id", id).element("span", label).close("div");
    }

    private void measured() {
        boolean any = false;
        for (JsonNode line : report.path("operators")) {
            if (line.path("measured").path("measured").asLong() > 0) {
                if (!any) {
                    page.element("h2", "What filters measured", "id", "measured");
                    page.open("p", "class", "soft small").raw("<span class=\"dot kept\"></span>kept &nbsp; "
                            + "<span class=\"dot dropped\"></span>dropped").text(" by that filter"
                            + (report.path("analysis").asBoolean() ? " if it filtered" : "")
                            + "; the dashed line is its threshold.").close("p");
                    any = true;
                }
                new MeasuredCard(line.path("operator").asText(), line.path("measured")).write(page);
            }
        }
    }

    private void languages() {
        JsonNode languages = report.path("languages");
        if (languages.isEmpty()) {
            return;
        }
        page.element("h2", "Languages", "id", "languages").open("div", "class", "scroll").open("table");
        page.raw("<tr><th>language</th><th class=\"n\">kept</th><th class=\"n\">dropped</th><th>share</th></tr>\n");
        long top = 1;
        for (JsonNode row : languages) {
            top = Math.max(top, row.path("kept").asLong() + row.path("dropped").asLong());
        }
        for (JsonNode row : languages) {
            page.open("tr").element("td", row.path("language").asText(), "class", "name");
            page.element("td", Markup.whole(row.path("kept").asLong()), "class", "n");
            page.element("td", Markup.whole(row.path("dropped").asLong()), "class", "n").open("td");
            FlowTable.bar(page, row.path("kept").asLong(), row.path("dropped").asLong(), top);
            page.close("td").close("tr");
        }
        page.close("table").close("div");
        page.element("p", "Of samples whose language an operator found, kept ones at their end, dropped ones where "
                + "they were dropped.", "class", "soft small");
    }

    private void lengths() {
        JsonNode lengths = report.path("lengths");
        if (lengths.path("read").path("measured").asLong() == 0) {
            return;
        }
        page.element("h2", "Lengths", "id", "lengths");
        length("As read", lengths.path("read"));
        length("As kept", lengths.path("kept"));
    }

    private void length(String title, JsonNode figures) {
        if (figures.path("measured").asLong() > 0) {
            page.open("div", "class", "card").open("div", "class", "top").element("h3", title)
                    .element("span", "code points", "class", "soft small").close("div");
            new Plot(figures).write(page);
            MeasuredCard.numbers(page, figures);
            page.close("div");
        }
    }

    private void notes() {
        if (report.path("notes").isEmpty()) {
            return;
        }
        page.element("h2", "Notes", "id", "notes").open("ul");
        report.path("notes").forEach(note -> page.element("li", note.asText()));
        page.close("ul");
    }

    private static String style() {
        try (InputStream in = ReportPage.class.getResourceAsStream("report.css")) {
            return new String(Objects.requireNonNull(in, "report.css").readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("report.css", e);
        }
    }
}
