package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import quern.actors.serving.GenerationEvent;

/** How one route writes the answers of one request. One instance a request, one thread. */
interface AnswerFormat {

    /** The whole reply of a request that does not stream. */
    ObjectNode whole(AnswerSet answers);

    /** Chunks that open the stream. */
    List<ObjectNode> opening();

    /** Chunks an event becomes; none for a failure, which is told apart. */
    List<ObjectNode> chunks(GenerationEvent event);

    /**
     * Whether a piece becomes one chunk in which nothing but its text differs from those of the answer's other plain
     * pieces, and {@link #chunks} need not be asked about it.
     */
    boolean plain(GenerationEvent.Piece piece);
}
