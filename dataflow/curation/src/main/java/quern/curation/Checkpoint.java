package quern.curation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a run stands on disk. Everything beyond the recorded file lengths is cut off when a run is opened again.
 *
 * @param stage current stage; the number of stages while the dataset is being sealed
 * @param order in which the operators run
 * @param position of that stage's input
 * @param lastDocument document of the last sample written to the dataset
 * @param lengths bytes of each growing file that count
 */
record Checkpoint(String recipeHash, List<Integer> order, int stage, String position, String lastDocument,
        Map<String, Long> lengths, RunCounts counts) {

    static final String FILE = "checkpoint.json";

    void write(Path directory) {
        ObjectNode node = Json.object();
        node.put("recipe", recipeHash).put("stage", stage).put("position", position).put("last_document", lastDocument);
        order.forEach(node.putArray("order")::add);
        ObjectNode files = node.putObject("files");
        lengths.forEach(files::put);
        counts.write(node.putObject("counts"));
        Json.writeAtomically(directory.resolve(FILE), Json.bytes(node));
    }

    /** The checkpoint of a directory, or null where a run has not got that far. */
    static Checkpoint read(Path directory) {
        Path path = directory.resolve(FILE);
        if (!Files.exists(path)) {
            return null;
        }
        JsonNode node = Json.read(path);
        Map<String, Long> lengths = new TreeMap<>();
        node.path("files").properties().forEach(entry -> lengths.put(entry.getKey(), entry.getValue().asLong()));
        List<Integer> order = new ArrayList<>();
        node.path("order").forEach(index -> order.add(index.asInt()));
        return new Checkpoint(node.path("recipe").asText(), List.copyOf(order), node.path("stage").asInt(),
                node.path("position").asText(), node.path("last_document").asText(), lengths,
                RunCounts.read(node.path("counts")));
    }
}
