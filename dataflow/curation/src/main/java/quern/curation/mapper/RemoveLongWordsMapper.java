package quern.curation.mapper;

import quern.curation.TextMapper;
import quern.curation.text.PythonText;

/**
 * Keeps words of a length in {@code minLen..maxLen} code points, counted with or without the special characters at
 * their ends. Empty lines and repeated spaces vanish.
 *
 * <p>Recipe key {@code remove_long_words_mapper}. Compatible with Data-Juicer 1.4.3.
 */
public record RemoveLongWordsMapper(String textKey, long minLen, long maxLen) implements TextMapper {

    @Override
    public String name() {
        return "remove_long_words_mapper";
    }

    @Override
    public String map(String text) {
        return WordLines.keep(text, word -> fits(word) || fits(PythonText.stripSpecial(word)));
    }

    private boolean fits(String word) {
        int length = word.codePointCount(0, word.length());
        return length >= minLen && length <= maxLen;
    }
}
