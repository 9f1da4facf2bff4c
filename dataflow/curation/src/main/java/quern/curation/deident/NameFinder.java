package quern.curation.deident;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Names of people: behind titles, labels, greetings, relatives and closings, before degrees, and where dictionaries
 * know a first name or a surname. What was found surely is looked for, part by part, in the rest of the text. Names
 * of diseases, signs and devices are none.
 */
final class NameFinder {

    private static final double SURE = 0.72;
    private static final double DOUBTFUL = 0.5;
    private static final int PARTS_MAX = 5_000;
    private static final int PART_CHARS_MIN = 2;

    private final Runs runs;
    private final Lexicon lexicon;
    private final int common;
    private final boolean lower;
    private final List<Finding> found;
    private final NamePhrase phrase;
    private final NameTraits traits;
    /** Words of the names found, with the most that is known of how sure one is. */
    private final Map<String, Double> parts = new HashMap<>();
    /** First letters of names of two words and more. */
    private final Set<String> initials = new HashSet<>();
    private final boolean[] covered;

    NameFinder(Runs runs, Lexicon lexicon, int common, boolean lower, List<Finding> found) {
        this.runs = runs;
        this.lexicon = lexicon;
        this.common = common;
        this.lower = lower;
        this.found = found;
        this.traits = new NameTraits(runs, lexicon, common);
        this.phrase = new NamePhrase(runs, lexicon, common, lower);
        this.covered = new boolean[runs.count()];
    }

    void find() {
        placed();
        for (int run = 0; run < runs.count(); run++) {
            if (runs.isWord(run) && !covered[run]) {
                said(run);
            }
        }
        new NameLines(runs, lower, found).find(this::cued);
        NameCues cues = new NameCues(runs, lexicon, common, lower, phrase, this::cued);
        for (int run = 0; run < runs.count(); run++) {
            if (runs.isWord(run)) {
                cues.word(run);
            }
        }
        for (int run = 0; run < runs.count(); run++) {
            if (runs.isWord(run) && !covered[run]) {
                run = Math.max(run, known(run));
            }
        }
        new InitialsFinder(runs, initials, found).find();
        for (int run = 0; run < runs.count(); run++) {
            if (runs.isWord(run) && !covered[run] && parts.containsKey(runs.lower(run))) {
                again(run);
            }
        }
    }

    /** Names that a field of a message or record holds: their words are looked for in the rest of the text. */
    private void placed() {
        for (Finding finding : found) {
            if (finding.kind() != IdentifierKind.NAME || finding.confidence() < KeyFinder.SURE) {
                continue;
            }
            for (int run = runs.runAt(finding.from()); run < runs.count() && runs.from(run) < finding.to(); run++) {
                covered[run] = true;
                learn(runs.lower(run), finding.confidence());
            }
        }
    }

    private void learn(String part, double confidence) {
        if (part.length() > PART_CHARS_MIN && parts.size() < PARTS_MAX && !NameWords.PARTICLES.contains(part)) {
            parts.merge(part, confidence, Math::max);
        }
    }

    /** Names that the words before them announce. */
    private void said(int run) {
        String word = runs.lower(run);
        char next = runs.charAt(runs.to(run));
        boolean dotted = NameWords.DOTTED_TITLES.contains(word) && next == '.'
                && (word.length() > 1 || common == Lexicon.FRENCH);
        if (NameWords.TITLES.contains(word) || dotted) {
            titled(run, next);
        } else if (NameWords.RELATIVES.contains(word) && runs.isGap(run, ",:", 3)) {
            boolean colon = next == ':';
            name(run + 1, colon, colon ? 0.9 : 0.85);
        } else if (NameWords.GREETINGS.contains(word) && runs.isSpace(run)) {
            greeted(run);
        }
        if (NameWords.LABELS.contains(word)) {
            labelled(run, word);
        }
        if (NameWords.BY.contains(word) && NameWords.DONE.contains(runs.lower(run - 1)) && runs.isGap(run, ":", 3)) {
            name(skipTitles(run + 1), true, 0.88);
        } else if (NameWords.MEETING.contains(word) && runs.isSpace(run)) {
            name(run + 1, false, 0.8);
        } else if (NameWords.CLOSINGS.contains(word)) {
            closed(run);
        }
    }

