package quern.curation;

import java.nio.file.Path;

/** Opens tokenizer files that a recipe names. Curation declares it, the actor layer binds it. */
public interface TokenizerOpener {

    /**
     * @param path {@code tokenizer.json}, a SentencePiece model, a GGUF file or a directory with one of them
     * @throws IllegalArgumentException if it holds no tokenizer that is known; the message says why
     */
    PieceSource open(Path path);
}
