package quern.curation.mapper;

import quern.curation.TextMapper;
import quern.curation.text.PythonText;

/**
 * Cuts white space off both ends and turns each kind of space into a plain one. Line ends stay, and nothing is
 * collapsed.
 *
 * <p>Recipe key {@code whitespace_normalization_mapper}. Compatible with Data-Juicer 1.4.3.
 */
public record WhitespaceNormalizationMapper(String textKey) implements TextMapper {

    @Override
    public String name() {
        return "whitespace_normalization_mapper";
    }

    @Override
    public String map(String text) {
        String stripped = PythonText.strip(text);
        StringBuilder result = null;
        int copied = 0;
        for (int i = 0; i < stripped.length(); i++) {
            char c = stripped.charAt(i);
            if ((c == '\t' || c >= '\u0084') && isVarious(c)) {
                result = result == null ? new StringBuilder(stripped.length()) : result;
                result.append(stripped, copied, i).append(' ');
                copied = i + 1;
            }
        }
        if (result == null) {
            return stripped.length() == text.length() ? text : stripped;
        }
        return result.append(stripped, copied, stripped.length()).toString();
    }

    private static boolean isVarious(char c) {
        return switch (c) {
            case '\t', '\u0084', '\u00A0', '\u202F', '\u205F', '\u2060', '\u3000', '\uFFFC' -> true;
            default -> c >= '\u2000' && c <= '\u200D';
        };
    }
}
