package quern.actors.serving;

import java.util.ArrayList;
import java.util.List;
import quern.actors.serving.SequencePlan.Refusal;
import quern.config.QuernException;

/** The texts an embedding request becomes: its inputs as token ids, each checked before any runs. */
final class EmbeddingPlan {

    private EmbeddingPlan() {}

    static List<Embedder.Text> texts(Embedding.Task task) throws Refusal {
        Embedder embedder = task.embedder();
        int dimensions = task.request().dimensions().orElse(embedder.width());
        if (dimensions > embedder.width()) {
            throw invalid("dimensions", "'dimensions' is " + dimensions + ", the embeddings of " + task.served().id()
                    + " have " + embedder.width());
        }
        List<Embedder.Text> texts = new ArrayList<>();
        for (Prompt input : task.request().inputs()) {
            texts.add(new Embedder.Text(task.firstId() + texts.size(), tokens(embedder, input, texts.size())));
        }
        return texts;
    }

    private static int[] tokens(Embedder embedder, Prompt input, int index) throws Refusal {
        int[] tokens;
        try {
            tokens = embedder.tokens().encode(input);
        } catch (QuernException e) {
            throw invalid("input", "input " + index + ": " + e.getMessage());
        }
        if (tokens.length == 0) {
            throw invalid("input", "input " + index + " has no tokens");
        }
        if (tokens.length > embedder.contextTokens()) {
            throw new Refusal(new SubmitReply.PromptTooLong(tokens.length, embedder.contextTokens()));
        }
        for (int token : tokens) {
            if (token < 0 || token >= embedder.vocabulary()) {
                throw invalid("input", "input " + index + ": token " + token + " is not in the vocabulary of "
                        + embedder.vocabulary());
            }
        }
        return tokens;
    }

    private static Refusal invalid(String field, String message) {
        return new Refusal(new SubmitReply.Invalid(field, message));
    }
}
