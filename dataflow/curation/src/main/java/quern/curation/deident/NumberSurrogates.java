package quern.curation.deident;

import java.util.Locale;

/**
 * Numbers of the same form, with valid check digits where the old one had one. Ranges that are never given out are used
 * where there are any: 555-01xx for American telephones, areas from 900 for social security numbers.
 */
final class NumberSurrogates {

    private static final String DIGITS = "0123456789";
    private static final String LETTERS = "ABCDEFGHKLMNPRSTUVWXYZ";
    private static final String HEXADECIMAL = "0123456789abcdef";
    private static final String VIN_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ";
    /** Country codes of two digits; 1 and 7 have one, the others three. */
    private static final String TWO_DIGIT_COUNTRIES = "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 "
            + "54 55 "
            + "56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98";
    private static final int PHONE_TAIL_DIGITS = 7;

    private final byte[] key;

    NumberSurrogates(byte[] key) {
        this.key = key;
    }

    /** The letters and digits of a number, in capitals: what makes two numbers the same. */
    static String canonical(String text) {
        StringBuilder canonical = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 128 && Character.isLetterOrDigit(c)) {
                canonical.append(Character.toUpperCase(c));
            }
        }
        return canonical.toString();
    }

    String of(IdentifierKind kind, String text, int attempt) {
        String canonical = canonical(text);
        KeyedChoice choice = KeyedChoice.of(key, "number", canonical, attempt);
        if (text.matches("\\p{XDigit}{8}(?:-\\p{XDigit}{4}){3}-\\p{XDigit}{12}")) {
            return hexadecimal(text, choice);
        }
        return write(text, switch (kind) {
            case SSN -> ssn(canonical, choice);
            case CREDIT_CARD -> card(canonical, choice);
            case IBAN -> iban(canonical, choice);
            case NATIONAL_ID -> national(canonical, choice);
            case HEALTH_PLAN -> plan(canonical, choice);
            case VEHICLE -> vehicle(canonical, choice);
            case DEVICE -> device(text, canonical, choice);
            default -> like(canonical, choice);
        });
    }

    private static String hexadecimal(String text, KeyedChoice choice) {
        StringBuilder written = new StringBuilder();
        for (char c : text.toCharArray()) {
            written.append(c == '-' ? c : choice.nextOf(HEXADECIMAL));
        }
        return written.toString();
    }

    /** Puts new letters and digits in the places of the old ones; a letter keeps its case. */
    static String write(String text, String canonical) {
        StringBuilder written = new StringBuilder(text);
        int at = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 128 && Character.isLetterOrDigit(c)) {
                char next = canonical.charAt(at++);
                written.setCharAt(i, Character.isLowerCase(c) ? Character.toLowerCase(next) : next);
            }
        }
        return written.toString();
    }

    /** Letters for letters and digits for digits, no zero in front that was not there. */
    static String like(String canonical, KeyedChoice choice) {
        StringBuilder made = new StringBuilder();
        for (int i = 0; i < canonical.length(); i++) {
            char c = canonical.charAt(i);
            boolean leading = i == 0 && c != '0';
            made.append(Character.isDigit(c) ? choice.nextOf(leading ? DIGITS.substring(1) : DIGITS)
                    : choice.nextOf(LETTERS));
        }
        return made.toString();
    }

    private static String ssn(String canonical, KeyedChoice choice) {
        String made = like(canonical, choice);
        return canonical.matches("\\d{9}")
                ? "9" + made.substring(1, 3) + String.format(Locale.ROOT, "%02d", 1 + choice.next(49))
                + made.substring(5)
                : made;
    }

    private static String card(String canonical, KeyedChoice choice) {
        if (!canonical.matches("\\d{12,19}")) {
            return like(canonical, choice);
        }
        String body = canonical.substring(0, 2) + like("0" + canonical.substring(3, canonical.length() - 1), choice);
        return body + Checksums.luhnDigit(body);
    }

    private static String iban(String canonical, KeyedChoice choice) {
        if (!canonical.matches("[A-Z]{2}\\d{2}[A-Z0-9]+")) {
            return like(canonical, choice);
        }
        String country = canonical.substring(0, 2);
        String account = like(canonical.substring(4), choice);
        return country + Checksums.ibanDigits(country, account) + account;
    }

    private static String national(String canonical, KeyedChoice choice) {
        boolean digits = canonical.chars().allMatch(c -> c < 'A');
        String made = like(canonical, choice);
        if (!digits) {
            return canonical.matches("[A-Z]{2}\\d{7}") && Checksums.dea(canonical)
                    ? made.substring(0, 8) + Checksums.deaDigit(made.substring(2, 8)) : made;
        }
        if (Checksums.npi(canonical)) {
            String body = canonical.charAt(0) + made.substring(1, 9);
            return body + Checksums.npiDigit(body);
        }
        if (Checksums.nhs(canonical)) {
            String body = made.substring(0, 9);
            while (Checksums.nhsDigit(body) == 'X') {
                body = like(body, choice);
            }
            return body + Checksums.nhsDigit(body);
        }
        if (Checksums.steuerId(canonical)) {
            return steuerId(choice);
        }
        if (canonical.length() == 15 && Checksums.nir(canonical)) {
            String body = canonical.charAt(0) + made.substring(1, 3) + String.format(Locale.ROOT, "%02d",
                    1 + choice.next(12)) + made.substring(5, 13);
            return body + String.format(Locale.ROOT, "%02d", Checksums.nirKey(body));
        }
        return made;
    }

    /** Nine different digits and one of them again. */
    private static String steuerId(KeyedChoice choice) {
        StringBuilder left = new StringBuilder(DIGITS);
        StringBuilder body = new StringBuilder();
        while (body.length() < 9) {
            int at = body.isEmpty() ? 1 + choice.next(9) : choice.next(left.length());
            body.append(left.charAt(at));
            left.deleteCharAt(at);
        }
        body.append(body.charAt(choice.next(9)));
        return body.append(Checksums.mod11And10(body)).toString();
    }

    private static String plan(String canonical, KeyedChoice choice) {
        String made = like(canonical, choice);
        return canonical.matches("[A-Z]\\d{9}") && Checksums.krankenversicherte(canonical)
                ? made.substring(0, 9) + Checksums.krankenversichertenDigit(made.substring(0, 9)) : made;
    }

    private static String vehicle(String canonical, KeyedChoice choice) {
        if (canonical.length() != 17) {
            return like(canonical, choice);
        }
        StringBuilder made = new StringBuilder();
        for (char c : canonical.toCharArray()) {
            made.append(choice.nextOf(Character.isDigit(c) ? DIGITS : VIN_LETTERS));
        }
        if (Checksums.vin(canonical)) {
            made.setCharAt(8, Checksums.vinDigit(made));
        }
        return made.toString();
    }

    private static String device(String text, String canonical, KeyedChoice choice) {
        if (text.matches("\\p{XDigit}{2}([:-])\\s?(?:\\p{XDigit}{2}\\1\\s?){4}\\p{XDigit}{2}")) {
            StringBuilder made = new StringBuilder("02");
            while (made.length() < canonical.length()) {
                made.append(Character.toUpperCase(choice.nextOf(HEXADECIMAL)));
            }
            return made.toString();
        }
        String made = like(canonical, choice);
        return canonical.matches("\\d{15}") && Checksums.luhn(canonical)
                ? made.substring(0, 14) + Checksums.luhnDigit(made.substring(0, 14)) : made;
    }

    /** A telephone number: country code and leading zero stay; the same number written otherwise gets the same end. */
    String phone(String text, int attempt) {
        int mainTo = text.length();
        for (int i = 0; i < text.length(); i++) {
            if (Character.isLetter(text.charAt(i))) {
                mainTo = i;
                break;
            }
        }
        String digits = canonical(text.substring(0, mainTo));
        String extension = canonical(text.substring(mainTo)).replaceAll("[A-Z]", "");
        int kept = kept(text.substring(0, mainTo), digits);
        String rest = digits.substring(kept);
        String tail = rest.substring(Math.max(0, rest.length() - PHONE_TAIL_DIGITS));
        KeyedChoice choice = KeyedChoice.of(key, "phone", tail, attempt);
        StringBuilder made = new StringBuilder();
        for (int i = 0; i < rest.length(); i++) {
            made.append(choice.nextOf(i == rest.length() - 1 ? DIGITS.substring(1) : DIGITS));
        }
        made.reverse();
        boolean american = rest.length() == 10 && (kept == 0 || digits.startsWith("1")) && rest.charAt(0) >= '2';
        if (american) {
            made.setCharAt(0, "23456789".charAt(made.charAt(0) % 8));
            made.replace(3, 8, "55501");
        }
        String extended = like(extension, KeyedChoice.of(key, "extension", extension, attempt));
        return writeDigits(text, digits.substring(0, kept) + made + extended);
    }

    /** How many leading digits stay. */
    private static int kept(String text, String digits) {
        boolean international = text.strip().startsWith("+");
        int prefix = digits.startsWith("00") ? 2 : 0;
        if (international || prefix == 2) {
            String rest = digits.substring(prefix);
            int country = rest.startsWith("1") || rest.startsWith("7") ? 1
                    : rest.length() > 1 && (" " + TWO_DIGIT_COUNTRIES + " ").contains(" " + rest.substring(0, 2) + " ")
                    ? 2 : 3;
            int kept = Math.min(digits.length(), prefix + country);
            return text.contains("(0)") && kept < digits.length() ? kept + 1 : kept;
        }
        return digits.startsWith("0") || digits.length() == 11 && digits.startsWith("1") ? 1 : 0;
    }

    private static String writeDigits(String text, String digits) {
        StringBuilder written = new StringBuilder(text);
        int at = 0;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= '0' && text.charAt(i) <= '9') {
                written.setCharAt(i, digits.charAt(at++));
            }
        }
        return written.toString();
    }
}
