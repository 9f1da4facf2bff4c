package quern.appliance.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Whether a tuning is validated while it goes on. */
final class ValidationOptions {

    @Option(names = "--validation", paramLabel = "DATASET|FILE.jsonl",
            description = "Samples that loss is measured on while the tuning goes on (default with one of the next two:"
                    + " those held out).")
    private String validation;

    @Option(names = "--eval-steps", paramLabel = "N",
            description = "Steps between two such measurements (tuning.validation-steps).")
    private Integer evalSteps;

    @Option(names = "--early-stopping", paramLabel = "PATIENCE",
            description = "End after so many measurements without a better one; keep the weights of the best.")
    private Integer patience;

    /** What to validate on, if it was named. */
    Optional<String> source() {
        return Optional.ofNullable(validation);
    }

    void add(ObjectNode hyperparameters) {
        hyperparameters.put("eval_steps", evalSteps).put("early_stopping_patience", patience);
    }
}
