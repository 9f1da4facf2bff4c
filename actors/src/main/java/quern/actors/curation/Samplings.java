package quern.actors.curation;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.nio.ByteBuffer;
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

    /**
     * A seed that is not given is made of the messages, so that a run that goes on after a crash gets the answers it
     * would have got.
     *
     * @param tokensMax where the request says nothing
     */
    static SamplingParameters of(TextGenerator.Request request, int tokensMax) {
        TextGenerator.Sampling wanted = request.sampling();
        try {
            return new SamplingParameters(
                    wanted.temperature().orElse(0),
                    new Truncation(0, wanted.topK().orElse(0), wanted.topP().orElse(1), 0, 1, 0, 0.1),
                    wanted.presencePenalty().orElse(0), wanted.frequencyPenalty().orElse(0),
                    wanted.repetitionPenalty().orElse(1),
                    OptionalLong.of(wanted.seed().orElseGet(() -> seed(request))), Map.of(), false, 0, wanted.stop(),
                    wanted.tokensMax().orElse(tokensMax), false);
        } catch (IllegalArgumentException e) {
            throw new GenerationException(Kind.REFUSED, e.getMessage());
        }
    }

    private static long seed(TextGenerator.Request request) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (TextGenerator.Message message : request.messages()) {
                digest.update((message.role() + "\n" + message.content() + "\n").getBytes(StandardCharsets.UTF_8));
            }
            return ByteBuffer.wrap(digest.digest()).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
