package quern.curation.mapper;

import java.util.ArrayList;
import java.util.List;
import quern.curation.PieceSource;
import quern.curation.TextMapper;
import quern.curation.text.PythonText;

/**
 * Drops words that contain one of some texts, special characters at the words' ends left aside.
 *
 * <p>Recipe key {@code remove_words_with_incorrect_substrings_mapper}. With a tokenizer its pieces count as words, and
 * where one is dropped the others are put together again; with {@code compat: data-juicer-1.4.3} without the spaces
 * between words.
 *
 * @param tokenizer null for words between white space
 */
public record RemoveWordsWithSubstringsMapper(String textKey, List<String> substrings, PieceSource tokenizer,
        boolean compatible) implements TextMapper {

    private static final String BLANK = "\u2581";

    @Override
    public String name() {
        return "remove_words_with_incorrect_substrings_mapper";
    }

    @Override
    public String map(String text) {
        if (tokenizer == null) {
            return WordLines.keep(text, this::isKept);
        }
        String[] pieces = tokenizer.pieces(text);
        List<String> kept = new ArrayList<>(List.of(pieces));
        kept.removeIf(piece -> !isKept(piece));
        return kept.size() == pieces.length ? text
                : PythonText.strip(String.join("", kept).replace(BLANK, compatible ? "" : " "));
    }

    private boolean isKept(String word) {
        String stripped = PythonText.stripSpecial(word);
        return substrings.stream().noneMatch(stripped::contains);
    }
}
