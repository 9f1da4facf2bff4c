package quern.curation.mapper;

import java.util.BitSet;
import quern.curation.TextMapper;

/**
 * Deletes certain characters.
 *
 * <p>Recipe key {@code remove_specific_chars_mapper}. With {@code compat: data-juicer-1.4.3} two or more characters
 * also delete the bar {@code |}, and those that mean something between brackets of a pattern mean it here, as in a
 * hyphen between two others.
 */
public record RemoveSpecificCharsMapper(String textKey, String characters, boolean compatible)
        implements TextMapper {

    @Override
    public String name() {
        return "remove_specific_chars_mapper";
    }

    @Override
    public String map(String text) {
        BitSet removed = new BitSet();
        characters.codePoints().forEach(removed::set);
        if (compatible && characters.codePointCount(0, characters.length()) > 1) {
            removed.set('|');
        }
        return CodePointKeep.keep(text, c -> !removed.get(c));
    }
}
