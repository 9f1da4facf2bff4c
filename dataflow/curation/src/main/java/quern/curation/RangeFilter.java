package quern.curation;

import quern.curation.text.TextView;

/**
 * Measures one number of a text and keeps the sample if it lies in an interval. A sample that already holds the stat
 * under {@link Draft#STATS} is not measured again.
 */
public interface RangeFilter extends Filter {

    String textKey();

    /** Where the measured value is written. */
    String statKey();

    Interval keep();

    double measure(TextView text);

    @Override
    default boolean isIndependent() {
        return true;
    }

    @Override
    default Bound bound() {
        return new Bound(statKey(), keep());
    }

    @Override
    default Verdict judge(Draft draft) {
        double value = draft.stat(statKey());
        if (Double.isNaN(value)) {
            value = measure(draft.view(textKey()));
            draft.setStat(statKey(), value);
        }
        return keep().judge(statKey(), value);
    }
}
