package quern.curation;

import java.util.Optional;

/** Cuts texts into the pieces of a tokenizer. Safe for several threads. */
public interface PieceSource {

    /** Token pieces of a text in order, without special tokens. */
    String[] pieces(String text);

    /**
     * Where each piece ends in the text, in chars. A character that several pieces share is the last one's.
     *
     * @return empty where the tokenizer changes the text, to lower case for example, before it cuts it
     */
    default Optional<int[]> ends(String text) {
        return Optional.empty();
    }
}
