package quern.tuning.gate;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How many checks hold.
 *
 * @param basePassed absent where no base was asked
 * @param lost checks that the base passes and the model that is judged fails
 */
public record CheckScore(int checks, int passed, Optional<Integer> basePassed, int lost) {

    public static final CheckScore NONE = new CheckScore(0, 0, Optional.empty(), 0);

    public static CheckScore of(List<CheckOutcome> outcomes) {
        boolean compared = outcomes.stream().anyMatch(outcome -> outcome.base().isPresent());
        return new CheckScore(outcomes.size(), (int) outcomes.stream().filter(one -> one.tuned().passed()).count(),
                compared ? Optional.of((int) outcomes.stream()
                        .filter(one -> one.base().filter(CheckAnswer::passed).isPresent()).count()) : Optional.empty(),
                (int) outcomes.stream().filter(CheckOutcome::lost).count());
    }

    /** 1 where there are none. */
    public double share() {
        return checks == 0 ? 1 : (double) passed / checks;
    }

    /** Why the model does not do, with both numbers; empty if it does. */
    public List<String> refusals(CheckLimits limits) {
        List<String> refusals = new ArrayList<>();
        if (!(share() >= limits.shareMin())) {
            refusals.add(String.format(Locale.ROOT, "%d of %d checks passed, a share of %.3f, expected at least %.3f",
                    passed, checks, share(), limits.shareMin()));
        }
        if (lost > limits.lostMax()) {
            refusals.add(lost + " checks lost that the base passes, expected at most " + limits.lostMax());
        }
        return refusals;
    }

    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("checks", checks).put("passed", passed);
        basePassed.ifPresent(count -> node.put("base_passed", count));
        return node.put("lost", lost).put("share", share());
    }
}
