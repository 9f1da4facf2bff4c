package quern.appliance.http;

import java.util.Set;
import quern.actors.Caller;

/** What answers the requests of a batch: the routes that would answer them one by one. */
public record BatchAnswers(GenerationRoutes generation, EmbeddingRoutes embeddings) {

    static final Set<String> ENDPOINTS =
            Set.of("/v1/chat/completions", "/v1/completions", EmbeddingRoutes.PATH);

    /** @param endpoint one of {@link #ENDPOINTS} */
    Answering answer(String endpoint, Fields body, Caller caller) {
        return endpoint.equals(EmbeddingRoutes.PATH)
                ? embeddings.answer(body, caller)
                : generation.answer(endpoint, body, Arrival.ofBatch(caller));
    }
}
