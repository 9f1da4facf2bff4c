package quern.actors.serving;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import quern.config.QuernException;
import quern.inference.engine.SequenceRequest;
import quern.inference.grammar.GrammarException;
import quern.inference.sampling.SamplingParameters;
import quern.inference.sampling.TokenMask;

/** The sequences a request becomes: its prompts encoded, its limits cut to the context. */
final class SequencePlan {

    /** The request cannot become sequences. */
    static final class Refusal extends Exception {

        private static final long serialVersionUID = 1L;

        private final transient SubmitReply.Rejected reason;

        Refusal(SubmitReply.Rejected reason) {
            super(reason.toString(), null, false, false);
            this.reason = reason;
        }

        SubmitReply.Rejected reason() {
            return reason;
        }
    }

    private final Generation.Task task;
    private final PromptEncoder encoder;

    SequencePlan(Generation.Task task, PromptEncoder encoder) {
        this.task = task;
        this.encoder = encoder;
    }

    List<SequenceRequest> sequences() throws Refusal {
        GenerationRequest request = task.request();
        var sequences = new ArrayList<SequenceRequest>();
        Optional<Supplier<TokenMask>> masks = masks(request.form());
        for (Prompt prompt : request.prompts()) {
            int[] tokens = encode(prompt);
            if (tokens.length == 0) {
                throw new Refusal(new SubmitReply.Invalid("prompt", "the prompt has no tokens"));
            }
            int room = task.contextTokens() - tokens.length;
            if (room < 1) {
                throw new Refusal(new SubmitReply.PromptTooLong(tokens.length, task.contextTokens()));
            }
            requireKnownTokens(tokens);
            SamplingParameters sampling =
                    request.sampling().withMaxTokens(Math.min(room, request.sampling().maxTokens()));
            for (int choice = 0; choice < request.choices(); choice++) {
                sequences.add(new SequenceRequest(task.firstSequenceId() + sequences.size(), tokens, sampling,
                        request.cache().tenant(), task.served().adapter(), true, choice, masks.map(Supplier::get))
                        .with(request.handling().terms()).with(request.cache()));
            }
        }
        return sequences;
    }

    private Optional<Supplier<TokenMask>> masks(AnswerForm form) throws Refusal {
        try {
            return encoder.masks(form);
        } catch (GrammarException e) {
            throw new Refusal(new SubmitReply.Invalid(e.at(), "'" + e.at() + "': " + e.getMessage()));
        }
    }

    private int[] encode(Prompt prompt) throws Refusal {
        try {
            return encoder.encode(prompt);
        } catch (QuernException e) {
            String field = prompt instanceof Prompt.Chat ? "messages" : "prompt";
            throw new Refusal(new SubmitReply.Invalid(field, e.getMessage()));
        }
    }

    private void requireKnownTokens(int[] tokens) throws Refusal {
        int vocabulary = task.tokenizer().vocabularySize();
        for (int token : tokens) {
            if (token < 0 || token >= vocabulary) {
                throw new Refusal(new SubmitReply.Invalid(
                        "prompt", "token " + token + " is not in the vocabulary of " + vocabulary));
            }
        }
        for (int token : task.request().sampling().logitBias().keySet()) {
            if (token < 0 || token >= vocabulary) {
                throw new Refusal(new SubmitReply.Invalid(
                        "logit_bias", "token " + token + " is not in the vocabulary of " + vocabulary));
            }
        }
    }
}
