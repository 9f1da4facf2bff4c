package quern.tuning.gate;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * A check and what came of it.
 *
 * @param base of the base model; absent where the model has no other below it
 * @param tuned of the model that is judged
 */
public record CheckOutcome(Check check, Optional<CheckAnswer> base, CheckAnswer tuned) {

    /** Whether the base passes it and the model that is judged does not. */
    public boolean lost() {
        return base.filter(CheckAnswer::passed).isPresent() && !tuned.passed();
    }

    /** Whether a model has still to be asked. */
    public boolean undecided() {
        return tuned.verdict().isEmpty() || base.filter(answer -> answer.verdict().isEmpty()).isPresent();
    }

    /** With question and answers. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("name", check.name())
                .put("kind", check.expectation().kind()).put("question", check.prompt().shown())
                .put("expected", check.expectation().shown()).put("passed", tuned.passed()).put("lost", lost());
        node.set("answer", json(tuned));
        base.ifPresent(answer -> node.set("base_answer", json(answer)));
        return node;
    }

    private static ObjectNode json(CheckAnswer answer) {
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("text", answer.text())
                .put("complete", answer.complete()).put("passed", answer.passed());
        answer.verdict().map(Verdict::reason).filter(reason -> !reason.isEmpty())
                .ifPresent(reason -> node.put("reason", reason));
        return node;
    }
}
