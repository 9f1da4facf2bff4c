package quern.curation.erase;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import quern.curation.DatasetManifest;
import quern.curation.Json;

/**
 * Where a sample comes from, as its line in a shard or in {@code lineage.jsonl} says.
 *
 * @param documents all documents it was made of, where that are several; else empty
 */
record Place(String document, long from, long to, List<String> documents) {

    /** Of a line of a shard, whose other fields are passed over; without a document where it does not say. */
    static Place ofSample(byte[] line) throws IOException {
        try (JsonParser parser = Json.MAPPER.createParser(line)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    boolean found = parser.currentName().equals(DatasetManifest.PROVENANCE);
                    parser.nextToken();
                    if (found) {
                        return of(Json.MAPPER.readTree(parser));
                    }
                    parser.skipChildren();
                }
            }
        }
        return new Place("", 0, 0, List.of());
    }

    /** Of a line of {@code lineage.jsonl}. */
    static Place ofLineage(byte[] line) throws IOException {
        return of(Json.MAPPER.readTree(line));
    }

    private static Place of(JsonNode node) {
        List<String> documents = new ArrayList<>();
        node.path("documents").forEach(id -> documents.add(id.asText()));
        return new Place(node.path("document").asText(), node.path("from").asLong(), node.path("to").asLong(),
                List.copyOf(documents));
    }

    /** The sample's id. */
    String id() {
        return document + "@" + from + "-" + to;
    }

    /** All documents it was made of. */
    List<String> all() {
        return documents.isEmpty() ? List.of(document) : documents;
    }
}
