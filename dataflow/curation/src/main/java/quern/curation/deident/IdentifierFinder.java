package quern.curation.deident;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Finds identifiers in a text: numbers by form, check digit and the words before them, dates, addresses and mail
 * addresses by form in English, German and French, names by titles, labels and dictionaries. Every rule looks at a
 * bounded stretch from where it begins, so that the time for a text grows with its length alone. Stateless.
 */
public final class IdentifierFinder {

    /** Less than this is not worth a doubt. */
    private static final double LEAST = 0.4;
    private static final double UNSURE = 0.5;
    /** Shorter than any code by itself: what is left of one where something surer stood in it. */
    private static final int REST_CHARS = 5;
    /** Share of capitalised words below which capitals say nothing. */
    private static final int CAPITALS_ONE_IN = 60;
    private static final Set<String> ENGLISH = Set.of("the", "of", "and", "is", "was", "with", "for", "your", "please",
            "you", "patient", "dear");
    private static final Set<String> GERMAN = Set.of("der", "die", "und", "ist", "mit", "das", "wir", "bei", "herr",
            "frau",
            "geb", "sehr", "vom", "auf");
    private static final Set<String> FRENCH = Set.of("le", "les", "et", "est", "une", "du", "nous", "vous", "monsieur",
            "madame", "cher", "en", "sous", "son");

    /** Codes of one form: what is found inside a longer one says which kind the whole is. */
    private static final Set<IdentifierKind> CODES = EnumSet.of(IdentifierKind.OTHER_ID, IdentifierKind.MRN,
            IdentifierKind.HEALTH_PLAN, IdentifierKind.ACCOUNT, IdentifierKind.LICENSE, IdentifierKind.DEVICE,
            IdentifierKind.NATIONAL_ID, IdentifierKind.SSN, IdentifierKind.CREDIT_CARD);

    private IdentifierFinder() {}

    /** What is found, in order, without overlap. */
    public static List<Finding> find(String text) {
        PlainText plain = PlainText.of(text);
        List<Finding> found = findPlain(plain.text());
        found.replaceAll(f -> new Finding(f.kind(), plain.original(f.from()), plain.original(f.to()), f.confidence()));
        return found;
    }

    /** What is found, with what somebody else found in the same text: in order, without overlap. */
    static List<Finding> find(String text, List<Finding> more) {
        List<Finding> all = new ArrayList<>(find(text));
        all.addAll(more);
        return settle(text, all);
    }

    private static List<Finding> findPlain(String text) {
        Runs runs = new Runs(text);
        List<Finding> all = new ArrayList<>();
        Lexicon lexicon = new Lexicon();
        boolean lower = isLower(runs);
        int common = language(runs);
        new WebFinder(runs, all).find();
        new SpokenFinder(runs, all).find();
        new SegmentFinder(runs, all).find();
        new ClaimFinder(runs, all).find();
        new KeyFinder(runs, all).find();
        new CardFinder(runs, all).find();
        new PassportFinder(runs, all).find();
        new TagFinder(runs, all).find();
        new TableFinder(runs, lower, all).find();
        new LabelFinder(runs, all).find();
        new NumberFinder(runs, all).find();
        new PlateFinder(runs, lower, all).find();
        new PhoneFinder(runs, all).find();
        new InternalFinder(runs, lexicon, all).find();
        new NumberedFinder(runs, lower, all).find();
        new CodeFinder(runs, lower, all).find();
        new DateFinder(runs, common, all).find();
        new WordedDateFinder(runs, all).find();
        new AddressFinder(runs, lexicon, lower, common, all).find();
        new AbroadFinder(runs, lower, all).find();
        new BlockFinder(runs, lexicon, lower, all).find();
        new GapFinder(runs, lexicon, common, all).find();
        new AgainFinder(runs, all).find();
        new NameFinder(runs, lexicon, common, lower, all).find();
        new AliasFinder(runs, lexicon, all).find();
        new AgeFinder(runs, all).find();
        return settle(text, all);
    }

    /** Whether a text's small words are English ones rather than German or French. */
    static boolean isEnglish(String text) {
        return language(new Runs(text)) == Lexicon.ENGLISH;
    }

    /**
     * Of overlapping findings the surer stays, of equally sure ones the longer; what juts out is kept as a part. Of two
     * of the same stretch, as sure as each other, the one that says more than "other" comes first.
     */
    private static List<Finding> settle(String text, List<Finding> all) {
        PriorityQueue<Finding> waiting = new PriorityQueue<>(
                Comparator.comparingInt(Finding::from).thenComparing(Finding::to, Comparator.reverseOrder())
                        .thenComparing(Finding::kind));
        all.stream().filter(finding -> finding.confidence() >= LEAST).forEach(waiting::add);
        List<Finding> settled = new ArrayList<>();
        while (!waiting.isEmpty()) {
            Finding next = waiting.poll();
            Finding last = settled.isEmpty() ? null : settled.getLast();
            if (next.length() == 0 || !hasContent(text, next)) {
                continue;
            }
            if (last == null || last.to() <= next.from()) {
                settled.add(next);
            } else if (last.to() >= next.to() && isWithin(text, last, next)) {
                settled.set(settled.size() - 1, better(next, last)
                        ? new Finding(next.kind(), last.from(), last.to(), next.confidence()) : last);
            } else if (better(next, last)) {
                settled.removeLast();
                if (last.from() < next.from() && !isRest(last, next, next.from() - last.from())) {
                    settled.add(part(last, last.from(), next.from()));
                }
                settled.add(next);
                if (last.to() > next.to() && !isRest(last, next, last.to() - next.to())) {
                    waiting.add(part(last, next.to(), last.to()));
                }
            } else if (last.to() < next.to() && !isRest(next, last, next.to() - last.to())) {
                waiting.add(part(next, last.to(), next.to()));
            }
        }
        settled.removeIf(finding -> !hasContent(text, finding) || isRest(text, finding));
        return settled;
    }

