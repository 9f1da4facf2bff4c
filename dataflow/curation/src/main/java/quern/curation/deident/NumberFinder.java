package quern.curation.deident;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import quern.curation.text.LetterCase;

/** Numbers that are known by their form and check digits, without a word that names them. */
final class NumberFinder {

    private static final int DIGITS_MAX = 19;
    private static final int GROUPS_MAX = 8;
    private static final int APART_MAX = 4;
    private static final int IBAN_CHARS_MIN = 15;
    private static final int IBAN_CHARS_MAX = 34;
    private static final Map<String, Integer> IBAN_LENGTHS = lengths("AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 "
            + "BR29 "
            + "BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 "
            + "HR21 "
            + "HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 "
            + "MR27 "
            + "MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SD18 SE24 SI19 SK24 SM27 ST25 SV28 "
            + "TL23 "
            + "TN24 TR26 UA29 VA22 VG24 XK20");
    private static final Pattern SSN = Pattern.compile("(\\d{3})\\s{0,2}([-./ _])\\s{0,2}(\\d{2})\\s{0,2}[-./ "
            + "_]\\s{0,2}"
            + "(\\d{4})(?!\\d|-\\d|[.,/]\\d)");
    private static final Pattern MEDICARE = Pattern.compile(
            "[1-9][A-HJKMNP-RT-Ya-hjkmnp-rt-y][A-HJKMNP-RT-Ya-hjkmnp-rt-y\\d]\\d[\\s-]?[A-Za-z]"
            + "[A-Za-z\\d]\\d[\\s-]?[A-Za-z]{2}\\d{2}"
            + "(?![A-Za-z\\d])");

    private static final Pattern AHV = Pattern.compile("756\\s?[. ]?\\s?\\d{4}\\s?[. ]?\\s?\\d{4}\\s?[. "
            + "]?\\s?\\d{2}(?!\\d)");
    /** German pension insurance: area, birthday, first letter of the surname, number. */
    private static final Pattern PENSION = Pattern.compile("\\d{2}\\s?(?:[0-2]\\d|3[01])(?:0\\d"
            + "|1[0-2])\\d{2}\\s?[A-Za-z]"
            + "\\s?\\d{3}(?![\\p{L}\\d])");
    /** A case of a court of the United States. */
    private static final Pattern DOCKET = Pattern.compile("\\d:\\d{2}-[A-Za-z]{2}-\\d{3,6}(?:-[A-Za-z]{2,4}){0,3}");
    /** A driving licence of Great Britain in groups. */
    private static final Pattern BRITISH = Pattern.compile("[A-Za-z]{5}[ -]\\d{6}[ -][A-Za-z][A-Za-z\\d]{4}"
            + "(?![\\p{L}\\d])");
    /** A container, as ISO 6346 numbers it. */
    private static final Pattern CONTAINER = Pattern.compile("[A-Z]{3}[UJZ]\\s\\d{6}(?:\\d|\\s?\\d)?(?:-\\d)?"
            + "(?![\\p{L}\\d])");
    private static final Pattern NINO = Pattern.compile("[A-CEGHJ-PR-TW-Za-ceghj-pr-tw-z]{2}(?:[\\s-]?\\d{2}){3}"
            + "[\\s-]?[A-Da-d](?![\\p{L}\\d])");

    private final Runs runs;
    private final List<Finding> found;
    private final Runs.Anchored ahv;
    private final Runs.Anchored pension;
    private final Runs.Anchored docket;
    private final Runs.Anchored nino;
    private final Runs.Anchored container;
    private final Runs.Anchored british;
    private final Runs.Anchored ssn;
    private final Runs.Anchored medicare;
    private final StringBuilder digits = new StringBuilder();
    private final int[] ends = new int[GROUPS_MAX];
    private final int[] sizes = new int[GROUPS_MAX];

    NumberFinder(Runs runs, List<Finding> found) {
        this.runs = runs;
        this.found = found;
        this.ahv = runs.anchored(AHV);
        this.pension = runs.anchored(PENSION);
        this.docket = runs.anchored(DOCKET);
        this.british = runs.anchored(BRITISH);
        this.container = runs.anchored(CONTAINER);
        this.nino = runs.anchored(NINO);
        this.ssn = runs.anchored(SSN);
        this.medicare = runs.anchored(MEDICARE);
    }

    private static Map<String, Integer> lengths(String all) {
        Map<String, Integer> lengths = new HashMap<>();
        for (String one : all.split(" ")) {
            lengths.put(one.substring(0, 2), Integer.valueOf(one.substring(2)));
        }
        return Map.copyOf(lengths);
    }

    void find() {
        for (int run = 0; run < runs.count(); run++) {
            if (runs.isDigits(run)) {
                if (!isInside(run)) {
                    digits(run);
                }
            } else if (runs.isMixed(run)) {
                code(run);
            } else if (runs.length(run) == 2 && runs.hasDigits(run + 1) && runs.isGap(run, "-", 2) && !iban(run)) {
                britain(run);
            } else if (runs.length(run) == 4 && runs.isDigits(run + 1) && container.at(runs.from(run), 16)) {
                add(IdentifierKind.OTHER_ID, runs.from(run), container.to(), 0.85);
            } else if (runs.length(run) == 5 && runs.isDigits(run + 1) && runs.length(run + 1) == 6) {
                if (british.at(runs.from(run), 20)) {
                    add(IdentifierKind.LICENSE, runs.from(run), british.to(), 0.9);
                }
            } else if (runs.length(run) == 1 && runs.isDigits(run + 1) && runs.isGap(run, ' ')) {
                insured(run, run + 1);
            }
        }
    }

