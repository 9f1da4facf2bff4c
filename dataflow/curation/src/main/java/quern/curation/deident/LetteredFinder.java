package quern.curation.deident;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import quern.curation.text.LetterCase;

/**
 * Codes of letters with few digits or none, that a label names: confirmation codes and record locators of bookings,
 * codes to enter something with, numbers of German identity cards, whose alphabet leaves out what can be misread.
 */
final class LetteredFinder {

    private static final int REACH = 56;
    private static final int CHARS_MIN = 5;
    private static final double SAID = 0.8;
    private static final int EVERYDAY = Lexicon.ENGLISH | Lexicon.GERMAN | Lexicon.FRENCH;
    /** Behind what is booked or opened: a word for its code, or a mark, and a code. */
    private static final Pattern CODE = Pattern.compile("(?:[\\s-](?:booking|reservation|record|access|confirmation))?"
            + "([\\s-]{0,2}(?:codes?|locator|number|no\\.?|nr\\.?|nummer|ref(?:erence)?\\.?|id|key|token|#))?"
            + "(\\s?[:#=]\\s{0,3}|\\s(?:is|lautet|ist)[\\s:]{1,2}|\\s{1,3})[\"'\u201C\u201E(]?"
            + "([A-Z\\d]{2,9}(?:-[A-Z\\d]{2,8}){0,4}|[a-z\\d]{5,9})(?![\\p{L}\\d@/-]|[.'\u2019][\\p{L}\\d])");
    static final Set<String> BOOKED = Set.of("confirmation", "booking", "reservation", "locator", "pnr",
            "buchungscode", "buchungsnummer", "buchung", "buchungsreferenz", "reservierungscode", "reservierungsnummer",
            "reservierung", "referenz", "reference", "voucher", "gutschein", "gutscheincode", "invitation",
            "einladungscode", "activation", "aktivierungscode", "zugangscode", "access", "pairing", "enrolment",
            "enrollment", "registration", "registrierungscode", "verification", "best\u00E4tigungscode", "redemption",
            "retrieval", "passcode", "security", "referral", "checkin", "itinerary");
    /** Words that are a code's name by themselves. */
    private static final Set<String> WHOLE = Set.of("locator", "pnr", "buchungscode", "gutscheincode",
            "reservierungscode", "einladungscode", "aktivierungscode", "zugangscode", "registrierungscode",
            "best\u00E4tigungscode", "passcode");
    /** What stands in place of a code. */
    private static final Set<String> NONE = Set.of("pending", "none", "tba", "tbc", "unknown", "cancelled", "canceled",
            "offen", "keine", "online", "email", "phone", "refused", "waitlist", "optional");
    private static final Pattern CARD = Pattern.compile("(?:[\\s-]{0,2}(?:nr|nummer|no|number|id)\\b\\.?)?"
            + "[\\s:.#]{1,4}((?-i:[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ\\d]{8}))(\\d?)(?![\\p{L}\\d])",
            Pattern.CASE_INSENSITIVE);
    static final Set<String> CARDS = Set.of("ausweis", "personalausweis", "perso", "pa", "ausweisnr",
            "ausweisnummer", "personalausweisnummer", "personalausweisnr", "reisepass", "pass", "passnr", "passnummer",
            "reisepassnummer", "passport", "aufenthaltstitel", "kartennr", "kartennummer", "dokumentennummer",
            "seriennummer");

    private final Runs runs;
    private final Lexicon lexicon;
    private final List<Finding> found;
    private final Runs.Anchored code;
    private final Runs.Anchored card;

    LetteredFinder(Runs runs, Lexicon lexicon, List<Finding> found) {
        this.runs = runs;
        this.lexicon = lexicon;
        this.found = found;
        this.code = runs.anchored(CODE);
        this.card = runs.anchored(CARD);
    }

    void card(int run) {
        if (card.at(runs.to(run), REACH)) {
            add(IdentifierKind.NATIONAL_ID, card.from(1), card.to());
        }
    }

    void booked(int run, String word) {
        if (!code.at(runs.to(run), REACH)) {
            return;
        }
        boolean named = code.from(1) >= 0 || WHOLE.contains(word);
        boolean marked = code.group(2).strip().length() == 1;
        String value = code.group(3);
        boolean small = Character.isLowerCase(value.charAt(value.length() - 1));
        if (value.length() >= CHARS_MIN && (marked && (named || !small) || named && !small && isCode(value))
                && isUnknown(value, small)) {
            add(IdentifierKind.OTHER_ID, code.from(3), code.to(3));
        }
    }

    /** Letters and digits in one another, groups, or six capitals. */
    private static boolean isCode(String value) {
        int digits = CodeShape.digitsOf(value);
        return digits > 0 && digits < value.length() || value.length() == 6
                || value.indexOf('-') > 0;
    }

    private boolean isUnknown(String value, boolean small) {
        int digits = CodeShape.digitsOf(value);
        if (digits == value.length() || small && digits == 0 && value.length() < CHARS_MIN + 1) {
            return false;
        }
        for (String part : value.split("-")) {
            boolean known = (lexicon.of(part) & (small ? -1 : EVERYDAY)) != 0;
            if (digits == 0 && (known || NONE.contains(LetterCase.lower(part)))) {
                return false;
            }
        }
        return true;
    }

    private void add(IdentifierKind kind, int from, int to) {
        found.add(new Finding(kind, from, to, SAID));
    }
}
