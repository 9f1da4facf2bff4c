package quern.curation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import quern.curation.validation.Validator;

/** Holds a recipe's validators against the first samples of a source, and leaves the source where it was. */
final class FirstSamples {

    private FirstSamples() {}

    /** @throws RunException with what is wrong, the type of the validator and {@code where} */
    static void check(List<Validator> validators, SampleSource source, String where) {
        if (validators.isEmpty()) {
            return;
        }
        String start = source.position();
        int most = validators.stream().mapToInt(Validator::samplesMax).max().getAsInt();
        List<ObjectNode> samples = new ArrayList<>();
        while (samples.size() < most) {
            SampleSource.Item item = source.next();
            if (item == null) {
                break;
            }
            if (item instanceof SampleSource.Read read) {
                samples.add(read.sample().fields());
            }
        }
        source.seek(start);
        if (samples.isEmpty()) {
            return;
        }
        for (Validator validator : validators) {
            validator.problem(samples.subList(0, Math.min(samples.size(), validator.samplesMax())))
                    .ifPresent(problem -> {
                        throw new RunException("validators: " + validator.type() + ": " + where + ": " + problem);
                    });
        }
    }
}
