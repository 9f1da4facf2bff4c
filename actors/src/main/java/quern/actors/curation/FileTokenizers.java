package quern.actors.curation;

import java.nio.file.Path;
import java.util.Arrays;
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
            return text -> Arrays.stream(tokenizer.encode(text, false)).mapToObj(tokenizer::text)
                    .toArray(String[]::new);
        } catch (QuernException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }
}
