package quern.inference.format;

import quern.inference.tokenizer.Tokenizer;

/** Reads the tokenizer of a GGUF file. */
final class GgufVocabulary {

    private GgufVocabulary() {}

    static Tokenizer tokenizer(GgufMetadata metadata, String where) {
        throw new ModelFormatException(where, "tokenizer " + metadata.text("tokenizer.ggml.model").orElse("(none)")
                + ", supported are none");
    }
}
