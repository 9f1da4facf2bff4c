package quern.actors.curation;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import quern.inference.tokenizer.Tokenizer;

/** Where the tokens of a text end in it. */
final class TokenEnds {

    private static final int CONTINUED = 0x80;
    private static final int CONTINUED_MASK = 0xC0;
    private static final int FOUR_BYTES = 0xF0;

    private TokenEnds() {}

    /**
     * In chars, for each token; one that ends within a character ends before it. Empty where the bytes of the tokens,
     * a blank in front aside, are not those of the text.
     */
    static Optional<int[]> of(Tokenizer tokenizer, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int[] tokens = tokenizer.encode(text, false);
        int[] ends = new int[tokens.length];
        long all = Arrays.stream(tokens).mapToLong(token -> tokenizer.bytes(token).length).sum();
        // A blank that the tokenizer puts in front, and the text has not.
        int at = all == bytes.length + 1L && startsBlank(tokenizer.bytes(tokens[0])) ? -1 : 0;
        int from = 0;
        int chars = 0;
        for (int i = 0; i < tokens.length; i++) {
            for (byte one : tokenizer.bytes(tokens[i])) {
                if (at >= bytes.length || at >= 0 && bytes[at] != one) {
                    return Optional.empty();
                }
                at++;
            }
            int until = at;
            while (until > from && until < bytes.length && (bytes[until] & CONTINUED_MASK) == CONTINUED) {
                until--;
            }
            for (; from < until; from++) {
                int first = bytes[from] & 0xFF;
                chars += (first & CONTINUED_MASK) == CONTINUED ? 0 : first >= FOUR_BYTES ? 2 : 1;
            }
            ends[i] = chars;
        }
        return at == bytes.length && chars == text.length() ? Optional.of(ends) : Optional.empty();
    }

    private static boolean startsBlank(byte[] token) {
        return token.length > 0 && token[0] == ' ';
    }
}