    private void titled(int run, char next) {
        if (!runs.isGap(run, runs.length(run) <= 4 ? ".:" : "", 4)) {
            return;
        }
        boolean unit = runs.isLower(run) && runs.isDigits(run - 1) && runs.length(run) <= 2;
        if (unit || runs.isLower(run) && !lower && runs.lower(run).equals("ms")) {
            return;
        }
        int first = skipTitles(run + 1);
        boolean small = runs.isLower(first) && !lower;
        boolean particle = small && NameWords.PARTICLES.contains(runs.lower(first));
        boolean titleIsWord = !lower && runs.isLower(run) && next != '.' && !runs.lower(run).equals("dr")
                && common != Lexicon.GERMAN;
        if (!small || particle) {
            name(first, !titleIsWord, titleIsWord ? 0.8 : 0.95);
        }
    }

    private int skipTitles(int first) {
        int run = first;
        while (run < first + 5 && runs.isWord(run) && (NameWords.SECOND_TITLES.contains(runs.lower(run))
                || NameWords.TITLES.contains(runs.lower(run))) && runs.isGap(run, ".", 4)
                && !(runs.length(run) == 1 && runs.isCapitalised(run))) {
            run++;
        }
        return run;
    }

    private void greeted(int run) {
        int first = skipTitles(run + 1);
        int known = runs.isWord(first) ? lexicon.of(runs.word(first)) : 0;
        int last = phrase.last(first, true);
        char end = last >= first ? runs.charAt(runs.to(last)) : 'x';
        if (last >= first && first == run + 1 && traits.allCommon(first, last) && !traits.isKnownName(first, last)) {
            return;
        }
        boolean closed = end == ',' || end == ':' || end == '!' || end == '\n' || first > run + 1;
        if (closed || (known & (Lexicon.FIRST | Lexicon.LAST)) != 0) {
            name(first, true, 0.93);
        }
    }

    /** A label with a colon: the rest of the line, turned round where there is a comma. */
    private void labelled(int run, String word) {
        String gap = runs.gap(run);
        boolean colon = gap.indexOf(':') >= 0 && gap.indexOf(':') <= 2 || gap.indexOf('|') >= 0;
        boolean bare = !colon && lower && word.equals("patient") || !colon && word.equals("patient") && gap.equals(" ");
        if (!colon && !bare || gap.length() > 8 || gap.indexOf('\n') >= 0 && gap.indexOf('\n') < gap.length() - 1) {
            return;
        }
        int first = skipTitles(run + 1);
        int last = phrase.last(first, colon);
        if (last < first) {
            return;
        }
        if (bare && !traits.isKnownName(first, last)) {
            return;
        }
        boolean turned = runs.isGap(last, ",", 3) && !runs.isSpace(last) && runs.charAt(runs.to(last)) == ',';
        int turnedLast = turned ? phrase.last(last + 1, false) : last;
        boolean credentials = turned && NameWords.CREDENTIALS.contains(runs.lower(last + 1));
        if (turnedLast > last && !credentials && turnedLast - last <= 3 && (traits.isFirst(last + 1) || colon)
                && (lexicon.of(runs.word(last + 1)) & Lexicon.CITY) == 0) {
            last = turnedLast;
        }
        boolean unlikely = !traits.isKnownName(first, last) && traits.allCommon(first, last);
        if (!unlikely || !lower && !runs.isSpace(last)) {
            add(first, last, unlikely ? 0.5 : 0.93);
        }
    }

    /** Sincerely, and the like: the name is on one of the next two lines. */
    private void closed(int run) {
        String gap = runs.gap(run);
        int lineEnd = gap.indexOf('\n');
        if (lineEnd < 0 || gap.substring(0, lineEnd).strip().length() > 1) {
            return;
        }
        int first = skipTitles(run + 1);
        int last = phrase.last(first, true);
        if (last < first) {
            return;
        }
        char end = runs.charAt(runs.to(last));
        if ((end == '\n' || end == ',' || end == '.' || end == ' ' && runs.charAt(runs.to(last) + 1) == '(')
                && !(traits.allCommon(first, last) && !traits.isKnownName(first, last) && last > first)) {
            add(first, last, 0.9);
        }
    }

