package quern.inference.tokenizer;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import quern.config.QuernException;

/** GPT-2's tokenizer: words by a pattern, their UTF-8 bytes merged by rank within each word. */
public final class ByteLevelTokenizer extends VocabularyTokenizer {

    private final PreTokenizer words;
    private final Merges merges;
    private final Map<String, Integer> wholeWords;
    private final boolean compose;
    private final int[] byteTokens = new int[256];

    /**
     * @param merges "left right" in the byte alphabet, most important first
     * @param wholeWordFirst whether a word that is itself a token is taken as it is, without merging
     * @param compose whether text is brought into Unicode's form NFC first
     * @throws QuernException if a merge names a token that is not in the vocabulary
     */
    public ByteLevelTokenizer(
            Vocabulary vocabulary,
            List<String> merges,
            PreTokenizer words,
            boolean wholeWordFirst,
            boolean compose) {
        super(vocabulary, bytes(vocabulary));
        Map<String, Integer> ids = vocabulary.ids();
        this.words = words;
        this.compose = compose;
        this.merges = Merges.of(merges, ids);
        this.wholeWords = wholeWordFirst ? ids : Map.of();
        Arrays.setAll(byteTokens, b -> ids.getOrDefault(String.valueOf(ByteAlphabet.character(b)), -1));
    }

    private static byte[][] bytes(Vocabulary vocabulary) {
        byte[][] bytes = new byte[vocabulary.size()][];
        for (int id = 0; id < bytes.length; id++) {
            byte[] raw = vocabulary.texts().get(id).getBytes(StandardCharsets.UTF_8);
            bytes[id] = vocabulary.kinds().get(id) == TokenKind.USER_DEFINED
                    ? raw
                    : ByteAlphabet.read(vocabulary.texts().get(id)).orElse(raw);
        }
        return bytes;
    }

    @Override
    void encodeText(String text, boolean start, TokenList out) {
        words.split(compose ? Normalizer.normalize(text, Normalizer.Form.NFC) : text, word -> encodeWord(word, out));
    }

    private void encodeWord(String word, TokenList out) {
        if (!wholeWords.isEmpty()) {
            Integer whole = wholeWords.get(ByteAlphabet.write(word));
            if (whole != null) {
                out.add(whole);
                return;
            }
        }
        byte[] utf8 = word.getBytes(StandardCharsets.UTF_8);
        int[] symbols = new int[utf8.length];
        int count = 0;
        for (byte b : utf8) {
            int token = byteTokens[b & 0xFF];
            if (token >= 0) {
                symbols[count++] = token;
            }
        }
        merges.merge(symbols, count, out);
    }
}
