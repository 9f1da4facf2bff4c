package quern.curation.library;

import java.nio.file.Files;
import java.nio.file.Path;
import quern.curation.Arguments;
import quern.curation.ModelNeededException;
import quern.curation.PieceSource;
import quern.curation.TextModel;
import quern.curation.TokenizerOpener;

/** The tokenizer an operator asks: of the file its recipe names, else that of the served model. */
final class Tokenizers {

    /** Parameter of the filters that count words by pieces. */
    static final String SENTENCE_PIECE = "sp_model";
    /** Parameter of those that count tokens. */
    static final String TOKENIZER = "hf_tokenizer";

    private final TextModel model;
    private final TokenizerOpener opener;

    /** @param model and {@code opener}: null where none is bound */
    Tokenizers(TextModel model, TokenizerOpener opener) {
        this.model = model;
        this.opener = opener;
    }

    /** Null where the recipe says {@code tokenization: false}. */
    PieceSource whereAsked(Arguments arguments, String parameter) {
        return arguments.bool("tokenization") ? of(arguments, parameter, "tokenization: true") : null;
    }

    /**
     * @param parameter that may name a file; another text there is a name of a model elsewhere, and has no meaning here
     * @param what asks for it, in messages
     */
    PieceSource of(Arguments arguments, String parameter, String what) {
        String named = arguments.text(parameter);
        if (named != null && !named.isEmpty() && isFile(named)) {
            return file(parameter, named);
        }
        if (named != null && (named.startsWith("/") || named.startsWith(".") || named.endsWith(".model")
                || named.endsWith(".json"))) {
            throw new IllegalArgumentException(parameter + " is '" + named + "', which does not exist");
        }
        if (model == null) {
            throw new ModelNeededException(what + " needs a tokenizer, and none is bound; set " + parameter
                    + " to the path of a tokenizer.json, tokenizer.model or GGUF file, or run the recipe where a "
                    + "model is served");
        }
        return model;
    }

    /** The tokenizer of a file that has to be there. */
    PieceSource file(String parameter, String named) {
        if (!isFile(named)) {
            throw new IllegalArgumentException(parameter + " is '" + named + "', which does not exist");
        }
        if (opener == null) {
            throw new IllegalArgumentException(parameter + ": tokenizer files cannot be read here");
        }
        return opener.open(Path.of(named));
    }

    private static boolean isFile(String named) {
        return named.indexOf('\0') < 0 && Files.exists(Path.of(named));
    }
}
