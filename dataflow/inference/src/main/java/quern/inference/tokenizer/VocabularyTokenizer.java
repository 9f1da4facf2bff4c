package quern.inference.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import quern.config.QuernException;

/**
 * The one tokenizer, put together from parts: added tokens are found, the text between is normalized and cut into
 * words, the words become pieces.
 */
public final class VocabularyTokenizer implements Tokenizer {

    /**
     * What a tokenizer is made of.
     *
     * @param added tokens found before anything else, of any kind
     * @param texts what is done to the text between them
     * @param words how it is cut
     * @param pieces how words become tokens
     * @param writing which bytes tokens stand for
     * @param frame tokens around a whole text
     */
    public record Parts(
            Vocabulary vocabulary,
            List<AddedToken> added,
            List<TextRule> texts,
            List<WordRule> words,
            PieceModel pieces,
            Writing writing,
            Frame frame) {

        public Parts {
            added = List.copyOf(added);
            texts = List.copyOf(texts);
            words = List.copyOf(words);
        }

        /** With the added tokens and the frame that the vocabulary's kinds say. */
        public static Parts of(Vocabulary vocabulary, List<TextRule> texts, List<WordRule> words, PieceModel pieces,
                Writing writing) {
            return new Parts(vocabulary, added(vocabulary), texts, words, pieces, writing, Frame.of(vocabulary));
        }

        /** A vocabulary's control, unknown and added tokens, without conditions. */
        public static List<AddedToken> added(Vocabulary vocabulary) {
            List<AddedToken> added = new ArrayList<>();
            for (int id = 0; id < vocabulary.size(); id++) {
                TokenKind kind = vocabulary.kinds().get(id);
                if (kind == TokenKind.CONTROL || kind == TokenKind.USER_DEFINED || kind == TokenKind.UNKNOWN) {
                    added.add(AddedToken.of(id, vocabulary.texts().get(id), kind));
                }
            }
            return added;
        }
    }

    private final Parts parts;
    private final Vocabulary vocabulary;
    private final byte[][] bytes;
    private final AddedTokens raw;
    private final AddedTokens normalized;

    public VocabularyTokenizer(Parts parts) {
        this.parts = parts;
        this.vocabulary = parts.vocabulary();
        this.bytes = new byte[vocabulary.size()][];
        for (int id = 0; id < bytes.length; id++) {
            bytes[id] = parts.writing().bytes(vocabulary.texts().get(id), vocabulary.kinds().get(id));
        }
        // Markup is looked for where it cannot be confused: in the text as it came.
        this.raw = new AddedTokens(parts.added().stream()
                .filter(token -> token.place() == AddedToken.Place.RAW || !token.plain()).toList());
        this.normalized = new AddedTokens(parts.added().stream()
                .filter(token -> token.place() != AddedToken.Place.RAW && token.plain())
                .map(this::normalized).toList());
        for (int id : parts.frame().front()) {
            checked(id);
        }
        for (int id : parts.frame().behind()) {
            checked(id);
        }
    }

    private AddedToken normalized(AddedToken token) {
        if (token.place() == AddedToken.Place.WRITTEN) {
            return token;
        }
        return new AddedToken(token.id(), TextRule.apply(parts.texts(), token.text()), true, token.leftStrip(),
                token.rightStrip(), token.singleWord(), token.place());
    }

    @Override
    public int[] encode(String text, boolean begin) {
        TokenList out = new TokenList();
        if (begin) {
            parts.frame().front().forEach(out::add);
        }
        encode(PromptText.content(text), out);
        return out.toArray();
    }

    @Override
    public String[] pieces(String text) {
        TokenList out = new TokenList(true);
        encode(PromptText.content(text), out);
        int[] tokens = out.toArray();
        String[] pieces = new String[tokens.length];
        for (int i = 0; i < pieces.length; i++) {
            String written = out.written(i);
            pieces[i] = written == null ? text(tokens[i]) : written;
        }
        return pieces;
    }

    @Override
    public int[] encodeTemplate(PromptText rendered) {
        TokenList out = new TokenList();
        encode(rendered, out);
        return out.toArray();
    }

    @Override
    public Frame frame() {
        return parts.frame();
    }

    private void encode(PromptText text, TokenList out) {
        if (text.length() > TEXT_CHARS_MAX) {
            throw new QuernException(QuernException.Category.ERROR,
                    "text of " + text.length() + " characters to tokenize, at most " + TEXT_CHARS_MAX);
        }
        int from = 0;
        for (AddedTokens.Match match : raw.find(text)) {
            encodeBetween(text.text().substring(from, match.from()), from == 0, out);
            out.add(match.token());
            from = match.to();
        }
        encodeBetween(text.text().substring(from), from == 0, out);
    }

    private void encodeBetween(String text, boolean start, TokenList out) {
        String plain = TextRule.apply(parts.texts(), text);
        int from = 0;
        for (AddedTokens.Match match : normalized.find(PromptText.content(plain))) {
            encodeWords(plain.substring(from, match.from()), start && from == 0, out);
            out.add(match.token());
            from = match.to();
        }
        encodeWords(plain.substring(from), start && from == 0, out);
    }

    private void encodeWords(String text, boolean start, TokenList out) {
        WordRule.cut(parts.words(), text, start, word -> parts.pieces().encode(word, out));
    }

    @Override
    public int vocabularySize() {
        return vocabulary.size();
    }

    @Override
    public byte[] bytes(int token) {
        return isControl(token) ? new byte[0] : bytes[token].clone();
    }

    @Override
    public String decode(int[] tokens) {
        var joined = new ByteArrayOutputStream();
        Writing.FrontBlank front = parts.writing().frontBlank();
        boolean strip = front != Writing.FrontBlank.NONE;
        for (int token : tokens) {
            byte[] written = bytes(token);
            boolean added = vocabulary.kinds().get(token) == TokenKind.USER_DEFINED;
            if (written.length > 0) {
                int skipped = strip && !added && written[0] == ' ' ? 1 : 0;
                joined.write(written, skipped, written.length - skipped);
                strip = added && front == Writing.FrontBlank.ALWAYS;
            }
        }
        String text = joined.toString(StandardCharsets.UTF_8);
        boolean blankBehind = !parts.writing().wordEnd().isEmpty() && text.endsWith(" ");
        return blankBehind ? text.substring(0, text.length() - 1) : text;
    }

    @Override
    public OptionalInt beginToken() {
        return vocabulary.begin();
    }

    @Override
    public List<Integer> endTokens() {
        return vocabulary.ends();
    }

    @Override
    public boolean isControl(int token) {
        TokenKind kind = vocabulary.kinds().get(checked(token));
        return kind == TokenKind.CONTROL || kind == TokenKind.UNKNOWN || kind == TokenKind.UNUSED;
    }

    @Override
    public String text(int token) {
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
