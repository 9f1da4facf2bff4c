package quern.curation.deident;

import java.util.Set;

/** What the word before a number says about it. */
final class Contexts {

    private static final Set<String> VERSION = Set.of("protocol", "protokoll", "version", "versions", "ver", "v",
            "release", "rel", "build",
            "revision", "rev", "edition",
            "firmware", "software", "section", "sections", "sec", "chapter", "figure", "fig", "table", "tab",
            "paragraph", "para", "appendix", "step", "abschnitt", "kapitel", "abbildung", "abb", "tabelle", "punkt",
            "ziffer", "absatz", "chapitre", "article", "part", "item", "model", "ratio", "grade", "level");
    private static final Set<String> DAY = Set.of("on", "since", "until", "till", "from", "to", "by", "before", "after",
            "dated", "date", "of", "am", "vom", "bis", "ab", "seit", "zum", "le", "du", "au", "depuis", "and", "und",
            "dob", "born", "geb", "geboren", "admitted", "discharged", "seen", "visit", "den", "n\u00E9", "n\u00E9e");

    /** What is done on a day, and to no score. */
    private static final Set<String> DONE = Set.of("drawn", "collected", "faxed", "mailed", "sent", "paid", "posted",
            "received", "signed", "billed", "emailed", "shipped", "delivered", "charged", "debited", "invoiced",
            "bezahlt", "gesendet", "gefaxt", "entnommen", "abgeschickt", "erhalten", "phoned", "rang");
    /** Words right before a day, and before no score. */
    private static final Set<String> SET = Set.of(("mon tue tues wed thu thur thurs fri sun monday tuesday wednesday "
            + "thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag sonntag appt "
            + "appointment due lmp edd rtc commencing starts start started begins opened hired placed absent shift "
            + "shifts invoice cheque labs bloods cultures cxr mri ct xray ecg ekg echo ultrasound vaccine vaccination "
            + "jab yesterday gestern krank termin visits sick expires").split(" "));
    /** What is done on a day, too; a clause ends behind the day. */
    private static final Set<String> FILED = Set.of(("scanned filed uploaded completed obtained renewed inserted "
            + "removed issued submitted dispensed printed admitted discharged transferred extubated intubated expired "
            + "cancelled canceled rescheduled scheduled booked changed updated dated returned logged ordered repaired "
            + "opened closed serviced installed replaced collected terminated registered enrolled baptised "
            + "vaccinated visited moved out eingescannt gezogen entfernt gelegt gewechselt abgegeben unterschrieben "
            + "gebucht aufgenommen verlegt entlassen ausgestellt geliefert repariert geimpft abgemeldet angemeldet")
            .split(" "));
    private static final Set<String> WAYS = Set.of("by", "via", "to", "from", "at", "with", "per", "through");
    private static final Set<String> BILLED = Set.of("bill", "billed", "charge", "charged", "charges", "invoice",
            "claim", "copay", "statement", "payment", "appointment", "appt", "visit", "booked", "booking", "scheduled",
            "owe", "due", "session", "receipt", "refund");
    private static final Set<String> FRACTIONS = Set.of("1/2", "1/3", "2/3", "1/4", "3/4");
    private static final int WORDS_BACK = 7;
    private static final int WAY_WORDS = 3;
    private static final int LINE_CHARS_MAX = 140;

    private Contexts() {}

    /**
     * Whether two numbers with a slash are a day and a month by what is done then: {@code drawn 5/10}, {@code paid by
     * card 1/11}, {@code $640 for 8/14}, the begin of a line of a bill.
     *
     * @param to behind the two numbers
     */
    static boolean isDealt(Runs runs, int run, int to) {
        int behind = runs.runAt(to);
        boolean part = FRACTIONS.contains(runs.text.substring(runs.from(run), to)) && runs.isLower(behind)
                && runs.from(behind) - to <= 1;
        return !part && (isSet(runs, run) || isFiled(runs, run, to) || isEntry(runs, runs.from(run), to)
                || isDone(runs, run) || isBilled(runs, run) || isBillLine(runs, runs.from(run), to));
    }

    private static boolean isFiled(Runs runs, int run, int to) {
        char next = runs.charAt(to);
        boolean ends = ".,;)\n".indexOf(next) >= 0 || runs.charAt(to - 1) == '.'
                || next == ' ' && runs.charAt(to + 1) == ' ';
        return ends && FILED.contains(runs.lower(run - 1)) && runs.isGap(run - 1, ":", 3)
                && runs.charAt(runs.to(run - 1)) != '\n';
    }

