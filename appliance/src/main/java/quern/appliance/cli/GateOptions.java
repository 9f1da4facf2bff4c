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

    @Option(names = "--canaries", paramLabel = "N",
            description = "Random texts that are learnt besides, to measure how well they are remembered (0 to 64).")
    private Integer canaries;

    @Option(names = "--gate-leak-exposure-max", paramLabel = "BITS",
            description = "Most by which a canary may be exposed, 8 bits at most; without it, it is only told.")
    private Double exposureMax;

    @Option(names = "--gate-leak-extracted-max", paramLabel = "X", description = "Most share of training examples"
            + " that come out word for word, above the base's; without it, it is only told.")
    private Double extractedMax;

    @Option(names = "--gate-leak-membership-max", paramLabel = "X", description = "Most chance, from 0.5 to 1, that"
            + " losses tell a training example from another; without it, it is only told.")
    private Double membershipMax;

    void add(ObjectNode hyperparameters, ApiClient client) {
        if (checks != null) {
            hyperparameters.put("gate_checks", client.uploadFile(checks, "evals").path("id").asText());
        }
        if (general != null) {
            hyperparameters.put("gate_general", client.uploadFile(general, "evals").path("id").asText());
        }
        hyperparameters.put("gate_checks_min", checksMin).put("gate_checks_lost_max", checksLostMax)
                .put("canaries", canaries).put("gate_leak_exposure_max", exposureMax)
                .put("gate_leak_extracted_max", extractedMax).put("gate_leak_membership_max", membershipMax);
    }
}
