package quern.curation.mapper;

import quern.curation.TextMapper;
import quern.curation.chinese.ScriptConversion;

/**
 * Converts Chinese between simplified, traditional and regional scripts, and new Japanese characters.
 *
 * <p>Recipe key {@code chinese_convert_mapper}. OpenCC's rules and dictionaries, of version 1.4.1; those of the
 * version Data-Juicer 1.4.3 installs differ in some words.
 */
public record ChineseConvertMapper(String textKey, ScriptConversion conversion) implements TextMapper {

    @Override
    public String name() {
        return "chinese_convert_mapper";
    }

    @Override
    public String map(String text) {
        return conversion.convert(text);
    }
}
