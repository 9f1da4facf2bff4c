package quern.curation.deident;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Finds identifiers and replaces them.
 *
 * @param kinds what is replaced
 * @param confidenceMin from which confidence on a finding is sure
 * @param whenUnsure what becomes of findings below that, and of a text that the recogniser could not read whole
 * @param recognizer looks beside the rules; null: nobody does
 */
public record Deidentifier(Replacer replacer, Set<IdentifierKind> kinds, double confidenceMin, WhenUnsure whenUnsure,
        Recognizer recognizer) {

    /** What becomes of something that may be an identifier. */
    public enum WhenUnsure {
        /** It stays, and is counted. */
        KEEP,
        /** The whole text is dropped. */
        DROP,
        /** It is replaced as if it were one. */
        MASK;

        /** @throws IllegalArgumentException for another word */
        public static WhenUnsure of(String word) {
            for (WhenUnsure value : values()) {
                if (value.name().toLowerCase(Locale.ROOT).equals(word)) {
                    return value;
                }
            }
            throw new IllegalArgumentException("when_unsure is '" + word + "', expected keep, drop or mask");
        }
    }

    /**
     * @param text null where it is to be dropped
     * @param counts what happened how often: {@code masked name}, {@code unsure phone}; never a part of the text
     */
    public record Result(String text, Map<String, Integer> counts) {}

    public Deidentifier {
        kinds = Set.copyOf(kinds);
    }

    /** By rules alone. */
    public Deidentifier(Replacer replacer, Set<IdentifierKind> kinds, double confidenceMin, WhenUnsure whenUnsure) {
        this(replacer, kinds, confidenceMin, whenUnsure, null);
    }

    /** @param scope whose text it is: dates of one scope are shifted alike */
    public Result apply(String text, String scope) {
        Map<String, Integer> counts = new TreeMap<>();
        List<Finding> taken = new ArrayList<>();
        Recognizer.Recognized more = recognizer == null ? new Recognizer.Recognized(List.of(), true)
                : recognizer.find(text, note -> counts.merge(note, 1, Integer::sum));
        boolean dropped = !more.whole() && whenUnsure == WhenUnsure.DROP;
        List<Finding> found = recognizer == null ? IdentifierFinder.find(text)
                : IdentifierFinder.find(text, more.findings());
        for (Finding finding : found) {
            if (!kinds.contains(finding.kind())) {
                continue;
            }
            boolean sure = finding.confidence() >= confidenceMin;
            if (!sure) {
                counts.merge("unsure " + finding.kind().key(), 1, Integer::sum);
                dropped |= whenUnsure == WhenUnsure.DROP;
            }
            if (sure || whenUnsure == WhenUnsure.MASK) {
                taken.add(finding);
            }
        }
        if (dropped) {
            return new Result(null, counts);
        }
        List<String> replacements = replacer.replace(text, taken, scope);
        StringBuilder made = new StringBuilder(text.length() + 16);
        int at = 0;
        for (int i = 0; i < taken.size(); i++) {
            made.append(text, at, taken.get(i).from()).append(replacements.get(i));
            at = taken.get(i).to();
            counts.merge(replacer.done() + " " + taken.get(i).kind().key(), 1, Integer::sum);
        }
        return new Result(taken.isEmpty() ? text : made.append(text, at, text.length()).toString(), counts);
    }
}
