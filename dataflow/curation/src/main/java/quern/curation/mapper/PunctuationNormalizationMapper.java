package quern.curation.mapper;

import quern.curation.TextMapper;

/**
 * Replaces Chinese and typographic punctuation by ASCII, code point by code point.
 *
 * <p>Recipe key {@code punctuation_normalization_mapper}. The table is Data-Juicer 1.4.3's without the full-width digit
 * one, which becomes a double quote there, and here with {@code compat: data-juicer-1.4.3}.
 */
public record PunctuationNormalizationMapper(String textKey, boolean compatible) implements TextMapper {

    private static final char FULL_WIDTH_ONE = '\uFF11';

    private static final String FROM =
            "\uFF0C\u3001\u3002\u201E\u201D\u201C\u00AB\u00BB\uFF11\u300D\u300C\u300A\u300B\u00B4\u2019"
            + "\u2236\uFF1A\uFF1F\uFF01\uFF08\uFF09\uFF1B"
            + "\u2013\u2501\u25BA\u2014\uFF0E\uFF5E\u2026\u3008\u3009\u3010\u3011\uFF05";
    private static final String[] TO = {",", ",", ".", "\"", "\"", "\"", "\"", "\"", "\"", "\"", "\"", "\"", "\"",
            "'", "'",
        ":", ":", "?", "!", "(", ")", ";", "-", "-", "-", " - ", ". ", "~", "...", "<", ">", "[", "]", "%"};
    private static final char LEAST = '\u00AB';
    private static final String[] TABLE = table();

    @Override
    public String name() {
        return "punctuation_normalization_mapper";
    }

    @Override
    public String map(String text) {
        StringBuilder result = null;
        int copied = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= LEAST && TABLE[c] != null && (compatible || c != FULL_WIDTH_ONE)) {
                result = result == null ? new StringBuilder(text.length() + 16) : result;
                result.append(text, copied, i).append(TABLE[c]);
                copied = i + 1;
            }
        }
        return result == null ? text : result.append(text, copied, text.length()).toString();
    }

    private static String[] table() {
        String[] table = new String[Character.MAX_VALUE + 1];
        for (int i = 0; i < TO.length; i++) {
            table[FROM.charAt(i)] = TO[i];
        }
        return table;
    }
}
