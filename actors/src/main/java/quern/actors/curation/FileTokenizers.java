package quern.actors.curation;

import java.nio.file.Path;
import java.util.Optional;
import quern.config.QuernException;
import quern.curation.PieceSource;
import quern.curation.TokenizerOpener;
import quern.inference.format.TokenizerFiles;
import quern.inference.tokenizer.Tokenizer;

/** Tokenizer files that recipes name, read as the engine reads those of models. Weights are not touched. */
public final class FileTokenizers implements TokenizerOpener {

    @Override
    public PieceSource open(Path path) {
        try {
            Tokenizer tokenizer = TokenizerFiles.open(path);
            return new PieceSource() {
                @Override
                public String[] pieces(String text) {
                    return tokenizer.pieces(text);
                }

                @Override
                public Optional<int[]> ends(String text) {
                    return TokenEnds.of(tokenizer, text);
                }
            };
        } catch (QuernException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }
}
