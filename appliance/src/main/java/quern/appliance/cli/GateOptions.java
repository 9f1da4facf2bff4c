package quern.appliance.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** What the gate of a tuning measures besides loss and spans. */
final class GateOptions {

    @Option(names = "--gate-checks", paramLabel = "FILE",
            description = "Checks that the gate puts to base and adapter, as quern eval reads them.")
    private Path checks;

    @Option(names = "--gate-checks-min", paramLabel = "X",
            description = "Least share of the checks that must pass (tuning.gate-checks-min).")
    private Double checksMin;

    @Option(names = "--gate-checks-lost-max", paramLabel = "N",
            description = "Most checks that the base passes and the adapter fails (default: 0).")
    private Integer checksLostMax;

    @Option(names = "--gate-general", paramLabel = "FILE",
            description = "Text whose loss must not rise, instead of the English one that is built in; an empty line"
                    + " between two passages.")
    private Path general;

    void add(ObjectNode hyperparameters, ApiClient client) {
        if (checks != null) {
            hyperparameters.put("gate_checks", client.uploadFile(checks, "evals").path("id").asText());
        }
        if (general != null) {
            hyperparameters.put("gate_general", client.uploadFile(general, "evals").path("id").asText());
        }
        hyperparameters.put("gate_checks_min", checksMin).put("gate_checks_lost_max", checksLostMax);
    }
}
