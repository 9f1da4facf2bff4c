package quern.appliance.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import picocli.CommandLine.Option;

/** How an answer is sampled. What is not given is the server's default. */
final class SamplingOptions {

    @Option(names = "--model", paramLabel = "PATH|ID",
            description = "Model or adapter of the server, or a model file to load just for this.")
    private String model;

    @Option(names = "--max-tokens", paramLabel = "N", description = "Longest answer.")
    private Integer maxTokens;

    @Option(names = "--temperature", paramLabel = "T", description = "0: always the likeliest token.")
    private Double temperature;

    @Option(names = "--top-p", paramLabel = "P", description = "Sample among the likeliest that make up this share.")
    private Double topP;

    @Option(names = "--seed", paramLabel = "N", description = "The same seed gives the same answer.")
    private Long seed;

    @Option(names = "--stop", paramLabel = "TEXT", description = "End before this text; may be repeated.")
    private List<String> stop = List.of();

    String model() {
        return model;
    }

    ObjectNode request(String modelId) {
        ObjectNode body = ApiClient.JSON.createObjectNode().put("model", modelId);
        if (maxTokens != null) {
            body.put("max_tokens", maxTokens);
        }
        if (temperature != null) {
            body.put("temperature", temperature);
        }
        if (topP != null) {
            body.put("top_p", topP);
        }
        if (seed != null) {
            body.put("seed", seed);
        }
        if (!stop.isEmpty()) {
            stop.forEach(body.putArray("stop")::add);
        }
        return body;
    }
}
