package quern.actors.serving;

import java.util.List;
import quern.actors.Caller;
import quern.inference.cache.CacheTerms;
import quern.inference.sampling.SamplingParameters;

/**
 * Answers wanted.
 *
 * @param model a model id or alias
 * @param prompts at least one; answer {@code p * choices + c} continues prompt p
 * @param sampling for every answer; its maxTokens is cut to what the context leaves
 * @param choices answers of each prompt
 * @param cache with whom prompts already computed are shared, and how long they are kept
 * @param form what each answer must look like
 * @param handling when the answers are wanted, and the request's id
 */
public record GenerationRequest(
        String model,
        List<Prompt> prompts,
        SamplingParameters sampling,
        int choices,
        CacheTerms cache,
        Caller caller,
        AnswerForm form,
        Handling handling) {

    /** A request for free text, its prompt shared with all of the caller's tenant. */
    public GenerationRequest(
            String model, List<Prompt> prompts, SamplingParameters sampling, int choices, Caller caller) {
        this(model, prompts, sampling, choices, CacheTerms.of(caller.tenant()), caller,
                AnswerForm.Free.TEXT, Handling.standard());
    }

    public GenerationRequest {
        prompts = List.copyOf(prompts);
    }

    public int answers() {
        return prompts.size() * choices;
    }
}