    /** A code in another one, or a telephone's number in a longer number: the whole is one. */
    private static boolean isWithin(String text, Finding whole, Finding part) {
        return part.confidence() < Placed.SURE && CODES.contains(whole.kind()) && (CODES.contains(part.kind())
                || part.kind() == IdentifierKind.PHONE && isPrefixed(text, whole, part));
    }

    /**
     * A code that begins with letters, but for those that stand for telephones, before what looks like one; or groups
     * of digits the last of which do.
     */
    private static boolean isPrefixed(String text, Finding code, Finding phone) {
        int before = phone.from() - 1;
        boolean group = before > code.from() && code.to() == phone.to() && text.charAt(before) == ' '
                && Character.isDigit(text.charAt(before - 1)) && Character.isDigit(text.charAt(phone.from()));
        return group || code.from() < phone.from() && Character.isLetter(text.charAt(code.from()))
                && "TFMPCHtfmpch".indexOf(text.charAt(code.from())) < 0;
    }

    /** Whether a few characters are left of a doubtful code of which a message's field took the rest. */
    private static boolean isRest(Finding code, Finding placed, int chars) {
        return chars < REST_CHARS && code.confidence() <= UNSURE && placed.confidence() >= Placed.SURE;
    }

    private static Finding part(Finding whole, int from, int to) {
        return new Finding(whole.kind(), from, to, whole.confidence());
    }

    private static boolean hasContent(String text, Finding finding) {
        for (int i = finding.from(); i < finding.to(); i++) {
            if (Character.isLetterOrDigit(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    /** Whether a number begins with a space behind {@code 12/9}, with which it was taken for one. */
    private static boolean isBehindDay(String text, Finding finding) {
        int from = finding.from();
        return (finding.kind() == IdentifierKind.PHONE || finding.kind() == IdentifierKind.OTHER_ID
                && finding.confidence() <= UNSURE) && from > 3 && text.charAt(from) == ' '
                && Character.isDigit(text.charAt(from - 1)) && (text.charAt(from - 2) == '/'
                || text.charAt(from - 3) == '/' || text.charAt(from - 5 < 0 ? 0 : from - 5) == '/');
    }

    /** What is left of a telephone's number or a plate where something surer took the greater part. */
    private static boolean isRest(String text, Finding finding) {
        int least = switch (finding.kind()) {
            case PHONE, FAX -> 3;
            case VEHICLE -> 1;
            default -> 0;
        };
        if (CODES.contains(finding.kind()) && Runs.isBlank(text.charAt(finding.to() - 1)) && finding.length() < 7) {
            return true;
        }
        if (isBehindDay(text, finding)) {
            String left = text.substring(finding.from(), finding.to()).strip();
            return left.length() < REST_CHARS || CodeShape.isReading(left);
        }
        String rest = least == 0 ? "" : text.substring(finding.from(), finding.to());
        long digits = rest.chars()
                .filter(Character::isLetterOrDigit).filter(c -> !Character.isLetter(c)).count();
        String spaced = digits == 0 && least > 1 ? rest.strip() : rest;
        return digits < least && spaced.indexOf(' ') <= 0 && finding.length() < 8;
    }

    private static boolean better(Finding a, Finding b) {
        double difference = a.confidence() - b.confidence();
        return Math.abs(difference) > 0.021 ? difference > 0 : a.length() > b.length();
    }

    private static boolean isLower(Runs runs) {
        int words = 0;
        int capitals = 0;
        for (int run = 0; run < runs.count(); run++) {
            if (runs.isWord(run) && runs.length(run) > 1) {
                words++;
                capitals += runs.isCapitalised(run) ? 1 : 0;
            }
        }
        return words > 0 && capitals * CAPITALS_ONE_IN < words;
    }

    /** The bit of {@link Lexicon} for common words of the language that most small words are of. */
    private static int language(Runs runs) {
        int english = 0;
        int german = 0;
        int french = 0;
        int most = Math.min(runs.count(), 2000);
        for (int run = 0; run < most; run++) {
            String word = runs.lower(run);
            english += ENGLISH.contains(word) ? 1 : 0;
            german += GERMAN.contains(word) ? 1 : 0;
            french += FRENCH.contains(word) ? 1 : 0;
        }
        return german > english && german >= french ? Lexicon.GERMAN : french > english ? Lexicon.FRENCH
                : Lexicon.ENGLISH;
    }
}
