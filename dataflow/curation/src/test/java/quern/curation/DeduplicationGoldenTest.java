package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.curation.text.TextView;

/** Hashes and kept samples computed by running Data-Juicer 1.4.3. */
class DeduplicationGoldenTest {

    private static final Map<String, String> OPERATORS = Map.of("document", "document_deduplicator",
            "minhash", "document_minhash_deduplicator", "simhash", "document_simhash_deduplicator");

    @TempDir
    Path directory;

    @Test
    void shouldSignAsTheReferenceWhenTextsAreHashed() throws IOException {
        JsonNode golden = Reference.json("golden.json");
        List<String> wrong = new ArrayList<>();
        golden.path("dedup").properties().forEach(entry -> {
            String key = entry.getKey();
            boolean md5 = key.startsWith("document_md5_");
            if (md5 || key.startsWith("simhash_")) {
                Operator deduplicator = Reference.operator(
                        md5 ? "document_deduplicator" : "document_simhash_deduplicator", parameters(key));
                for (int i = 0; i < entry.getValue().size(); i++) {
                    byte[] signature = sign(deduplicator, new TextView(golden.path("texts").get(i).asText()));
                    String found = md5 ? HexFormat.of().formatHex(signature) : new BigInteger(1, signature).toString();
                    if (!found.equals(entry.getValue().get(i).asText())) {
                        wrong.add(key + " text " + i + ": expected " + entry.getValue().get(i) + ", found " + found);
                    }
                }
            }
        });
        assertEquals(List.of(), wrong);
    }

    @Test
    void shouldKeepTheReferenceLinesWhenTheDemoDatasetIsDeduplicated() throws IOException {
        JsonNode results = Reference.json("golden.json").path("demo_dataset_deduplication").path("results");
        List<JsonNode> rows = new ArrayList<>();
        for (String line : Files.readAllLines(Reference.file("demo-dataset-deduplication.jsonl"))) {
            rows.add(Json.MAPPER.readTree(line));
        }
        assertFalse(results.isEmpty());
        for (Map.Entry<String, JsonNode> result : results.properties()) {
            String operator = OPERATORS.get(result.getKey().split("[ _]")[0]);
            Pipeline pipeline = Reference.pipeline(operator, result.getValue().path("params"),
                    "compat: data-juicer-1.4.3\n");
            List<Integer> kept = new ArrayList<>();
            Path run = directory.resolve("run-" + kept.hashCode() + "-" + result.getKey().hashCode());
            Reference.run(pipeline, Reference.samples(Json.MAPPER.valueToTree(rows)), run).forEach(line ->
                    kept.add(Integer.parseInt(line.path("__quern__").path("document").asText()
                            .substring("document-".length()))));
            List<Integer> expected = new ArrayList<>();
            result.getValue().path("kept_line_numbers_0based").forEach(line -> expected.add(line.asInt()));
            assertEquals(expected, kept, result.getKey());
        }
    }

    private static byte[] sign(Operator deduplicator, TextView text) {
        if (deduplicator instanceof StreamDeduplicator stream) {
            StreamDeduplicator.Keys keys = stream.keys(text);
            return ByteBuffer.allocate(16).putLong(keys.high(0)).putLong(keys.low(0)).array();
        }
        byte[] signature = new byte[((ClusterDeduplicator) deduplicator).signatureBytes()];
        ((ClusterDeduplicator) deduplicator).sign(text, signature, 0);
        return signature;
    }

    private static JsonNode parameters(String key) {
        try {
            return Json.MAPPER.readTree(key.substring(key.indexOf('{')));
        } catch (IOException e) {
            throw new AssertionError(key, e);
        }
    }
}
