package quern.curation.deident;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Numbers that a word beside them names: record, account, policy, licence, serial numbers and the rest. The word stands
 * before the number, some words before it, before several of them, or behind it in parentheses.
 */
final class LabelFinder {

    private static final int REACH = 64;
    private static final int FAR_REACH = 90;
    private static final int DIGITS_MIN = 3;
    private static final int FAR_DIGITS_MIN = 5;
    private static final int LISTED_MAX = 16;
    private static final int LAST_DIGITS = 4;
    private static final int CARD_DIGITS = 10;
    private static final int WORDS_BEHIND_MAX = 6;
    private static final int ANSWER_LINE_MAX = 28;
    private static final String NO = "(?:numbers?|no\\b|nos\\b|nr\\b|num\\b|nummer|id\\b|ids\\b|identifier|"
            + "code|#|n[\u00B0\u00BA]|\u2116|n\\.)";
    private static final String MARKS = "[\\s.:#=|()\\[\\]\"'>\u2013\u2014-]{0,6}";
    /** Digits that were made unreadable before the last ones. */
    private static final String HIDDEN = "(?:[*\u2022\u2026.]{1,12}[\\s-]?){0,4}"
            + "(?:[xX]{3,12}[\\s-](?:[xX]{2,12}[\\s-]){0,3})?";
    /** What stands between a label and its number. */
    private static final Pattern GLUE = Pattern.compile("\\.?(?:\\s?\\((?:[^()\\d\\n]|\\d(?!\\d)){1,24}\\))?"
            + MARKS + "(?:" + NO + "\\.?" + MARKS + "){0,2}"
            + "(?:[/&]\\s?\\p{L}{2,12}\\b\\.?\\s?(?:" + NO + "\\.?)?" + MARKS + ")?"
            + "(?:\\.{2,40}\\s?|_{2,40}\\s?|[ \\t]{2,40})?"
            + "(?:\\(?(?:is|are|was|lautet|est|ist|of|ending(?:\\sin|\\swith)?|ends\\sin|auf|:"
            + "|last (?:four|4)(?: digits)?|letzte (?:vier|4)(?: ziffern)?|endend auf|se terminant par)\\)?:?\\s{1,2})?"
            + HIDDEN, Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
    /** Words between a label and its number, the last of which says that it comes. */
    private static final Pattern FAR = Pattern.compile("(?:[\\s,]{1,2}(?:\\p{L}[\\p{L}'\u2019-]{0,14})){1,6}?"
            + "(?:\\s{1,2}(?:is|was|are|lautet|lauten|ist|est|being|reads?|shows?"
            + "|showed|showing|as|with|mit)\\b|\\s?[:=#])[\\s:#]{1,3}",
            Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
    /** The next line of a conversation, by somebody else: {@code … your member id?\n[10:02] caller: sure, it's}. */
    private static final Pattern ANSWER = Pattern.compile("[\\p{L} ,.']{0,24}(?:\\?[ \\t]{0,2}\\n|\\n(?=\\[?\\d{1,2}:))"
            + "(?:\\[?\\d{1,2}:\\d{2}(?::\\d{2})?\\]?\\s{0,2})?\\p{L}[\\p{L} .]{0,24}:\\s"
            + "(?:[\\p{L}'\u2019,]{1,8}\\s){0,4}");
    private static final Pattern AND = Pattern.compile("\\s{0,2}(?:\\([^()\\n]{1,24}\\)\\s{0,2})?(?:[,;/|&+]"
            + "|(?:and|or|und|"
            + "oder|et|ou|bzw\\.?|sowie|then)\\b)\\s{1,3}(?:(?:and|or|und|oder|et|ou)\\s{1,2})?(?:#\\s?)?",
            Pattern.CASE_INSENSITIVE);
    private static final Set<String> OF = Set.of("of", "de", "du", "des", "der", "d", "l", "la", "le", "les", "the",
            "your", "her", "his", "dem", "die", "das");

    /**
     * @param rest what follows the label's first word, before the number
     * @param numbered whether one of the words for "number" or a colon has to stand between label and value
     */
    private record Label(IdentifierKind kind, Pattern rest, boolean numbered) {}

    private static final Map<String, List<Label>> LABELS = labels();

    private final Runs runs;
    private final String text;
    private final List<Finding> found;
    private final CodeReader codes;
    private final Runs.Anchored glue;
    private final Runs.Anchored far;
    private final Runs.Anchored and;
    private final Runs.Anchored answer;

    LabelFinder(Runs runs, List<Finding> found) {
        this.runs = runs;
        this.text = runs.text;
        this.found = found;
        this.codes = new CodeReader(runs);
        this.glue = runs.anchored(GLUE);
        this.far = runs.anchored(FAR);
        this.and = runs.anchored(AND);
        this.answer = runs.anchored(ANSWER);
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

    /** Whether a word is the first of a label. */
    static boolean isLabel(Runs runs, int run) {
        return LABELS.containsKey(runs.lower(run));
    }

    void find() {
        Map<Label, Runs.Anchored> rests = new HashMap<>();
        for (int run = 0; run < runs.count(); run++) {
            if (!runs.isWord(run) || runs.length(run) == 2 && run > 0 && runs.isGap(run - 1, '/')
                    && CodeShape.isUnitWord(runs.lower(run - 1))) {
                continue;
            }
            boolean named = false;
            for (Label label : LABELS.getOrDefault(runs.lower(run), List.of())) {
                Runs.Anchored rest = rests.computeIfAbsent(label, l -> runs.anchored(l.rest()));
                if (rest.at(runs.to(run), REACH)) {
                    named |= before(label.kind(), run);
                    if (value(label, runs.to(run), rest.to())) {
                        named = true;
                        break;
                    }
                }
            }
            if (!named) {
                anyNumber(run);
            }
        }
    }

    private boolean value(Label label, int wordTo, int labelTo) {
        if (!glue.at(labelTo, REACH)) {
            return false;
        }
        int from = glue.to();
        if (Character.isLetterOrDigit(runs.charAt(from - 1)) && from == labelTo) {
            return runs.charAt(labelTo) == '?' && far(label, labelTo);
        }
        boolean vehicle = label.kind() == IdentifierKind.VEHICLE;
        String between = text.substring(wordTo, from);
        if (vehicle && between.contains("   ")) {
            return false;
        }
        boolean said = between.chars().anyMatch(c -> ":#=|".indexOf(c) >= 0 || Character.isLetter(c));
        int to = valueTo(from, vehicle);
        boolean any = label.rest() == null && label.numbered();
        int least = vehicle ? 1 : any ? DIGITS_MIN + 1 : said || !label.numbered() ? DIGITS_MIN : DIGITS_MIN + 2;
        if (codes.digits(from, to) < least && !isShort(label.kind(), from, to)) {
            return far(label, labelTo);
        }
        if (CodeShape.isAmount(text.substring(from, to)) || CodeShape.isPublic(text.substring(from, to))) {
            return false;
        }
        boolean glued = between.equals("-");
        add(label.kind(), glued ? runs.from(runs.runAt(wordTo) - 1) : from, to,
                any ? 0.75 : said ? 0.97 : label.numbered() ? 0.72 : 0.93);
        return true;
    }

    /** The last four digits of a card; a capital with three digits behind a word for somebody who is numbered. */
    private boolean isShort(IdentifierKind kind, int from, int to) {
        if (kind == IdentifierKind.CREDIT_CARD) {
            return to - from == LAST_DIGITS && codes.digits(from, to) == LAST_DIGITS && !text.startsWith("19", from)
                    && !text.startsWith("20", from) && "-/.,:%".indexOf(runs.charAt(to)) < 0;
        }
        return (kind == IdentifierKind.MRN || kind == IdentifierKind.OTHER_ID) && to - from >= LAST_DIGITS
                && Character.isUpperCase(text.charAt(from)) && codes.digits(from, to) >= to - from - 1
                && codes.digits(from, to) >= DIGITS_MIN && Character.isDigit(text.charAt(from + 1));
    }

    private int valueTo(int from, boolean vehicle) {
        int vin = vehicle ? codes.vinTo(from) : from;
        return vin > from ? vin : withVersion(from, codes.to(from, vehicle));
    }

    /** With the two letters of a card's version behind ten digits: {@code 1234567890 AB}, where a field ends. */
    private int withVersion(int from, int to) {
        int next = runs.runAt(to);
        boolean letters = runs.isAllCapitals(next) && runs.length(next) == 2 && runs.from(next) == to + 1
                && " -\n".indexOf(runs.charAt(to)) >= 0 && codes.digits(from, to) == CARD_DIGITS;
        if (!letters) {
            return to;
        }
        char behind = runs.charAt(runs.to(next));
        return "\n.,;)|".indexOf(behind) >= 0 || behind == ' ' && runs.charAt(runs.to(next) + 1) == ' '
                ? runs.to(next) : to;
    }

    /** {@code The account that she closed was 123456}. */
    private boolean far(Label label, int labelTo) {
        boolean said = runs.charAt(labelTo) != '\n' && far.at(labelTo, FAR_REACH);
        if (!said && (text.indexOf('\n', labelTo, Math.min(text.length(), labelTo + ANSWER_LINE_MAX)) < 0
                || !answer.at(labelTo, FAR_REACH))) {
            return false;
        }
        int from = said ? far.to() : answer.to();
        boolean vehicle = label.kind() == IdentifierKind.VEHICLE;
        int to = valueTo(from, vehicle);
        boolean mixed = to > from && text.substring(from, to).chars().anyMatch(Character::isLetter);
        if (CodeShape.isPublic(text.substring(from, to))
                || codes.digits(from, to) < (mixed ? DIGITS_MIN : isColon(from) ? LAST_DIGITS : FAR_DIGITS_MIN)) {
            return false;
        }
        add(label.kind(), from, to, 0.8);
        return true;
    }

    private boolean isColon(int from) {
        return runs.charAt(from - 2) == ':' && !text.startsWith("19", from) && !text.startsWith("20", from);
    }

    /** A number, and those of its form that are listed behind it. */
    private void add(IdentifierKind kind, int from, int to, double confidence) {
        found.add(new Finding(kind, from, to, confidence));
        int lastFrom = from;
        int lastTo = to;
        for (int listed = 0; listed < LISTED_MAX && and.at(lastTo, REACH); listed++) {
            int nextFrom = and.to();
            int nextTo = valueTo(nextFrom, kind == IdentifierKind.VEHICLE);
            if (!isLike(lastFrom, lastTo, nextFrom, nextTo)) {
                return;
            }
            found.add(new Finding(kind, nextFrom, nextTo, Math.min(confidence, 0.85)));
            lastFrom = nextFrom;
            lastTo = nextTo;
        }
    }

    /** As many digits or nearly so, and letters where the other has some. */
    private boolean isLike(int from, int to, int otherFrom, int otherTo) {
        int digits = codes.digits(from, to);
        int others = codes.digits(otherFrom, otherTo);
        int first = runs.runAt(otherFrom);
        boolean word = runs.isWord(first) && runs.length(first) > 2;
        if (word && !runs.lower(first).equals(runs.lower(runs.runAt(from)))) {
            return false;
        }
        boolean letters = Character.isLetter(text.charAt(from));
        boolean otherLetters = otherTo > otherFrom && Character.isLetter(text.charAt(otherFrom));
        return others > 0 && letters == otherLetters && Math.abs(digits - others) <= 1
                && (others > 4 || letters || digits == others && digits > 2 && to - from == otherTo - otherFrom);
    }

    /** A number whose label stands behind it: {@code 123456 (MRN)}. */
    private boolean before(IdentifierKind kind, int run) {
        char mark = runs.charAt(runs.from(run) - 1);
        if (run == 0 || mark != '(' && mark != '[' || !runs.isGap(run - 1, "([", 3)) {
            return false;
        }
        int to = runs.to(run - 1);
        int from = codes.back(run - 1);
        if (codes.digits(from, to) <= DIGITS_MIN) {
            return false;
        }
        found.add(new Finding(kind, from, to, 0.85));
        return true;
    }

    /** A word for "number" that no label of the table begins: the words beside it say whose. */
    private void anyNumber(int run) {
        String word = runs.lower(run);
        String stem = NumberWords.compounded(word);
        boolean sign = stem == null && isSign(run);
        if (stem == null && !sign && !NumberWords.isNumber(word) && !NumberWords.isAccount(word)) {
            return;
        }
        String beside = stem != null ? stem : sign || NumberWords.isAccount(word) ? word : run > 0
                && runs.isGap(run - 1, "-.", 3) ? runs.lower(run - 1) : "";
        if (NumberWords.isCount(beside) || NumberWords.isCount(word)) {
            return;
        }
        IdentifierKind kind = NumberWords.kindOf(beside);
        char next = runs.charAt(runs.to(run));
        if (kind == null && stem == null && !sign && isWordToo(word, next)) {
            return;
        }
        int labelTo = runs.to(run);
        int last = behind(run);
        for (int of = run + 1; of <= last; of++) {
            if (NumberWords.isCount(runs.lower(of)) || runs.lower(run).equals("number") && kind == null
                    && next != ' ') {
                return;
            }
            kind = kind == null ? NumberWords.kindOf(runs.lower(of)) : kind;
            labelTo = runs.to(of);
        }
        if (last > run && kind == null && word.equals("number")) {
            return;
        }
        IdentifierKind known = kind == null ? IdentifierKind.OTHER_ID : kind;
        if (!before(known, run)) {
            value(new Label(known, null, kind == null), runs.from(run), labelTo);
        }
    }

    /** A word before a number sign that no number is glued to: {@code Incident #: 4711}, not {@code issue #4711}. */
    private boolean isSign(int run) {
        int to = runs.to(run);
        int at = runs.charAt(to) == '#' ? to : to + 1;
        return runs.charAt(at) == '#' && (at == to || Runs.isBlank(runs.charAt(to)))
                && !Character.isLetterOrDigit(runs.charAt(at + 1));
    }

    /** Words that mean other things too, unless a mark behind them says that a number follows. */
    private static boolean isWordToo(String word, char next) {
        return switch (word) {
            case "n" -> next != '\u00B0' && next != '\u00BA';
            case "no", "num" -> next != '.' && next != ':' && next != '\u00B0' && next != '\u00BA' && next != '#';
            case "code", "id", "identification" -> next != ':' && next != '#' && next != '=';
            default -> false;
        };
    }

    /** The last word of {@code numéro de carte d'assuré}; the run itself where none follows. */
    private int behind(int run) {
        int gap = runs.charAt(runs.to(run)) == '\u00B0' || runs.charAt(runs.to(run)) == '\u00BA' ? 3 : 2;
        if (!OF.contains(runs.lower(run + 1)) || !runs.isGap(run, "\u00B0\u00BA ", gap)) {
            return run;
        }
        int last = run + 1;
        while (last < run + WORDS_BEHIND_MAX && runs.isWord(last + 1) && runs.isGap(last, "'\u2019", 2)
                && runs.charAt(runs.to(last)) != '\n') {
            last++;
        }
        return last;
    }
}
