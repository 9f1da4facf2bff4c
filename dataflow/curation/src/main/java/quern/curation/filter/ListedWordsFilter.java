package quern.curation.filter;

import java.util.List;
import quern.curation.Interval;
import quern.curation.RangeFilter;
import quern.curation.text.TextView;
import quern.curation.text.WordList;

/**
 * Keeps texts whose share of words from a list lies in an interval.
 *
 * <p>Recipe keys {@code stopwords_filter} (stat {@code stopwords_ratio}) and {@code flagged_words_filter} (stat
 * {@code flagged_words_ratio}, at most 1): lower-cased words in the list over all words, 0 without words. With
 * augmentation, joins of neighbouring words count as further words. Compatible with Data-Juicer 1.4.3 given the same
 * list.
 *
 * @param groupSizes numbers of neighbouring words that are joined; empty without augmentation
 * @param join what stands between joined words
 */
public record ListedWordsFilter(String name, String statKey, String textKey, Interval keep, WordSource source,
        WordList list, List<Integer> groupSizes, String join) implements RangeFilter {

    @Override
    public double measure(TextView text) {
        int[] sizes = groupSizes.stream().mapToInt(Integer::intValue).toArray();
        return Math.min(1.0, source.words(text, true).shareIn(list, sizes, join));
    }
}
