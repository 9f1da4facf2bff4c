package quern.curation.mapper;

import quern.curation.TextMapper;

/**
 * Removes links as John Gruber's liberal pattern finds them: a scheme and colon with a slash, letter, digit or
 * percent sign, or {@code www.}, or a host name with a slash; then anything but white space and {@code ()<>}, with
 * parentheses balanced to depth two, not ending in punctuation.
 *
 * <p>Recipe key {@code clean_links_mapper}. Compatible with Data-Juicer 1.4.3; read once from left to right, without
 * backtracking.
 *
 * @param replacement what stands in place of a link
 */
public record CleanLinksMapper(String textKey, String replacement) implements TextMapper {

    private static final String NOT_LAST = "`!()[]{};:'\".,<>?\u00AB\u00BB\u201C\u201D\u2018\u2019";

    private static final int WORD_TYPES = 1 << Character.NON_SPACING_MARK | 1 << Character.ENCLOSING_MARK
            | 1 << Character.COMBINING_SPACING_MARK | 1 << Character.DECIMAL_DIGIT_NUMBER
            | 1 << Character.CONNECTOR_PUNCTUATION;
    private static final int ZERO_WIDTH_NON_JOINER = 0x200C;
    private static final int ZERO_WIDTH_JOINER = 0x200D;

    @Override
    public String name() {
        return "clean_links_mapper";
    }

    @Override
    public String map(String text) {
        return new Scan(text).replaceAll(replacement);
    }

    /** One pass over a text; the ends of the runs a link may begin with are found once each. */
    private static final class Scan {

        private static final int NONE = Integer.MAX_VALUE;

        private final String text;
        private final int length;
        /** The next of each kind that was found, at or behind the last anchor. */
        private int colon = -1;
        private int slash = -1;
        private int small = -1;
        private int large = -1;
        private int wordRunEnd;
        private int hostRunEnd;

        Scan(String text) {
            this.text = text;
            this.length = text.length();
        }

        String replaceAll(String replacement) {
            StringBuilder result = null;
            int copied = 0;
            int i = 0;
            for (int anchor = anchor(0); anchor >= 0; anchor = anchor(i)) {
                i = beginOfRun(anchor, i);
                int end = -1;
                while (end < 0 && i <= anchor) {
                    end = isBoundary(i) ? linkEnd(i) : -1;
                    i += end < 0 ? 1 : 0;
                }
                if (end >= 0) {
                    result = result == null ? new StringBuilder(length) : result;
                    result.append(text, copied, i).append(replacement);
                    copied = end;
                    i = end;
                }
            }
            return result == null ? text : result.append(text, copied, length).toString();
        }

        /** The next colon, slash or "www": no link begins behind the word or host name that ends there. */
        private int anchor(int from) {
            colon = colon < from ? find(':', from) : colon;
            slash = slash < from ? find('/', from) : slash;
            small = nextWww('w', small, from);
            large = nextWww('W', large, from);
            int anchor = Math.min(Math.min(colon, slash), Math.min(small, large));
            return anchor == NONE ? -1 : anchor;
        }

        private int nextWww(char first, int found, int from) {
            int at = found;
            while (at < from || at != NONE && !text.regionMatches(true, at, "www", 0, 3)) {
                at = find(first, Math.max(from, at + 1));
            }
            return at;
        }

        private int find(char c, int from) {
            int at = text.indexOf(c, from);
            return at < 0 ? NONE : at;
        }

        private int beginOfRun(int anchor, int least) {
            int from = anchor;
            while (from > least && (isWordAt(from - 1) || isHost(text.charAt(from - 1)))) {
                from--;
            }
            return from;
        }

        private int linkEnd(int from) {
            char c = text.charAt(from);
            int end = -1;
            if (isLetter(c)) {
                end = afterScheme(from);
                if (end < 0 && (c | 32) == 'w') {
                    end = afterWww(from);
                }
            }
            return end < 0 && isHost(c) ? afterHost(from) : end;
        }

        private int afterScheme(int from) {
            if (wordRunEnd <= from) {
                wordRunEnd = from;
                while (wordRunEnd < length && (isWordAt(wordRunEnd) || text.charAt(wordRunEnd) == '-')) {
                    wordRunEnd++;
                }
            }
            int colon = wordRunEnd;
            if (colon - from < 2 || colon + 1 >= length || text.charAt(colon) != ':') {
                return -1;
            }
            char next = text.charAt(colon + 1);
            boolean begins = next == '/' || next == '%' || isLetter(next) || next >= '0' && next <= '9';
            return begins ? body(colon + 2) : -1;
        }

