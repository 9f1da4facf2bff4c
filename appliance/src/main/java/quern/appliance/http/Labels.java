package quern.appliance.http;

import java.util.LinkedHashSet;
import java.util.Set;

/** Labels as requests carry them: short, plain words. */
final class Labels {

    private static final int CHARS_MAX = 64;

    private Labels() {}

    /** @throws ApiError 400 if one is not a word of letters, digits and {@code . _ : -} */
    static Set<String> read(Fields fields, String field, int countMax) {
        var labels = new LinkedHashSet<String>();
        for (String label : fields.texts(field, countMax)) {
            if (!label.matches("[\\p{L}\\p{N}._:-]{1," + CHARS_MAX + "}")) {
                throw fields.invalid(field, "holds a label that is no word of 1 to " + CHARS_MAX
                        + " letters, digits and . _ : -");
            }
            labels.add(label);
        }
        return labels;
    }
}
