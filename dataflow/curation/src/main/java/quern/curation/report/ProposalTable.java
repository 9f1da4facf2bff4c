package quern.curation.report;

import com.fasterxml.jackson.databind.JsonNode;

/** Thresholds proposed from percentiles, with what they would drop. */
final class ProposalTable {

    private final JsonNode proposals;

    ProposalTable(JsonNode proposals) {
        this.proposals = proposals;
    }

    void write(Markup page) {
        if (proposals.isEmpty()) {
            return;
        }
        page.element("h2", "Proposed thresholds", "id", "proposals");
        page.element("p", "Values that leave out the samples below percentile "
                + Markup.number(100 * proposals.path(0).path("lowest").asDouble()) + " and above percentile "
                + Markup.number(100 * proposals.path(0).path("highest").asDouble())
                + " of each stat, rounded outwards.", "class", "soft small");
        page.open("div", "class", "scroll").open("table").raw("<tr><th>operator</th><th class=\"n\">min</th>"
                + "<th class=\"n\">max</th><th class=\"n wide\">below</th><th class=\"n wide\">above</th>"
                + "<th class=\"n\">would drop</th><th class=\"n wide\">as it is</th></tr>\n");
        for (JsonNode one : proposals) {
            long samples = one.path("samples").asLong();
            page.open("tr").open("td", "class", "name").name(one.path("operator").asText()).raw("<br>")
                    .element("span", one.path("stat").asText(), "class", "id soft").close("td");
            page.element("td", Markup.number(one.path("min").asDouble()), "class", "n");
            page.element("td", Markup.number(one.path("max").asDouble()), "class", "n");
            page.element("td", Markup.whole(one.path("below").asLong()), "class", "n wide");
            page.element("td", Markup.whole(one.path("above").asLong()), "class", "n wide");
            page.element("td", Markup.percent(one.path("below").asLong() + one.path("above").asLong(), samples),
                    "class", "n");
            page.element("td", Markup.percent(one.path("dropped_now").asLong(), samples), "class", "n wide");
            page.close("tr");
        }
        page.close("table").close("div");
        page.element("p", "\u201cAs it is\u201d: what the recipe\u2019s own thresholds drop of all samples.", "class",
                "soft small");
    }
}
