package quern.curation.secret;

import java.util.Set;
import quern.curation.Draft;
import quern.curation.Filter;
import quern.curation.Interval;
import quern.curation.Verdict;

/**
 * Keeps a sample whose text has no more secrets than allowed. Stat {@code secrets_num}; one that the sample brought
 * along is measured again, so that no document declares itself clean. No report quotes what it judged.
 *
 * <p>Recipe key {@code secrets_filter}; Data-Juicer has no operator of the kind.
 */
public record SecretsFilter(String textKey, Set<SecretKind> kinds, Interval keep) implements Filter {

    private static final String STAT = "secrets_num";

    @Override
    public String name() {
        return "secrets_filter";
    }

    @Override
    public boolean isIndependent() {
        return true;
    }

    @Override
    public Verdict judge(Draft draft) {
        long count = SecretFinder.find(draft.text(textKey)).stream()
                .filter(secret -> kinds.contains(secret.kind())).count();
        draft.setStat(STAT, count);
        return keep.judge(STAT, count);
    }
}
