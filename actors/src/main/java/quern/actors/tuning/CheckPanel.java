package quern.actors.tuning;

import java.util.Optional;
import quern.actors.curation.ServedText;
import quern.config.QuernException;
import quern.config.QuernException.Category;
import quern.curation.GenerationException;
import quern.curation.TextGenerator;
import quern.curation.TextGenerator.Answer;
import quern.curation.TextGenerator.Message;
import quern.curation.TextGenerator.Sampling;
import quern.tuning.gate.Check;
import quern.tuning.gate.CheckAnswer;
import quern.tuning.gate.CheckPrompt;
import quern.tuning.gate.Verdict;

/** Puts checks to served models, always taking the likeliest token. Blocks; safe for any number of threads. */
final class CheckPanel {

    private final ServedText models;

    /** @param models whom the job's owner may ask */
    CheckPanel(ServedText models) {
        this.models = models;
    }

    /** What the model answers, judged. A model that refuses or fails this question has not passed. */
    CheckAnswer ask(Check check, String model) {
        try {
            Answer answer = switch (check.prompt()) {
                case CheckPrompt.Text text -> named(model).goOn(text.text(), check.tokensMax());
                case CheckPrompt.Chat chat -> named(model).generate(new TextGenerator.Request(
                        chat.messages().stream().map(message -> new Message(
                                message.get("role").toString(), message.get("content").toString())).toList(),
                        Sampling.UNSET.withTokensMax(check.tokensMax()), Optional.empty()));
            };
            return CheckAnswer.of(check, answer.text(), answer.complete());
        } catch (GenerationException failed) {
            return new CheckAnswer("", false, Optional.of(Verdict.failed("no answer: " + failed.getMessage())));
        }
    }

    private ServedText named(String model) {
        return models.other(model).orElseThrow(() ->
                new QuernException(Category.ERROR, "there is no model '" + model + "'"));
    }
}