        private int afterWww(int from) {
            if (!text.regionMatches(true, from, "www", 0, 3)) {
                return -1;
            }
            int at = from + 3;
            while (at < length && at < from + 6 && Character.isDigit(text.charAt(at))) {
                at++;
            }
            return at < length && text.charAt(at) == '.' ? body(at + 1) : -1;
        }

        private int afterHost(int from) {
            if (hostRunEnd <= from) {
                hostRunEnd = from;
                while (hostRunEnd < length && isHost(text.charAt(hostRunEnd))) {
                    hostRunEnd++;
                }
            }
            int slash = hostRunEnd;
            if (slash >= length || text.charAt(slash) != '/') {
                return -1;
            }
            int dot = slash - 1;
            while (dot > from && dot >= slash - 4 && isLetter(text.charAt(dot))) {
                dot--;
            }
            int letters = slash - 1 - dot;
            boolean named = dot > from && text.charAt(dot) == '.' && letters >= 2 && letters <= 4;
            return named ? body(slash + 1) : -1;
        }

        /**
         * End of what follows the beginning of a link: at least two characters or parentheses, the last no
         * punctuation.
         */
        private int body(int from) {
            int end = -1;
            int items = 0;
            int at = from;
            while (at < length) {
                char c = text.charAt(at);
                if (c == '(') {
                    int close = parenthesisEnd(at, 2);
                    if (close < 0) {
                        break;
                    }
                    at = close;
                    end = ++items > 1 ? at : end;
                } else if (isPlain(c)) {
                    at++;
                    if (Character.isHighSurrogate(c) && at < length && Character.isLowSurrogate(text.charAt(at))) {
                        at++;
                    }
                    end = ++items > 1 && NOT_LAST.indexOf(c) < 0 ? at : end;
                } else {
                    break;
                }
            }
            return end;
        }

        private int parenthesisEnd(int open, int depth) {
            int at = open + 1;
            while (at < length) {
                char c = text.charAt(at);
                if (c == ')') {
                    return depth == 1 && at == open + 1 ? -1 : at + 1;
                }
                if (c == '(') {
                    at = depth == 1 ? -1 : parenthesisEnd(at, depth - 1);
                    if (at < 0) {
                        return -1;
                    }
                } else if (isPlain(c)) {
                    at++;
                } else {
                    return -1;
                }
            }
            return -1;
        }

        private boolean isBoundary(int at) {
            if (Character.isLowSurrogate(text.charAt(at)) && at > 0 && Character.isHighSurrogate(text.charAt(at - 1))) {
                return false;
            }
            boolean before = at > 0 && isWordAt(at - 1);
            return before != isWordAt(at);
        }

        private static boolean isPlain(char c) {
            return c != '(' && c != ')' && c != '<' && c != '>' && !isWhiteSpace(c);
        }

        private static boolean isWhiteSpace(char c) {
            return c <= ' ' ? c == ' ' || c >= '\t' && c <= '\r'
                    : c >= 0x85 && quern.curation.text.PythonText.isWhiteSpaceProperty(c);
        }

        /** Whether the character that the unit at an index belongs to is a letter, mark, digit or connector. */
        private boolean isWordAt(int index) {
            char c = text.charAt(index);
            if (c < 128) {
                return isAsciiLetter(c) || c >= '0' && c <= '9' || c == '_';
            }
            boolean second = Character.isLowSurrogate(c) && index > 0;
            int point = second ? text.codePointBefore(index + 1) : text.codePointAt(index);
            return Character.isAlphabetic(point) || (WORD_TYPES >> Character.getType(point) & 1) != 0
                    || point == ZERO_WIDTH_JOINER || point == ZERO_WIDTH_NON_JOINER;
        }

        private static boolean isHost(char c) {
            return isLetter(c) || c >= '0' && c <= '9' || c == '.' || c == '-';
        }

        /** What {@code [a-z]} matches where case is ignored: long s, the Kelvin sign and a dotted capital I too. */
        private static boolean isLetter(char c) {
            return c < 128 ? isAsciiLetter(c) : c == 0x130 || c == 0x17F || c == 0x212A;
        }

        private static boolean isAsciiLetter(char c) {
            char lower = (char) (c | 32);
            return lower >= 'a' && lower <= 'z';
        }
    }
}