    /** {@code P094 529 466}, in groups of three: a letter and nine digits, the last of which checks them. */
    private void insured(int run, int last) {
        StringBuilder number = new StringBuilder(LetterCase.upper(runs.word(run)));
        int at = Math.max(run, last - 1);
        while (number.length() < 10 && runs.isDigits(at + 1) && runs.isSpace(at)) {
            number.append(runs.text, runs.from(++at), runs.to(at));
        }
        boolean form = number.length() == 10 && number.charAt(0) >= 'A' && number.charAt(0) <= 'Z';
        if (form && Checksums.krankenversicherte(number.toString())) {
            add(IdentifierKind.HEALTH_PLAN, runs.from(run), runs.to(at), 0.9);
        }
    }

    private void britain(int run) {
        if (nino.at(runs.from(run), 16)) {
            add(IdentifierKind.NATIONAL_ID, runs.from(run), nino.to(), 0.88);
        }
    }

    /** {@code 4 1 1 1  1 1 1 1}: digits one by one or in pairs, whose whole is checked or has the form of a number. */
    private boolean apart(int run) {
        boolean inside = run > 0 && runs.isDigits(run - 1) && runs.length(run - 1) == runs.length(run);
        if (inside && runs.isGap(run - 1, "-", APART_MAX)) {
            return false;
        }
        StringBuilder whole = new StringBuilder();
        int last = run;
        int hyphens = 0;
        for (int at = run; runs.isDigits(at) && runs.length(at) == runs.length(run) && whole.length() <= DIGITS_MAX;
                at++) {
            whole.append(runs.text, runs.from(at), runs.to(at));
            last = at;
            if (!runs.isGap(at, "-", APART_MAX)) {
                break;
            }
            hyphens += runs.isSpace(at) ? 0 : 1;
        }
        String number = whole.toString();
        boolean card = number.length() >= 13 && number.length() <= DIGITS_MAX && isCard(number);
        boolean social = number.length() == 9 && runs.length(run) == 1 && hyphens == 2;
        if (card || social) {
            add(card ? IdentifierKind.CREDIT_CARD : IdentifierKind.SSN, runs.from(run), runs.to(last), 0.92);
        }
        return card || social;
    }

    private boolean isInside(int run) {
        return run > 0 && runs.hasDigits(run - 1) && runs.from(run) - runs.to(run - 1) == 1
                && "-./ ".indexOf(runs.charAt(runs.to(run - 1))) > (runs.isDigits(run - 1) ? -1 : 0)
                && runs.charAt(runs.to(run - 1)) != ' ';
    }

    private void digits(int run) {
        int from = runs.from(run);
        if (runs.length(run) == 3 && ssn.at(from, 24)) {
            boolean apart = runs.isSpace(run);
            boolean given = isSsn(from, ssn.to());
            if (given || !apart) {
                add(IdentifierKind.SSN, from, ssn.to(), given ? apart ? 0.9 : 0.95 : 0.6);
                return;
            }
        }
        if (runs.length(run) <= 2 && runs.isDigits(run + 1) && apart(run)) {
            return;
        }
        int groups = read(run);
        for (int last = groups - 1; last >= 0; last--) {
            if (checked(from, last)) {
                return;
            }
        }
        form(run, from);
    }

    /** National numbers with a form of their own. */
    private void form(int run, int from) {
        if (runs.length(run) == 3 && ahv.at(from, 24) && Checksums.ean(runs.text.substring(from, ahv.to()))) {
            add(IdentifierKind.NATIONAL_ID, from, ahv.to(), 0.95);
        } else if (pension.at(from, 20)) {
            add(IdentifierKind.NATIONAL_ID, from, pension.to(), 0.85);
        } else if (runs.length(run) == 1 && docket.at(from, 32)) {
            add(IdentifierKind.OTHER_ID, from, docket.to(), 0.9);
        }
    }

    private boolean isSsn(int from, int to) {
        String number = runs.text.substring(from, to).replaceAll("\\D", "");
        return !number.startsWith("000") && !number.startsWith("666") && number.charAt(0) != '9'
                && !number.startsWith("00", 3) && !number.endsWith("0000");
    }

    /** Groups of digits with one separator between them. */
    private int read(int run) {
        digits.setLength(0);
        int groups = 0;
        char separator = 0;
        for (int at = run; groups < GROUPS_MAX && runs.isDigits(at); at++) {
            if (digits.length() + runs.length(at) > DIGITS_MAX) {
                break;
            }
            digits.append(runs.text, runs.from(at), runs.to(at));
            ends[groups] = runs.to(at);
            sizes[groups++] = runs.length(at);
            char next = runs.charAt(runs.to(at));
            next = !Runs.isBlank(next) ? next : runs.charAt(runs.to(at) + 1) == '-' ? '-' : ' ';
            boolean joined = (next == ' ' || next == '-' || next == '.' && runs.length(run) == 4)
                    && (separator == 0 || separator == next)
                    && runs.isGap(at, String.valueOf(next), 3);
            separator = next;
            if (!joined) {
                break;
            }
        }
        return groups;
    }

