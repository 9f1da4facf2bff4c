package quern.actors.curation;

import java.util.Map;
import java.util.OptionalLong;
import quern.curation.GenerationException;
import quern.curation.GenerationException.Kind;
import quern.curation.TextGenerator;
import quern.inference.sampling.SamplingParameters;
import quern.inference.sampling.Truncation;

/** How the engine draws what an operator asks for: greedily unless told otherwise, and always the same way again. */
final class Samplings {

    private Samplings() {}

    /** @param tokensMax where the request says nothing */
    static SamplingParameters of(TextGenerator.Request request, int tokensMax) {
        TextGenerator.Sampling wanted = request.sampling();
        try {
            return new SamplingParameters(
                    wanted.temperature().orElse(0),
                    new Truncation(0, wanted.topK().orElse(0), wanted.topP().orElse(1), 0, 1, 0, 0.1),
                    wanted.presencePenalty().orElse(0), wanted.frequencyPenalty().orElse(0),
                    wanted.repetitionPenalty().orElse(1),
                    OptionalLong.of(wanted.seed().orElse(0)), Map.of(), false, 0, wanted.stop(),
                    wanted.tokensMax().orElse(tokensMax), false);
        } catch (IllegalArgumentException e) {
            throw new GenerationException(Kind.REFUSED, e.getMessage());
        }
    }
}
