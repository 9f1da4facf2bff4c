package quern.curation.erase;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.Iterator;
import java.util.Set;
import quern.curation.DatasetManifest;

/** What a report quotes or names of erased documents. */
final class Quotes {

    private final Erasure erasure;
    /** Whether samples may be made of several documents: older reports then name but one of them. */
    private final boolean joins;

    Quotes(Erasure erasure, DatasetManifest manifest, boolean joins) {
        this.erasure = erasure;
        this.joins = joins || manifest.operators().stream()
                .anyMatch(label -> label.contains("_grouper") || label.contains("_aggregator"));
    }

    /** Documents that a report quotes. */
    static void documents(JsonNode report, Set<String> into) {
        for (JsonNode operator : report.path("operators")) {
            for (JsonNode example : operator.path("measured").path("examples")) {
                into.add(example.path("document").asText());
                example.path("documents").forEach(id -> into.add(id.asText()));
            }
        }
    }

    long count(JsonNode report) {
        long count = 0;
        for (JsonNode operator : report.path("operators")) {
            for (JsonNode example : operator.path("measured").path("examples")) {
                count += quotes(example) ? 1 : 0;
            }
        }
        for (JsonNode cluster : report.path("duplicates").path("largest")) {
            count += erasure.isOfSample(cluster.path("stands_for").asText()) ? 1 : 0;
            for (JsonNode dropped : cluster.path("dropped")) {
                count += erasure.isOfSample(dropped.asText()) ? 1 : 0;
            }
        }
        return count;
    }

    /** Takes out examples; the clusters of duplicates are counted anew anyway. */
    void remove(JsonNode report) {
        for (JsonNode operator : report.path("operators")) {
            if (operator.path("measured").path("examples") instanceof ArrayNode examples) {
                for (Iterator<JsonNode> each = examples.iterator(); each.hasNext();) {
                    if (isOfThem(each.next())) {
                        each.remove();
                    }
                }
            }
        }
    }

    private boolean isOfThem(JsonNode example) {
        return joins || quotes(example);
    }

    private boolean quotes(JsonNode example) {
        boolean found = erasure.isOf(example.path("document").asText())
                || erasure.isOfSample(example.path("sample").asText());
        for (JsonNode document : example.path("documents")) {
            found |= erasure.isOf(document.asText());
        }
        return found;
    }
}
