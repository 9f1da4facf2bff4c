package quern.actors.serving;

import java.util.List;
import quern.actors.Caller;
import quern.inference.sampling.SamplingParameters;

/**
 * Answers wanted.
 *
 * @param model a model id or alias
 * @param prompts at least one; answer {@code p * choices + c} continues prompt p
 * @param sampling for every answer; its maxTokens is cut to what the context leaves
 * @param choices answers of each prompt
 * @param cacheKey narrows prefix sharing below the caller's own; empty: all of the caller's requests share
 * @param form what each answer must look like
 * @param handling when the answers are wanted, and the request's id
 */
public record GenerationRequest(
        String model,
        List<Prompt> prompts,
        SamplingParameters sampling,
        int choices,
        String cacheKey,
        Caller caller,
        AnswerForm form,
        Handling handling) {

    /** A request for free text. */
    public GenerationRequest(
            String model, List<Prompt> prompts, SamplingParameters sampling, int choices, String cacheKey,
            Caller caller) {
        this(model, prompts, sampling, choices, cacheKey, caller, AnswerForm.Free.TEXT, Handling.standard());
    }

    public GenerationRequest {
        prompts = List.copyOf(prompts);
    }

    public int answers() {
        return prompts.size() * choices;
    }
}
