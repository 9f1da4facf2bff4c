package quern.curation.mapper;

import java.util.List;
import quern.curation.TextMapper;
import quern.curation.text.PythonText;

/**
 * Drops words that contain one of some texts, special characters at the words' ends left aside.
 *
 * <p>Recipe key {@code remove_words_with_incorrect_substrings_mapper}. Compatible with Data-Juicer 1.4.3 without
 * tokenization.
 */
public record RemoveWordsWithSubstringsMapper(String textKey, List<String> substrings) implements TextMapper {

    @Override
    public String name() {
        return "remove_words_with_incorrect_substrings_mapper";
    }

    @Override
    public String map(String text) {
        return WordLines.keep(text, word -> {
            String stripped = PythonText.stripSpecial(word);
            return substrings.stream().noneMatch(stripped::contains);
        });
    }
}