    private static boolean isSet(Runs runs, int run) {
        String before = runs.lower(run - 1);
        boolean week = (before.equals("c") || before.equals("e")) && runs.lower(run - 2).equals("w")
                && runs.isGap(run - 2, '/');
        return (week || SET.contains(before)) && runs.isGap(run - 1, ":(.,", 3)
                && runs.charAt(runs.to(run - 1)) != '\n';
    }

    /** At the begin of a line of notes: a colon, a time without one, or a wide space and words behind it. */
    private static boolean isEntry(Runs runs, int from, int to) {
        if (runs.charAt(from - 1) != '\n') {
            return false;
        }
        int next = runs.runAt(to);
        boolean time = runs.isDigits(next) && runs.length(next) == 4 && runs.charAt(to) == ' '
                && runs.from(next) == to + 1 && runs.charAt(to + 1) < '3' && runs.charAt(to + 3) < '6';
        boolean wide = runs.charAt(to) == ' ' && runs.charAt(to + 1) == ' ' && Character.isLetter(runs.charAt(to + 2));
        boolean dotted = runs.isDigits(next) && runs.isDigits(next + 1) && runs.isGap(next, '.')
                && runs.length(next) < 3 && runs.length(next + 1) == 2 && runs.from(next) == to + 1
                && runs.charAt(runs.from(next + 1)) < '6' && Runs.isBlank(runs.charAt(runs.to(next + 1)));
        return time || dotted || wide || runs.charAt(to) == ':' && runs.charAt(to + 1) == ' ';
    }

    private static boolean isDone(Runs runs, int run) {
        for (int at = run - 1; at >= Math.max(0, run - 1 - WAY_WORDS); at--) {
            if (!runs.isWord(at) || !runs.isGap(at, ":.", 3) || runs.charAt(runs.to(at)) == '\n' && at < run - 1) {
                return false;
            }
            if (DONE.contains(runs.lower(at))) {
                return at == run - 1 || at < run - 2 && WAYS.contains(runs.lower(at + 1));
            }
        }
        return false;
    }

    /** Behind "for", where an amount or a word for a bill or a visit stands before. */
    private static boolean isBilled(Runs runs, int run) {
        if (!runs.lower(run - 1).equals("for") || !runs.isSpace(run - 1)) {
            return false;
        }
        for (int at = run - 2; at >= Math.max(0, run - WORDS_BACK); at--) {
            boolean amount = runs.isDigits(at) && "$\u20AC\u00A3".indexOf(runs.charAt(runs.from(at) - 1)) >= 0;
            if (amount || BILLED.contains(runs.lower(at))) {
                return true;
            }
        }
        return false;
    }

    /** At the begin of a line, with a wide space or a word behind it and an amount at the line's end. */
    private static boolean isBillLine(Runs runs, int from, int to) {
        if (runs.charAt(from - 1) != '\n' || !Runs.isBlank(runs.charAt(to)) || runs.charAt(to) == '\n') {
            return false;
        }
        int end = to;
        while (end < to + LINE_CHARS_MAX && runs.charAt(end) != '\n') {
            end++;
        }
        int cents = end;
        while (cents > to && Runs.isBlank(runs.charAt(cents - 1))) {
            cents--;
        }
        return cents - to > 6 && Character.isDigit(runs.charAt(cents - 1)) && Character.isDigit(runs.charAt(cents - 2))
                && ".,".indexOf(runs.charAt(cents - 3)) >= 0 && Character.isDigit(runs.charAt(cents - 4));
    }

    /** Whether a number is that of a version, a section, a figure. */
    static boolean isVersion(Runs runs, int run) {
        if (runs.charAt(runs.from(run) - 1) == '\u00A7' || runs.charAt(runs.from(run) - 2) == '\u00A7') {
            return true;
        }
        return isNear(runs, run) && runs.isGap(run - 1, ".#:", 3) && runs.charAt(runs.to(run - 1)) != '\n'
                && VERSION.contains(runs.lower(run - 1));
    }

    /** Whether a word before a number says that a day follows. */
    static boolean isDay(Runs runs, int run) {
        return isNear(runs, run) && DAY.contains(runs.lower(run - 1));
    }

    private static boolean isNear(Runs runs, int run) {
        return run > 0 && runs.from(run) - runs.to(run - 1) <= 3;
    }
}
