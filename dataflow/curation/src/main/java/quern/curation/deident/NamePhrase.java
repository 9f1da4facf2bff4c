package quern.curation.deident;

import java.util.Set;
import quern.curation.text.LetterCase;


/** Reads the name that begins at a run: words with capitals, initials, particles, hyphens, apostrophes. One text. */
final class NamePhrase {

    private static final int WORDS_MAX = 5;
    private static final int RUNS_MAX = 12;
    private static final int WRAPPED_COLUMNS_MIN = 45;

    /** Words before a letter that counts or classifies. */
    private static final Set<String> LETTERED = Set.of("vitamin", "hepatitis", "type", "grade", "group", "class",
            "plan", "stage", "ward", "unit", "bay", "section", "room", "appendix", "table", "figure", "level", "factor",
            "protein", "influenza", "schedule", "step", "part", "category", "option", "exhibit", "form", "bed",
            "strep", "typ", "gruppe", "klasse", "stadium", "station", "anlage", "child", "avenue", "wing", "block",
            "building", "gate", "line", "route", "apt", "flat", "suite", "team", "cohort", "arm", "phase");
    private static final Set<String> SHORT = Set.of("le", "do", "an", "so", "will", "may", "see", "my", "no");

    private final Runs runs;
    private final Lexicon lexicon;
    private final int common;
    private final boolean lower;

    /** @param common bits of {@link Lexicon} that say that a word is an everyday one in the text's language */
    NamePhrase(Runs runs, Lexicon lexicon, int common, boolean lower) {
        this.runs = runs;
        this.lexicon = lexicon;
        this.common = common;
        this.lower = lower;
    }

    /**
     * The last run of a name.
     *
     * @param strong whether a title or a label says that a name follows, so that its words need not be known
     * @return {@code first - 1} where no name begins
     */
    int last(int first, boolean strong) {
        int last = first - 1;
        int words = 0;
        int run = first;
        while (words < WORDS_MAX && run - first < RUNS_MAX && runs.isWord(run)) {
            boolean glued = run > first && isGlued(run - 1);
            if (run > first && !glued && !isBetween(run - 1)) {
                break;
            }
            if (isInitial(run) || run == first && isBareInitial(run, strong)) {
                last = run;
            } else if (isPart(run, strong, words == 0, glued)) {
                last = run;
                words++;
            } else if (!isParticle(run)) {
                break;
            }
            run++;
        }
        while (last > first && NameWords.CREDENTIALS.contains(runs.lower(last)) && runs.isAllCapitals(last)
                && !isGlued(last - 1)) {
            last--;
        }
        return onlyInitials(first, last) || isMorbus(first, last) ? first - 1 : last;
    }

    /** {@code M. Basedow}: a disease, not a person. */
    private boolean isMorbus(int first, int last) {
        return last > first && runs.lower(first).equals("m") && runs.charAt(runs.to(first)) == '.'
                && NameWords.DISEASES.contains(runs.lower(first + 1));
    }

    private boolean onlyInitials(int first, int last) {
        for (int run = first; run <= last; run++) {
            if (!isInitial(run)) {
                return false;
            }
        }
        return true;
    }

    private boolean isBetween(int run) {
        char c = runs.charAt(runs.to(run));
        boolean dotted = c == '.' && (isInitial(run) || NameWords.PARTICLES.contains(runs.lower(run)));
        if (c == ' ' && runs.charAt(runs.to(run) + 1) == ' ') {
            return false;
        }
        return (dotted ? runs.isGap(run, ".", 3) : runs.isSpace(run)) && !endsShortLine(run);
    }

    /** A line end that no wrapping made: names do not go on behind it. */
    private boolean endsShortLine(int run) {
        int end = runs.to(run);
        while (end < runs.from(run + 1) && runs.charAt(end) != '\n') {
            end++;
        }
        if (end == runs.from(run + 1)) {
            return false;
        }
        for (int at = end - 1; at >= end - WRAPPED_COLUMNS_MIN; at--) {
            if (runs.charAt(at) == '\n') {
                return true;
            }
        }
        return false;
    }

    /** Joined by a hyphen or an apostrophe, as in {@code Smith-Jones} and {@code O'Connor}; not {@code Smith's}. */
    private boolean isGlued(int run) {
        char c = runs.charAt(runs.to(run));
        boolean mark = c == '-' || c == '\u2010' || c == '\u2011' || c == '\'' || c == '\u2019';
        return mark && runs.from(run + 1) == runs.to(run) + 1 && !(c != '-' && runs.lower(run + 1).equals("s"));
    }

    boolean isInitial(int run) {
        return runs.isWord(run) && runs.length(run) == 1 && Character.isLetter(runs.charAt(runs.from(run)))
                && runs.charAt(runs.to(run)) == '.' && (lower || runs.isCapitalised(run))
                && !(runs.isDigits(run - 1) && runs.isGap(run - 1, ' ')) && isApart(runs.charAt(runs.from(run) - 1));
    }

