package quern.curation.mapper;

import java.text.Normalizer;
import quern.curation.TextMapper;
import quern.curation.unicode.UnicodeFixer;

/**
 * Repairs text that was decoded with the wrong encoding, and other accidents of text on its way, then normalises it.
 *
 * <p>Recipe key {@code fix_unicode_mapper}. See {@link UnicodeFixer}. Compatible with Data-Juicer 1.4.3.
 */
public record FixUnicodeMapper(String textKey, Normalizer.Form form) implements TextMapper {

    @Override
    public String name() {
        return "fix_unicode_mapper";
    }

    @Override
    public String map(String text) {
        return UnicodeFixer.fix(text, form);
    }
}
