package quern.curation.erase;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.Iterator;
import quern.curation.DatasetManifest;

/** What a report quotes or names of erased documents. */
final class Quotes {

    private final Erasure erasure;
    /** Whether samples may be made of several documents: a quotation then names but one of them. */
    private final boolean joins;

    Quotes(Erasure erasure, DatasetManifest manifest, boolean joins) {
        this.erasure = erasure;
        this.joins = joins || manifest.operators().stream()
                .anyMatch(label -> label.contains("_grouper") || label.contains("_aggregator"));
    }

    long count(JsonNode report) {
        long count = 0;
        for (JsonNode operator : report.path("operators")) {
            for (JsonNode example : operator.path("measured").path("examples")) {
                count += isOfThem(example) ? 1 : 0;
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
        return joins || erasure.isOf(example.path("document").asText())
                || erasure.isOfSample(example.path("sample").asText());
    }
}
