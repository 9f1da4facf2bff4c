package quern.curation.mapper;

import quern.curation.TextMapper;

/**
 * Removes e-mail addresses: letters, digits and {@code . - + _}, an at sign, the same with lower-case letters only, a
 * dot and lower-case letters; as long as possible, without regard to word boundaries.
 *
 * <p>Recipe key {@code clean_email_mapper}. Compatible with Data-Juicer 1.4.3.
 *
 * @param replacement what stands in place of an address
 */
public record CleanEmailMapper(String textKey, String replacement) implements TextMapper {

    @Override
    public String name() {
        return "clean_email_mapper";
    }

    @Override
    public String map(String text) {
        int at = text.indexOf('@');
        if (at < 0) {
            return text;
        }
        StringBuilder result = null;
        int copied = 0;
        for (; at >= 0; at = text.indexOf('@', at + 1)) {
            int from = localStart(text, at, copied);
            int to = domainEnd(text, at + 1);
            if (from < at && to > 0) {
                result = result == null ? new StringBuilder(text.length()) : result;
                result.append(text, copied, from).append(replacement);
                copied = to;
                at = to - 1;
            }
        }
        return result == null ? text : result.append(text, copied, text.length()).toString();
    }

    private static int localStart(String text, int at, int least) {
        int from = at;
        while (from > least && isLocal(text.charAt(from - 1))) {
            from--;
        }
        return from;
    }

    /**
     * End of the domain that begins at {@code from}: after the letters behind its last dot that has some; 0 where
     * there is none.
     */
    private static int domainEnd(String text, int from) {
        int runEnd = from;
        while (runEnd < text.length() && isDomain(text.charAt(runEnd))) {
            runEnd++;
        }
        for (int dot = runEnd - 2; dot > from; dot--) {
            if (text.charAt(dot) == '.' && isLower(text.charAt(dot + 1))) {
                int to = dot + 1;
                while (to < runEnd && isLower(text.charAt(to))) {
                    to++;
                }
                return to;
            }
        }
        return 0;
    }

    private static boolean isLocal(char c) {
        return isDomain(c) || c >= 'A' && c <= 'Z';
    }

    private static boolean isDomain(char c) {
        return isLower(c) || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '+' || c == '_';
    }

    private static boolean isLower(char c) {
        return c >= 'a' && c <= 'z';
    }
}
