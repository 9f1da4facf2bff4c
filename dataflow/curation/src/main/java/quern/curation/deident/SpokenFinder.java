package quern.curation.deident;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** Numbers dictated digit by digit or in pairs, and mail addresses with their signs as words. */
final class SpokenFinder {

    private static final int DIGITS_MIN = 7;
    private static final int WORDS_MAX = 40;
    private static final Map<String, Integer> NUMBERS = Map.ofEntries(Map.entry("zero", 1), Map.entry("oh", 1),
            Map.entry("one", 1), Map.entry("two", 1), Map.entry("three", 1), Map.entry("four", 1),
            Map.entry("five", 1), Map.entry("six", 1), Map.entry("seven", 1), Map.entry("eight", 1),
            Map.entry("nine", 1), Map.entry("niner", 1), Map.entry("hundred", 2), Map.entry("null", 1),
            Map.entry("eins", 1), Map.entry("zwei", 1), Map.entry("zwo", 1), Map.entry("drei", 1),
            Map.entry("vier", 1), Map.entry("f\u00FCnf", 1), Map.entry("sechs", 1), Map.entry("sieben", 1),
            Map.entry("acht", 1), Map.entry("neun", 1), Map.entry("z\u00E9ro", 1), Map.entry("un", 1),
            Map.entry("deux", 1), Map.entry("trois", 1), Map.entry("quatre", 1), Map.entry("cinq", 1),
            Map.entry("sept", 1), Map.entry("huit", 1), Map.entry("neuf", 1));
    /** Tens, and numbers from ten to twenty, of two digits with what follows. */
    private static final Set<String> PAIRS = Set.of("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen",
            "sixteen", "seventeen", "eighteen", "nineteen", "twenty", "thirty", "forty", "fifty", "sixty", "seventy",
            "eighty", "ninety", "zehn", "elf", "zw\u00F6lf", "dreizehn", "vierzehn", "f\u00FCnfzehn", "sechzehn",
            "siebzehn", "achtzehn", "neunzehn", "zwanzig", "drei\u00DFig", "vierzig", "f\u00FCnfzig", "sechzig",
            "siebzig", "achtzig", "neunzig", "dix", "onze", "douze", "treize", "quatorze", "quinze", "seize", "vingt",
            "vingts", "trente", "quarante", "cinquante", "soixante");
    private static final Set<String> BETWEEN = Set.of("double", "triple", "doppel", "und", "et", "dash", "hyphen",
            "plus",
            "minus", "strich", "tiret", "slash", "o");
    private static final Set<String> AT = Set.of("at", "\u00E4t", "arobase", "klammeraffe", "arrobase");
    private static final Set<String> DOT = Set.of("dot", "punkt", "point");
    private static final Set<String> INSIDE = Set.of("dot", "punkt", "point", "underscore", "unterstrich", "dash",
            "minus",
            "hyphen", "tiret", "bindestrich");

    private final Runs runs;
    private final List<Finding> found;

    SpokenFinder(Runs runs, List<Finding> found) {
        this.runs = runs;
        this.found = found;
    }

    void find() {
        int done = 0;
        for (int run = 0; run < runs.count(); run++) {
            if (!runs.isWord(run)) {
                continue;
            }
            String word = runs.lower(run);
            if (run >= done && (NUMBERS.containsKey(word) || PAIRS.contains(word) || word.equals("plus"))) {
                done = number(run);
            } else if (AT.contains(word)) {
                mail(run);
            }
        }
    }

    /** @return the run behind the words that were looked at */
    private int number(int first) {
        int digits = 0;
        int ones = 0;
        int last = first;
        int run = first;
        while (run < first + WORDS_MAX && (run == first || runs.isGap(run - 1, ",.-", 3))) {
            String word = runs.lower(run);
            if (NUMBERS.containsKey(word) || runs.isDigits(run) && runs.length(run) == 1 && run > first) {
                boolean twice = run > first && (runs.lower(run - 1).equals("double")
                        || runs.lower(run - 1).equals("doppel"));
                digits += twice ? 2 : 1;
                ones++;
                last = run;
            } else if (PAIRS.contains(word)) {
                digits += runs.lower(run).equals("dix") || runs.lower(run).equals("vingts") ? 1 : 2;
                last = run;
            } else if (!BETWEEN.contains(word)) {
                break;
            }
            run++;
        }
        boolean zero = switch (runs.lower(first)) {
            case "zero", "z\u00E9ro", "null", "oh", "plus" -> true;
            default -> false;
        };
        if (digits >= DIGITS_MIN && (zero || ones == last - first + 1 || ones >= DIGITS_MIN - 1)) {
            found.add(new Finding(IdentifierKind.PHONE, runs.from(first), runs.to(last), 0.75));
        }
        return Math.max(last, first) + 1;
    }

    /** {@code john dot doe at example dot com}. */
    private void mail(int at) {
        if (at == 0 || !runs.isSpace(at - 1) || !runs.isSpace(at)) {
            return;
        }
        int last = at + 1;
        boolean dotted = false;
        while (last < at + WORDS_MAX / 4 && runs.isSpace(last) && DOT.contains(runs.lower(last + 1))
                && runs.isSpace(last + 1) && last + 2 < runs.count()) {
            last += 2;
            dotted = true;
        }
        boolean written = !dotted && runs.isGap(last, '.') && WebFinder.isEnding(runs.lower(last + 1))
                && runs.length(last + 1) <= 3 && !runs.lower(last).isEmpty() && INSIDE.contains(runs.lower(at - 2));
        last = written ? last + 1 : last;
        if (!written && !(dotted && WebFinder.isEnding(runs.lower(last)))) {
            return;
        }
        int first = at - 1;
        while (first > 1 && first > at - WORDS_MAX / 4 && (INSIDE.contains(runs.lower(first - 1))
                && runs.isSpace(first - 1)
                && runs.isSpace(first - 2) || runs.isGap(first - 1, '.') || runs.isGap(first - 1, '-')
                || runs.isGap(first - 1, '_'))) {
            first -= runs.isSpace(first - 1) ? 2 : 1;
        }
        found.add(new Finding(IdentifierKind.EMAIL, runs.from(first), runs.to(last), 0.9));
    }
}
