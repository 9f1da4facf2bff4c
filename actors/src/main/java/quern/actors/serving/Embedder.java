package quern.actors.serving;

import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import quern.actors.engine.EngineActor;
import quern.actors.engine.EngineListener;
import quern.actors.engine.EngineActor.EnqueueReply;
import quern.config.EngineConfig.Pooling;
import quern.inference.engine.EncodeRequest;
import quern.inference.engine.SequenceRequest;

/**
 * How one of the engine's models makes embeddings.
 *
 * @param width elements of an embedding
 * @param contextTokens longest text
 * @param vocabulary token ids are below it
 * @param inFlightMax texts of one request that the engine has at once
 * @param pooling of a decoder's hidden states; absent: the engine's encoder makes the embeddings
 * @param tokens turns a text into ids, with the tokens the model wants around it
 */
public record Embedder(
        int width,
        int contextTokens,
        int vocabulary,
        int inFlightMax,
        Optional<Pooling> pooling,
        PromptEncoder tokens) {

    /** A text on its way, by the id its event will carry. */
    record Text(long id, int[] tokens) {}

    /** What makes the engine embed these texts, all or none. */
    EngineActor.Command command(
            List<Text> texts, Optional<String> adapter, EngineListener events, ActorRef<EnqueueReply> replyTo) {
        return pooling.<EngineActor.Command>map(kind -> new EngineActor.Enqueue(
                texts.stream().map(text -> SequenceRequest.embedding(text.id(), text.tokens(), "", adapter, kind))
                        .toList(), events, replyTo))
                .orElseGet(() -> new EngineActor.Encode(
                        texts.stream().map(text -> new EncodeRequest(text.id(), text.tokens())).toList(), events,
                        replyTo));
    }
}