    /**
     * {@code D Trujillo}: a letter without a full stop before a surname, no vitamin and no article.
     *
     * @param strong whether a word before it says that a name follows
     */
    boolean isBareInitial(int run, boolean strong) {
        if (!runs.isWord(run) || runs.length(run) != 1 || !runs.isCapitalised(run) || !runs.isGap(run, ' ')
                || runs.charAt(runs.from(run) - 1) == '-' || LETTERED.contains(runs.lower(run - 1))
                || runs.isDigits(run - 1) && runs.isGap(run - 1, ' ')) {
            return false;
        }
        int next = NameWords.NOBLE.contains(runs.lower(run + 1)) ? run + 2 : run + 1;
        next = next > run + 1 && runs.isLower(next) ? next + 1 : next;
        next = runs.length(next) == 1 && isGlued(next) ? next + 1 : next;
        if (!runs.isCapitalised(next) || runs.length(next) < 2 || NameWords.STOP.contains(runs.lower(next))) {
            return false;
        }
        int known = lexicon.of(runs.word(next));
        boolean everyday = (known & (common | Lexicon.ENGLISH)) != 0;
        boolean article = "AI".indexOf(runs.charAt(runs.from(run))) >= 0 && everyday;
        return strong ? !article || (known & Lexicon.LAST) != 0
                : !everyday && !runs.isAllCapitals(next) && (known == 0 || (known & Lexicon.PROPER) != 0);
    }

    private static boolean isApart(char before) {
        return before != '-' && before != '\u00B0' && before != '/' && before != '_' && !Character.isDigit(before);
    }

    /** Small words that are surnames too, behind an initial: {@code B. Q. Le}. */
    private boolean isShortSurname(int run) {
        return SHORT.contains(runs.lower(run)) && runs.isCapitalised(run) && isInitial(run - 1);
    }

    private boolean isParticle(int run) {
        return NameWords.PARTICLES.contains(runs.lower(run)) && !runs.lower(run).equals("und")
                && runs.isWord(run + 1) && runs.isSpace(run)
                && (runs.isCapitalised(run + 1) || lower || NameWords.PARTICLES.contains(runs.lower(run + 1)));
    }

    private boolean isPart(int run, boolean strong, boolean first, boolean glued) {
        String word = runs.lower(run);
        if (runs.length(run) == 1) {
            return glued || isGlued(run) && runs.charAt(runs.to(run)) != '-' || !first
                    && (runs.isCapitalised(run) || lower)
                    && (runs.isSpace(run) || isEnd(runs.charAt(runs.to(run)))) && !word.equals("i")
                    && (runs.isCapitalised(run) || !word.equals("a"));
        }
        boolean will = strong && first && !lower && runs.isCapitalised(run) && (word.equals("will")
                || word.equals("may") || word.equals("an"));
        boolean may = first && word.equals("may") && runs.isCapitalised(run) && runs.isGap(run, ' ')
                && runs.isCapitalised(run + 1) && (lexicon.of(runs.word(run + 1)) & Lexicon.LAST) != 0
                && (lexicon.of(runs.word(run + 1)) & Lexicon.ENGLISH) == 0;
        if (!glued && !will && !may && !isShortSurname(run)
                && (NameWords.STOP.contains(word) || Months.number(word) > 0 && !first)) {
            return false;
        }
        if (runs.isCapitalised(run)) {
            return !(Months.number(word) > 0 && runs.hasDigits(run + 1));
        }
        if (!lower) {
            return false;
        }
        int known = lexicon.of(runs.word(run));
        boolean everyday = (known & common) != 0;
        boolean name = (known & (Lexicon.FIRST | Lexicon.LAST | Lexicon.PROPER)) != 0;
        return first && strong ? !NameWords.TITLES.contains(word)
                : glued || strong && (!everyday || name) || name && !everyday
                        || (known & (Lexicon.FIRST | Lexicon.LAST)) != 0;
    }

    private static boolean isEnd(char next) {
        return Runs.isBlank(next) || ",;)]|\"".indexOf(next) >= 0;
    }

    /** Capitals inside, as in {@code LoRA}; not in {@code McAllister}. */
    static boolean isMixed(String word) {
        boolean capitals = word.equals(LetterCase.upper(word));
        return !capitals && !word.startsWith("Mc") && !word.startsWith("Mac")
                && word.chars().skip(1).anyMatch(Character::isUpperCase);
    }

    /** Where {@code van der} or the like stands right before a surname. */
    int withParticles(int first) {
        int run = first;
        while (run > 0 && first - run < 3 && NameWords.PARTICLES.contains(runs.lower(run - 1)) && runs.isGap(run - 1,
                ' ')) {
            run--;
        }
        return NameWords.NOBLE.contains(runs.lower(run)) ? run : first;
    }

    /** In a text without capitals: a surname that is no other word, or two initials before one. */
    boolean isLowerName(int run) {
        int known = lexicon.of(runs.word(run));
        return (known & Lexicon.LAST) != 0 && (known & common) == 0
                || isInitial(run) && isInitial(run + 1) && runs.isGap(run + 1, ".", 3)
                && (lexicon.of(runs.word(Math.min(run + 2, runs.count() - 1))) & Lexicon.LAST) != 0;
    }
}
