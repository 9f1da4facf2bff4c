package quern.curation.secret;

/** Looks at stretches of a text without copying them. ASCII only: secrets are. */
final class Letters {

    /** Letters, digits and what an alphabet has beside them. */
    enum Alphabet {
        UPPER_BASE32(""),
        HEX(""),
        ALNUM(""),
        WORD("_"),
        URL("-_"),
        DOTTED("-_."),
        BASE64("+/="),
        AZURE("-_.~");

        private final String others;

        Alphabet(String others) {
            this.others = others;
        }

        boolean has(char c) {
            return switch (this) {
                case UPPER_BASE32 -> c >= 'A' && c <= 'Z' || c >= '2' && c <= '7';
                case HEX -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f';
                default -> isAlnum(c) || others.indexOf(c) >= 0;
            };
        }
    }

    private Letters() {}

    static boolean isAlnum(char c) {
        return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** The end of what an alphabet has from here on, at most {@code max} characters. */
    static int end(CharSequence text, int from, Alphabet alphabet, int max) {
        int to = from;
        int last = Math.min(text.length(), from + max);
        while (to < last && alphabet.has(text.charAt(to))) {
            to++;
        }
        return to;
    }

    /** Bits for each character, by how often each one of the stretch comes (Shannon, 1948). */
    static double entropy(CharSequence text, int from, int to) {
        int[] counts = new int[128];
        for (int i = from; i < to; i++) {
            counts[text.charAt(i) & 127]++;
        }
        double bits = 0;
        for (int count : counts) {
            if (count > 0) {
                double share = (double) count / (to - from);
                bits -= share * Math.log(share) / Math.log(2);
            }
        }
        return bits;
    }

    /** Different characters of the stretch. */
    static int distinct(CharSequence text, int from, int to) {
        long low = 0;
        long high = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c < 64) {
                low |= 1L << c;
            } else {
                high |= 1L << c;
            }
        }
        return Long.bitCount(low) + Long.bitCount(high);
    }

    /** Whether the stretch has digits, small and capital letters, as its bits 1, 2 and 4; 8: something else. */
    static int classes(CharSequence text, int from, int to) {
        int classes = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            classes |= isDigit(c) ? 1 : c >= 'a' && c <= 'z' ? 2 : c >= 'A' && c <= 'Z' ? 4 : 8;
        }
        return classes;
    }

    /** Whether the stretch is a UUID. */
    static boolean isUuid(CharSequence text, int from, int to) {
        if (to - from != 36) {
            return false;
        }
        for (int i = 0; i < 36; i++) {
            char c = Character.toLowerCase(text.charAt(from + i));
            boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
            if (dash ? c != '-' : !Alphabet.HEX.has(c)) {
                return false;
            }
        }
        return true;
    }
}
