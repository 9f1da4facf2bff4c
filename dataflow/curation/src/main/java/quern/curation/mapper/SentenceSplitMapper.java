package quern.curation.mapper;

import quern.curation.TextMapper;
import quern.curation.text.SentenceBreaks;

/**
 * Puts each sentence on a line of its own.
 *
 * <p>Recipe key {@code sentence_split_mapper}. Data-Juicer 1.4.3 asks NLTK's Punkt models; here sentences are found by
 * rules and lists of abbreviations, see {@link SentenceBreaks}.
 */
public record SentenceSplitMapper(String textKey, SentenceBreaks breaks) implements TextMapper {

    @Override
    public String name() {
        return "sentence_split_mapper";
    }

    @Override
    public String map(String text) {
        return String.join("\n", breaks.split(text));
    }
}
