package quern.curation.erase;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import quern.curation.DatasetManifest;
import quern.curation.DuplicateClusters;
import quern.curation.Json;
import quern.curation.RunReport;
import quern.curation.report.ReportPage;

/** The report of a dataset after an erasure: no quotation of an erased document, counts as the manifest has them. */
final class ReportRewrite {

    private static final String NOTE = "Documents were erased after this run; ";

    private final ObjectNode report;
    private final DatasetManifest manifest;

    ReportRewrite(JsonNode report, DatasetManifest manifest, Quotes quotes) {
        this.report = report.deepCopy();
        this.manifest = manifest;
        quotes.remove(this.report);
    }

    /** @param changed by how much fewer kept samples there are whose text was changed */
    void write(Path directory, String textKey, long changed) throws IOException {
        long dropped = manifest.dropped().values().stream().flatMap(reasons -> reasons.values().stream())
                .mapToLong(Long::longValue).sum();
        report.put("made", manifest.made()).put("kept", manifest.kept()).put("dropped_samples", dropped);
        report.put("changed", report.path("changed").asLong() - changed);
        ObjectNode all = Json.object();
        manifest.dropped().forEach((operator, reasons) -> all.set(operator, counts(reasons)));
        report.set("dropped", all);
        long runs = 0;
        for (JsonNode line : report.path("operators")) {
            String operator = line.path("operator").asText();
            ((ObjectNode) line).set("dropped", counts(manifest.dropped().getOrDefault(operator, Map.of())));
            runs = Math.max(runs, line.path("runs").asLong());
        }
        long erased = manifest.dropped().getOrDefault(Drops.ERASURE, Map.of()).getOrDefault(Drops.ERASED, 0L);
        erasureLine(erased, runs);
        note(erased);
        report.set("duplicates", DuplicateClusters.of(directory, textKey, manifest.shards()));
        Json.writeAtomically(directory.resolve(RunReport.FILE), Json.pretty(report));
        Json.writeAtomically(directory.resolve(RunReport.PAGE),
                ReportPage.of(report).getBytes(StandardCharsets.UTF_8));
    }

    private void erasureLine(long erased, long runs) {
        if (erased == 0) {
            return;
        }
        ObjectNode line = null;
        for (JsonNode found : report.path("operators")) {
            line = found.path("operator").asText().equals(Drops.ERASURE) ? (ObjectNode) found : line;
        }
        if (line == null) {
            line = report.withArray("operators").addObject().put("operator", Drops.ERASURE).put("in", 0)
                    .put("made", 0);
            line.putObject("dropped").put(Drops.ERASED, erased);
            line.putObject("noted");
            line.put("errors", 0).put("nanos", 0).put("runs", runs + 1);
        }
        line.put("in", erased);
    }

    private void note(long erased) {
        ArrayNode notes = report.withArray("notes");
        for (Iterator<JsonNode> each = notes.iterator(); each.hasNext();) {
            if (each.next().asText().startsWith(NOTE)) {
                each.remove();
            }
        }
        notes.add(NOTE + erased + " samples went with them. What operators took in and measured, lengths and languages "
                + "are as they were in the run.");
    }

    private static ObjectNode counts(Map<String, Long> reasons) {
        ObjectNode node = Json.object();
        new TreeMap<>(reasons).forEach(node::put);
        return node;
    }
}
