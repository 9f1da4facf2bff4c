package quern.curation.mapper;

import quern.curation.TextMapper;

/**
 * Deletes everything but Chinese characters (U+4E00 to U+9FA5), and where asked ASCII letters, digits and some
 * punctuation. Line ends go too.
 *
 * <p>Recipe key {@code remove_non_chinese_character_mapper}. Compatible with Data-Juicer 1.4.3.
 */
public record RemoveNonChineseMapper(String textKey, boolean keepAlphabet, boolean keepNumber, boolean keepPunctuation)
        implements TextMapper {

    private static final String PUNCTUATION = ".\uFF0C "
            + ",-\u3002%\u300A*\u300B/\u2022\u3001&\uFF06(\u2014)\uFF08+\uFF09\uFF1A\uFF1F!"
            + "\uFF01\u201C\u201D\u00B7";

    @Override
    public String name() {
        return "remove_non_chinese_character_mapper";
    }

    @Override
    public String map(String text) {
        return CodePointKeep.keep(text, c -> c >= 0x4E00 && c <= 0x9FA5
                || keepAlphabet && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z')
                || keepNumber && c >= '0' && c <= '9'
                || keepPunctuation && PUNCTUATION.indexOf(c) >= 0);
    }
}