    private void name(int first, boolean strong, double confidence) {
        int last = phrase.last(first, strong);
        if (last < first) {
            return;
        }
        boolean written = !lower && common == Lexicon.ENGLISH && last == first && runs.isCapitalised(first)
                && runs.isLower(first - 1) && runs.isGap(first - 1, ' ');
        if (!strong && !traits.isKnownName(first, last) && traits.allCommon(first, last) && !written) {
            return;
        }
        if (strong && lower && NameWords.isEponym(runs, last)) {
            return;
        }
        add(first, last, confidence);
    }

    /**
     * Names that dictionaries know, and pairs of capitalised words that no dictionary knows.
     *
     * @return the last run that was looked at
     */
    private int known(int run) {
        if (!runs.isCapitalised(run) && !(lower && (traits.isFirst(run) || phrase.isLowerName(run)))) {
            return run;
        }
        int last = phrase.last(run, false);
        for (int at = run; at <= last; at++) {
            if (covered[at]) {
                last = at - 1;
            }
        }
        if (last < run || NameWords.isEponym(runs, last) || isOrganisation(run, last)) {
            return Math.max(run, last);
        }
        if (NameWords.isDegree(runs, last)) {
            if (!traits.allCommon(run, last) || traits.isKnownName(run, last)) {
                add(run, last, 0.93);
            }
            return last;
        }
        boolean comma = runs.isGap(last, ",", 3) && runs.charAt(runs.to(last)) == ',';
        boolean unknown = runs.isCapitalised(last + 1) && !runs.isAllCapitals(last + 1) && runs.length(last + 1) > 3
                && lexicon.of(runs.word(last + 1)) == 0 && (lexicon.of(runs.word(last)) & Lexicon.LAST) != 0;
        boolean first = (traits.isFirst(last + 1) || unknown) && (runs.isCapitalised(last + 1) || lower);
        if (comma && first && !traits.isAcronym(last) && last - run < 3 && traits.isSurname(last)) {
            int turned = phrase.last(last + 1, false);
            if (turned - last <= 3) {
                add(run, turned, 0.88);
                return turned;
            }
        }
        judge(run, last);
        return last;
    }

    /** Not where a surname that is a place too stands behind a first name: {@code Walter Park}. */
    private boolean isOrganisation(int run, int last) {
        boolean person = last == run + 1 && traits.isFirst(run) && (lexicon.of(runs.word(last)) & Lexicon.LAST) != 0
                && (lexicon.of(runs.word(run)) & common) == 0;
        return !person && NameWords.isOrganisation(runs, run, last);
    }

    /** How sure a sequence of capitalised words is a name, by its words. */
    private void judge(int run, int last) {
        int first = run;
        while (first < last && !phrase.isInitial(first) && !phrase.isBareInitial(first, false)
                && !traits.isFirst(first) && runs.isSpace(first)
                && (lexicon.of(runs.word(first)) & common) != 0) {
            first++;
        }
        while (first < last && !runs.isAllCapitals(last) && traits.isAcronym(first) && runs.isSpace(first)) {
            first++;
        }
        int known = lexicon.of(runs.word(first));
        boolean everyday = (known & common) != 0;
        if (last > first && traits.isAcronym(first) && traits.isAcronym(last)) {
            return;
        }
        if (last == first) {
            single(first, known, everyday);
            return;
        }
        int lastKnown = lexicon.of(runs.word(last));
        int person = Lexicon.FIRST | Lexicon.LAST;
        if (runs.isAllCapitals(last) && runs.length(last) <= NameTraits.ACRONYM_CHARS_MAX
                && (known & lastKnown & person) == 0) {
            return;
        }
        boolean lastEveryday = (lastKnown & common) != 0 && (lastKnown & Lexicon.LAST) == 0;
        if (phrase.isInitial(first) || phrase.isBareInitial(first, false)) {
            add(first, last, lastEveryday ? 0.5 : 0.85);
        } else if (traits.isFirst(first)) {
            add(first, last, everyday && lastEveryday ? 0.55 : lastEveryday ? 0.75 : 0.9);
        } else if (!everyday && !lastEveryday && (lastKnown & Lexicon.LAST) != 0) {
            add(first, last, 0.6);
        } else if (!everyday && (known & lastKnown & Lexicon.PROPER) != 0 && (lastKnown & common) == 0
                && common != Lexicon.GERMAN) {
            add(first, last, 0.5);
        } else if (known == 0 && (lastKnown & Lexicon.PROPER) != 0 || lastKnown == 0 && runs.isGap(first, '-')) {
            add(first, last, 0.5);
        } else if (!everyday && !lastEveryday && (known & lastKnown & Lexicon.PROPER) == 0 || traits.isFirst(last)
                && !everyday) {
            boolean german = common == Lexicon.GERMAN;
            add(first, last, known == 0 && lastKnown == 0 && german && last - first > 1 ? 0.35 : 0.55);
        }
    }

