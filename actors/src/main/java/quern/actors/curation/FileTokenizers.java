package quern.actors.curation;

import java.nio.file.Path;
import quern.config.QuernException;
import quern.curation.PieceSource;
import quern.curation.TokenizerOpener;
import quern.inference.format.TokenizerFiles;

/** Tokenizer files that recipes name, read as the engine reads those of models. Weights are not touched. */
public final class FileTokenizers implements TokenizerOpener {

    @Override
    public PieceSource open(Path path) {
        try {
            return TokenizerFiles.open(path)::pieces;
        } catch (QuernException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }
}
