package quern.inference.tokenizer;

/** What a token of a vocabulary is for, in the order of GGUF's ids, which start at 1. */
public enum TokenKind {
    NORMAL,
    UNKNOWN,
    /** Steers the model; never made from plain text and never shown. */
    CONTROL,
    /** Added to the vocabulary as a whole; not made by merging. */
    USER_DEFINED,
    UNUSED,
    /** One byte, written {@code <0xNN>}. */
    BYTE;

    public int ggufId() {
        return ordinal() + 1;
    }

    /** @throws IllegalArgumentException if there is no kind of that id */
    public static TokenKind ofGgufId(int id) {
        if (id < 1 || id > values().length) {
            throw new IllegalArgumentException("token kind " + id + ", expected 1 to " + values().length);
        }
        return values()[id - 1];
    }
}
