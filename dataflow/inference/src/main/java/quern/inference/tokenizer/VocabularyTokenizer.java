package quern.inference.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import quern.config.QuernException;

/** What all tokenizers share: control and added tokens, bytes and decoding. The text between is the subclass's. */
abstract class VocabularyTokenizer implements Tokenizer {

    private final Vocabulary vocabulary;
    private final byte[][] bytes;
    private final ControlTrie template = new ControlTrie();
    private final ControlTrie plain = new ControlTrie();

    /** @param bytes of each token */
    VocabularyTokenizer(Vocabulary vocabulary, byte[][] bytes) {
        this.vocabulary = vocabulary;
        this.bytes = bytes;
        for (int id = 0; id < vocabulary.size(); id++) {
            String text = vocabulary.texts().get(id);
            switch (vocabulary.kinds().get(id)) {
                case CONTROL -> template.add(text, id);
                case USER_DEFINED -> {
                    template.add(text, id);
                    if (!isMarkup(text)) {
                        plain.add(text, id);
                    }
                }
                default -> { }
            }
        }
    }

    /** Added tokens written like markup steer the model too, whatever the file calls them. */
    private static boolean isMarkup(String text) {
        return text.startsWith("<") && text.endsWith(">") || text.startsWith("[") && text.endsWith("]");
    }

    /**
     * Adds the ids of {@code text}, before which stands nothing or an added token.
     *
     * @param start whether nothing stands before it
     */
    abstract void encodeText(String text, boolean start, TokenList out);

    @Override
    public final int[] encode(String text, boolean begin) {
        TokenList out = new TokenList();
        if (begin && vocabulary.addBegin()) {
            vocabulary.begin().ifPresent(out::add);
        }
        encode(PromptText.template(text), plain, out);
        return out.toArray();
    }

    @Override
    public final int[] encodeTemplate(PromptText rendered) {
        TokenList out = new TokenList();
        encode(rendered, template, out);
        return out.toArray();
    }

    private void encode(PromptText text, ControlTrie added, TokenList out) {
        if (text.length() > TEXT_CHARS_MAX) {
            throw new QuernException(QuernException.Category.ERROR,
                    "text of " + text.length() + " characters to tokenize, at most " + TEXT_CHARS_MAX);
        }
        int from = 0;
        for (var match = added.find(text, 0); match != null; match = added.find(text, from)) {
            if (match.from() > from) {
                encodeText(text.text().substring(from, match.from()), from == 0, out);
            }
            out.add(match.token());
            from = match.to();
        }
        if (from < text.length()) {
            encodeText(text.text().substring(from), from == 0, out);
        }
    }

    @Override
    public final int vocabularySize() {
        return vocabulary.size();
    }

    @Override
    public final byte[] bytes(int token) {
        return isControl(token) ? new byte[0] : bytes[token].clone();
    }

    @Override
    public final String decode(int[] tokens) {
        var joined = new ByteArrayOutputStream();
        for (int token : tokens) {
            joined.writeBytes(bytes(token));
        }
        return joined.toString(StandardCharsets.UTF_8);
    }

    @Override
    public final OptionalInt beginToken() {
        return vocabulary.begin();
    }

    @Override
    public final List<Integer> endTokens() {
        return vocabulary.ends();
    }

    @Override
    public final boolean isControl(int token) {
        TokenKind kind = vocabulary.kinds().get(checked(token));
        return kind == TokenKind.CONTROL || kind == TokenKind.UNKNOWN || kind == TokenKind.UNUSED;
    }

    @Override
    public final String text(int token) {
        return vocabulary.texts().get(checked(token));
    }

    private int checked(int token) {
        if (token < 0 || token >= vocabulary.size()) {
            throw new QuernException(QuernException.Category.ERROR,
                    "token " + token + ", the vocabulary has " + vocabulary.size());
        }
        return token;
    }
}
