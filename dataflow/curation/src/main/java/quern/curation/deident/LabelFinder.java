package quern.curation.deident;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Numbers that a word before them names: record, account, policy, licence, serial numbers and the rest. */
final class LabelFinder {

    private static final int REACH = 64;
    private static final int VALUE_CHARS_MAX = 36;
    private static final int DIGITS_MIN = 3;
    private static final int GROUP_CHARS_MAX = 4;
    private static final String NO = "(?:numbers?|no\\b|nos\\b|nr\\b|num\\b|nummer|id\\b|ids\\b|identifier|"
            + "code|#|n\u00B0|\u2116|n\\.)";
    /** What stands between a label and its number. */
    private static final Pattern GLUE = Pattern.compile("\\.?[\\s.:#=|()\\[\\]\"'\u2013-]{0,6}(?:" + NO
            + "\\.?[\\s.:#=|()\\[\\]\"'\u2013-]{0,6}){0,2}(?:\\(?(?:is|are|was|lautet|est|ist|of|ending in|ends "
            + "in|auf|:)\\)?\\s{1,2})?",
            Pattern.CASE_INSENSITIVE);

    /**
     * @param rest what follows the label's first word, before the number
     * @param numbered whether one of the words for "number" or a colon has to stand between label and value
     */
    private record Label(IdentifierKind kind, Pattern rest, boolean numbered) {}

    private static final Map<String, List<Label>> LABELS = labels();

    private final Runs runs;
    private final String text;
    private final List<Finding> found;
    private final Runs.Anchored glue;

    LabelFinder(Runs runs, List<Finding> found) {
        this.runs = runs;
        this.text = runs.text;
        this.found = found;
        this.glue = runs.anchored(GLUE);
    }

    private static Map<String, List<Label>> labels() {
        Map<String, List<Label>> all = new HashMap<>();
        for (LabelTable.Row row : LabelTable.ROWS) {
            Label label = new Label(row.kind(), Pattern.compile(row.rest(), Pattern.CASE_INSENSITIVE
                    | Pattern.UNICODE_CASE), row.numbered());
            for (String word : row.words().split(" ")) {
                all.computeIfAbsent(word, absent -> new ArrayList<>()).add(label);
            }
        }
        return all;
    }

    void find() {
        Map<Label, Runs.Anchored> rests = new HashMap<>();
        for (int run = 0; run < runs.count(); run++) {
            if (!runs.isWord(run)) {
                continue;
            }
            for (Label label : LABELS.getOrDefault(runs.lower(run), List.of())) {
                Runs.Anchored rest = rests.computeIfAbsent(label, l -> runs.anchored(l.rest()));
                if (rest.at(runs.to(run), REACH) && value(label, runs.to(run), rest.to())) {
                    break;
                }
            }
        }
    }

    private boolean value(Label label, int wordTo, int labelTo) {
        if (!glue.at(labelTo, REACH)) {
            return false;
        }
        int from = glue.to();
        if (Character.isLetterOrDigit(runs.charAt(from - 1)) && from == labelTo) {
            return false;
        }
        String between = text.substring(wordTo, from);
        boolean said = between.chars().anyMatch(c -> ":#=|".indexOf(c) >= 0 || Character.isLetter(c));
        int to = valueTo(from, label.kind() == IdentifierKind.VEHICLE);
        int digits = 0;
        for (int i = from; i < to; i++) {
            digits += Character.isDigit(text.charAt(i)) ? 1 : 0;
        }
        int least = label.kind() == IdentifierKind.VEHICLE ? 1 : said || !label.numbered() ? DIGITS_MIN : DIGITS_MIN
                + 2;
        if (digits < least) {
            return false;
        }
        found.add(new Finding(label.kind(), from, to, said ? 0.97 : label.numbered() ? 0.72 : 0.93));
        return true;
    }

    /** The end of a number that may hold letters, and groups with separators or, where they are short, spaces. */
    private int valueTo(int from, boolean plate) {
        int run = runs.runAt(from);
        if (run >= runs.count() || runs.from(run) != from || runs.length(run) > VALUE_CHARS_MAX
                || !runs.hasDigits(run) && !startsCode(run, plate)) {
            return from;
        }
        while (run + 1 < runs.count() && runs.to(run + 1) - from <= VALUE_CHARS_MAX && joined(run, plate)) {
            run++;
        }
        return runs.to(run);
    }

    /** Letters that begin a number: {@code INV-2034}, {@code HD A 123}. */
    private boolean startsCode(int run, boolean plate) {
        boolean digitsNext = runs.hasDigits(run + 1) && (joinedAnyhow(run) || plate && runs.isSpace(run));
        boolean lettersNext = runs.isWord(run + 1) && runs.length(run + 1) <= 2 && runs.hasDigits(run + 2)
                && joinedAnyhow(run) && runs.isGap(run + 1, "-", 3);
        return runs.length(run) <= GROUP_CHARS_MAX && (plate || runs.isAllCapitals(run) || runs.isGap(run, '-')
                || !NameWords.STOP.contains(runs.lower(run)))
                && Months.number(runs.lower(run)) == 0 && (digitsNext || lettersNext);
    }

    private boolean joinedAnyhow(int run) {
        return runs.isGap(run, "-/._", 3) && (runs.charAt(runs.to(run)) != '\n' || runs.isAllCapitals(run));
    }

    private boolean joined(int run, boolean plate) {
        int gap = runs.from(run + 1) - runs.to(run);
        char c = runs.charAt(runs.to(run));
        boolean digitsNext = runs.hasDigits(run + 1);
        if (gap == 1 && (c == '-' || c == '\u2013' || c == '/' || c == '_' || c == '.' && digitsNext)) {
            return digitsNext || runs.length(run + 1) <= GROUP_CHARS_MAX;
        }
        if (gap <= 3 && runs.isGap(run, "-/", 3) && !runs.isGap(run, "", 3)) {
            return digitsNext && (runs.hasDigits(run) || runs.isAllCapitals(run));
        }
        if (c == '.' || runs.charAt(runs.to(run) + 1) == '.') {
            boolean thousands = runs.length(run) <= 4 && runs.length(run + 1) == 3 && runs.isDigits(run + 1);
            return gap <= 3 && thousands && runs.isDigits(run) && runs.isGap(run, ".", 3);
        }
        if (!runs.isGap(run, "", 2)) {
            return false;
        }
        if (digitsNext) {
            boolean ends = !runs.isSpace(run + 1);
            return runs.length(run) <= GROUP_CHARS_MAX || runs.length(run + 1) <= 2 && ends;
        }
        boolean letters = runs.length(run + 1) <= 3 && (plate && runs.isCapitalised(run + 1)
                || !NameWords.STOP.contains(runs.lower(run + 1)))
                && (plate || runs.isAllCapitals(run + 1) || runs.length(run + 1) == 1 && runs.isCapitalised(run + 1));
        boolean shortRun = runs.length(run) <= GROUP_CHARS_MAX;
        return letters && shortRun && (runs.hasDigits(run + 2) && runs.isGap(run + 1, "-", 2) || runs.hasDigits(run));
    }
}
