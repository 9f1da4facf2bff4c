package quern.curation.filter;

import java.util.Set;
import quern.curation.Bound;
import quern.curation.Draft;
import quern.curation.Filter;
import quern.curation.Interval;
import quern.curation.LanguageDetector;
import quern.curation.Verdict;
import quern.curation.text.LetterCase;

/**
 * Keeps texts in one of the wanted languages, recognised with enough confidence.
 *
 * <p>Recipe key {@code language_id_score_filter}. Stats {@code lang} (ISO 639-1) and {@code lang_score}. The text is
 * lower-cased and put on one line first, as Data-Juicer does. The verdict is that of the detector in use; a recipe
 * can name a fastText model.
 *
 * @param languages wanted codes; empty: any
 */
public record LanguageIdScoreFilter(String textKey, Set<String> languages, double minScore, LanguageDetector detector)
        implements Filter {

    @Override
    public String name() {
        return "language_id_score_filter";
    }

    @Override
    public boolean isIndependent() {
        return true;
    }

    @Override
    public Bound bound() {
        return new Bound("lang_score", Interval.closed(minScore, Double.POSITIVE_INFINITY));
    }

    @Override
    public Verdict judge(Draft draft) {
        double score = draft.stat("lang_score");
        String language = draft.stats().path("lang").asText("");
        if (Double.isNaN(score)) {
            String line = LetterCase.lower(draft.text(textKey)).replace('\n', ' ');
            LanguageDetector.Guess guess = detector.guess(line);
            score = guess.score();
            language = guess.language();
            draft.stats().put("lang", language).put("lang_score", score);
        }
        if (!languages.isEmpty() && !languages.contains(language)) {
            return new Verdict.Drop("language not asked for", score);
        }
        return score >= minScore ? Verdict.keep() : new Verdict.Drop("lang_score too low", score, minScore);
    }
}