    private boolean checked(int from, int last) {
        int length = 0;
        for (int i = 0; i <= last; i++) {
            length += sizes[i];
        }
        String number = digits.substring(0, length);
        int to = ends[last];
        if (length >= 13 && (last == 0 || sizes[0] == 4) && isCard(number)) {
            add(IdentifierKind.CREDIT_CARD, from, to, 0.97);
        } else if (length == 15 && (number.charAt(0) == '1' || number.charAt(0) == '2') && Checksums.nir(number)) {
            add(IdentifierKind.NATIONAL_ID, from, to, 0.95);
        } else if (length == 11 && (last == 0 || last == 3 && sizes[0] == 2) && Checksums.steuerId(number)) {
            add(IdentifierKind.NATIONAL_ID, from, to, last == 0 ? 0.75 : 0.92);
        } else if (length == 10 && last == 2 && sizes[0] == 3 && sizes[1] == 3 && Checksums.nhs(number)) {
            add(IdentifierKind.NATIONAL_ID, from, to, 0.75);
        } else {
            return false;
        }
        return true;
    }

    private static boolean isCard(String number) {
        int two = Integer.parseInt(number.substring(0, 2));
        int four = Integer.parseInt(number.substring(0, 4));
        boolean issuer = switch (number.length()) {
            case 13 -> two / 10 == 4;
            case 14 -> two == 36 || two == 38 || two == 30;
            case 15 -> two == 34 || two == 37;
            default -> two / 10 == 4 || two >= 51 && two <= 55 || four >= 2221 && four <= 2720 || four == 6011
                    || two == 65 || two == 62 || two == 35 || two == 64;
        };
        return issuer && Checksums.luhn(number);
    }

    /** A run of letters and digits: IBAN, VIN, the number of an insured person, a code. */
    private void code(int run) {
        String code = runs.length(run) > IBAN_CHARS_MAX ? "" : LetterCase.upper(runs.word(run));
        int from = runs.from(run);
        int to = runs.to(run);
        if (code.isEmpty() || iban(run)) {
            return;
        }
        boolean letterFirst = Character.isLetter(code.charAt(0));
        int count = (int) code.chars().filter(Character::isDigit).count();
        if (code.length() == 17 && code.matches("[A-HJ-NPR-Z0-9]{17}") && count >= 3) {
            add(IdentifierKind.VEHICLE, from, to, Checksums.vin(code) ? 0.97 : 0.6);
        } else if (code.length() == 9 && nino.at(from, 16)) {
            add(IdentifierKind.NATIONAL_ID, from, nino.to(), 0.88);
        } else if (code.matches("[A-Z]{2}\\d{7}") && Checksums.dea(code)) {
            add(IdentifierKind.NATIONAL_ID, from, to, 0.92);
        } else if (code.matches("[A-Z]\\d{9}") && Checksums.krankenversicherte(code)) {
            add(IdentifierKind.HEALTH_PLAN, from, to, 0.92);
        } else if (!letterFirst && medicare.at(from, 16)) {
            add(IdentifierKind.HEALTH_PLAN, from, medicare.to(), 0.92);
        } else if (letterFirst && code.length() == 4 && count == 3) {
            insured(run, run + 1);
        }
    }

    /** An IBAN that begins at a run, with or without spaces. */
    private boolean iban(int run) {
        String text = runs.text;
        int at = runs.from(run);
        StringBuilder number = new StringBuilder();
        int gap = 0;
        int to = at;
        while (at < text.length() && number.length() < IBAN_CHARS_MAX) {
            char c = text.charAt(at++);
            if (c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z') {
                number.append(Character.toUpperCase(c));
                gap = 0;
                to = at;
                if (number.length() == 2 && !IBAN_LENGTHS.containsKey(number.toString())) {
                    return false;
                }
                if (number.length() >= 3 && number.length() <= 4 && !Character.isDigit(c)) {
                    return false;
                }
                if (number.length() >= IBAN_CHARS_MIN && number.length() == IBAN_LENGTHS.get(number.substring(0, 2))) {
                    break;
                }
            } else if (!Runs.isBlank(c) && c != '-' || ++gap > 2) {
                break;
            }
        }
        boolean whole = number.length() >= IBAN_CHARS_MIN
                && number.length() == IBAN_LENGTHS.get(number.substring(0, 2))
                && !Character.isLetterOrDigit(runs.charAt(to));
        if (whole && Checksums.iban(number)) {
            add(IdentifierKind.IBAN, runs.from(run), to, 0.99);
            return true;
        }
        return false;
    }

    private void add(IdentifierKind kind, int from, int to, double confidence) {
        found.add(new Finding(kind, from, to, confidence));
    }
}