    private void single(int run, int known, boolean everyday) {
        char before = runs.charAt(runs.from(run) - 1);
        char after = runs.charAt(runs.to(run));
        if (before == '-' || after == '-' || NamePhrase.isMixed(runs.word(run)) || after == '.'
                && runs.charAt(runs.to(run)
                + 1) == '-') {
            return;
        }
        boolean begins = begins(run);
        boolean ambiguous = NameWords.AMBIGUOUS.contains(runs.lower(run));
        boolean named = !everyday || !lower && !(ambiguous && begins);
        if ((known & Lexicon.FIRST) != 0 && named && !(everyday && common != Lexicon.ENGLISH)
                && !(runs.isAllCapitals(run) && runs.length(run) <= 4)) {
            add(run, run, runs.isAllCapitals(run) ? 0.5 : everyday ? 0.72 : 0.8);
        } else if ((known & Lexicon.LAST) != 0 && !everyday && !begins && !runs.isAllCapitals(run)
                && (known & Lexicon.COUNTRY) == 0) {
            add(run, run, 0.5);
        } else if (common == Lexicon.ENGLISH && !lower && !begins && runs.isLower(run - 1) && runs.isGap(run - 1, ' ')
                && (known & Lexicon.MAYBE) != 0 && !runs.isAllCapitals(run) && !runs.isCapitalised(run + 1)) {
            add(run, run, 0.6);
        }
    }

    private boolean begins(int run) {
        char before = runs.charAt(runs.from(run) - 1);
        return before == '\n' || before == ' ' && ".!?:\n".indexOf(runs.charAt(runs.from(run) - 2)) >= 0;
    }

    /** A part of a name found before. */
    private void again(int run) {
        if (NameWords.isEponym(runs, run)) {
            return;
        }
        boolean everyday = (lexicon.of(runs.word(run)) & (common | Lexicon.ENGLISH)) != 0;
        boolean capital = runs.isCapitalised(run);
        boolean person = lower && (lexicon.of(runs.word(run)) & (Lexicon.FIRST | Lexicon.LAST)) != 0;
        if (everyday && !person && (!capital || NameWords.STOP.contains(runs.lower(run)))) {
            return;
        }
        if (everyday && begins(run) && NameWords.isOrganisation(runs, run, run)) {
            return;
        }
        int last = phrase.last(run, false);
        boolean joined = last > run && last - run <= 2 && partsOnly(run, last);
        add(run, joined ? last : run, Math.min(parts.get(runs.lower(run)), everyday && begins(run) ? 0.6 : 0.88));
    }

    private boolean partsOnly(int first, int last) {
        for (int run = first; run <= last; run++) {
            if (covered[run] || !parts.containsKey(runs.lower(run)) && !phrase.isInitial(run)) {
                return false;
            }
        }
        return true;
    }

    /** A name that was not found before. */
    private void cued(int first, int last, double confidence) {
        boolean known = true;
        for (int run = first; run <= last; run++) {
            known &= covered[run];
        }
        if (!known) {
            add(first, last, confidence);
        }
    }

    private void add(int first, int last, double confidence) {
        if (confidence > DOUBTFUL && last > first && initials.size() < PARTS_MAX) {
            char given = runs.charAt(runs.from(first));
            char family = runs.charAt(runs.from(last));
            InitialsFinder.add(initials, given, family);
            for (int middle = first + 1; middle < last && middle < first + 4; middle++) {
                InitialsFinder.add(initials, given, runs.charAt(runs.from(middle)), family);
            }
        }
        for (int run = first; run <= last; run++) {
            covered[run] = confidence > 0.4;
            String part = runs.lower(run);
            if (confidence >= SURE || confidence >= DOUBTFUL && (lexicon.of(part) & common) == 0) {
                learn(part, confidence);
            }
        }
        found.add(new Finding(IdentifierKind.NAME, runs.from(phrase.withParticles(first)), runs.to(last), confidence));
    }
}
