package quern.inference.tokenizer;

import java.util.stream.Stream;

/** Kinds of code points as tokenizers tell them apart. */
final class CodePoints {

    /**
     * Marks, punctuation and format characters that Unicode has got since version 8, whose tables the tokenizers that
     * encoders were trained with still have; between the ends of each range there are no older ones.
     */
    private static final int[] YOUNG = points("61D 7FD 890-8E2 9FD-9FE A76 AFA-AFF B55 C04-C3C C77 C84 D00 D3B-D3C D81"
            + " EBA ECE 180F-1886 1ABF-1ACE 1B4E-1B4F 1B7D-1B7F 1DF6-1DFB 2E43-2E5D A82C A8C5 A8FF A9BD 10D24-10D6E"
            + " 10EAB-10F89 11070-11074 110C2-110CD 111C9 111CF 1123E-11241 1133B 113BB-1145E 11660-1166C 116B9"
            + " 1182F-1183B 1193B-11B09 11BE1-11D97 11EF3-11FFF 12FF1-12FF2 13430-13455 1611E-1612F 16D6D-16D6F"
            + " 16E97-16F4F 16FE2-16FE4 1CF00-1CF46 1E000-1E136 1E2AE-1E2EF 1E4EC-1E4EF 1E5EE-1E5FF 1E944-1E95F");

    private CodePoints() {}

    private static int[] points(String ranges) {
        return Stream.of(ranges.split(" "))
                .flatMap(range -> range.contains("-") ? Stream.of(range.split("-")) : Stream.of(range, range))
                .mapToInt(hexadecimal -> Integer.parseInt(hexadecimal, 16))
                .toArray();
    }

    private static boolean isYoung(int c) {
        if (c < YOUNG[0]) {
            return false;
        }
        for (int i = 0; i < YOUNG.length && YOUNG[i] <= c; i += 2) {
            if (c <= YOUNG[i + 1]) {
                return true;
            }
        }
        return false;
    }

    /** Unicode's White_Space. */
    static boolean isSpace(int c) {
        return c >= '\t' && c <= '\r' || c == ' ' || c == 0x85 || c == 0xA0 || c >= 0x1680
                && (c == 0x1680 || c >= 0x2000 && c <= 0x200A || c == 0x2028 || c == 0x2029 || c == 0x202F
                || c == 0x205F || c == 0x3000);
    }

    /** Categories Cc, Cf, Cs and Co, but not tab, line feed and carriage return. */
    static boolean isControl(int c) {
        if (c == '\t' || c == '\n' || c == '\r') {
            return false;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE -> !isYoung(c);
            default -> false;
        };
    }

    /** Categories Mn, Mc and Me. */
    static boolean isMark(int c) {
        return switch (Character.getType(c)) {
            case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK -> !isYoung(c);
            default -> false;
        };
    }

    /** Category Mn. */
    static boolean isMarkWithoutSpace(int c) {
        return Character.getType(c) == Character.NON_SPACING_MARK && !isYoung(c);
    }

    /** Categories P, and the ASCII symbols. */
    static boolean isPunctuation(int c) {
        return switch (Character.getType(c)) {
            case Character.DASH_PUNCTUATION, Character.START_PUNCTUATION, Character.END_PUNCTUATION,
                    Character.CONNECTOR_PUNCTUATION, Character.OTHER_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION, Character.FINAL_QUOTE_PUNCTUATION -> !isYoung(c);
            default -> c > ' ' && c < 0x7F && !Character.isLetterOrDigit(c);
        };
    }

    /** The ranges BERT's tokenizer takes for Chinese, as Hugging Face's tokenizers have them. */
    static boolean isChinese(int c) {
        return c >= 0x4E00 && c <= 0x9FFF || c >= 0x3400 && c <= 0x4DBF || c >= 0x20000 && c <= 0x2A6DF
                || c >= 0x2A700 && c <= 0x2B73F || c >= 0x2B740 && c <= 0x2B81F || c >= 0x2B920 && c <= 0x2CEAF
                || c >= 0xF900 && c <= 0xFAFF || c >= 0x2F800 && c <= 0x2FA1F;
    }

    /** Letters, marks, decimal digits, connectors and joiners: what makes up words. */
    static boolean isWord(int c) {
        return Character.isAlphabetic(c) || c == 0x200C || c == 0x200D || switch (Character.getType(c)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK,
                    Character.DECIMAL_DIGIT_NUMBER, Character.CONNECTOR_PUNCTUATION -> true;
            default -> false;
        };
    }
}
