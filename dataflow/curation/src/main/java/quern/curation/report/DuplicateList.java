package quern.curation.report;

import com.fasterxml.jackson.databind.JsonNode;

/** The largest clusters of duplicates, each with the sample that stands for it. */
final class DuplicateList {

    private final JsonNode duplicates;

    DuplicateList(JsonNode duplicates) {
        this.duplicates = duplicates;
    }

    void write(Markup page) {
        long samples = duplicates.path("samples").asLong();
        if (samples == 0) {
            return;
        }
        long clusters = duplicates.path("clusters").asLong();
        page.element("h2", "Duplicates", "id", "duplicates");
        page.open("p").element("b", Markup.whole(samples), "id", "duplicate-samples").text(
                " samples were dropped as duplicates of ").element("b", Markup.whole(clusters), "id",
                "duplicate-clusters").text(clusters == 1 ? " other." : " others.").text(
                " The largest clusters, each by the sample that stands for it:").close("p");
        for (JsonNode cluster : duplicates.path("largest")) {
            page.open("section", "class", "card").open("div", "class", "top");
            page.element("h3", Markup.whole(cluster.path("samples").asLong()) + " duplicates");
            page.element("span", cluster.path("operator").asText(), "class", "id").close("div");
            page.open("div", "class", "quote kept").element("p", cluster.has("text") ? MeasuredCard.quoted(cluster)
                    : "(its text is not in this dataset)");
            page.element("div", cluster.path("stands_for").asText(), "class", "id").close("div");
            page.open("details").element("summary", "Some of those dropped");
            cluster.path("dropped").forEach(sample -> page.element("div", sample.asText(), "class", "id"));
            page.close("details").close("section");
        }
    }
}
