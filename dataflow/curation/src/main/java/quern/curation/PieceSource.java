package quern.curation;

/** Cuts texts into the pieces of a tokenizer. Safe for several threads. */
public interface PieceSource {

    /** Token pieces of a text in order, without special tokens. */
    String[] pieces(String text);
}
