package quern.curation.deident;

import java.util.Locale;

/** Check digits of public numbering schemes, over digits without separators. */
final class Checksums {

    private static final int[] VIN_WEIGHTS = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
    private static final String VIN_CHARACTERS = "0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ";
    private static final int DEA_DIGITS = 7;

    private Checksums() {}

    /** ISO/IEC 7812: payment cards, IMEI. */
    static boolean luhn(CharSequence digits) {
        return luhnSum(digits) % 10 == 0;
    }

    private static int luhnSum(CharSequence digits) {
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(digits.length() - 1 - i) - '0';
            int weighted = i % 2 == 1 ? 2 * digit : digit;
            sum += weighted > 9 ? weighted - 9 : weighted;
        }
        return sum;
    }

    static char luhnDigit(CharSequence body) {
        return (char) ('0' + (10 - luhnSum(body + "0") % 10) % 10);
    }

    /** EAN-13, which Swiss insurance numbers follow; other characters than digits do not count. */
    static boolean ean(CharSequence number) {
        int sum = 0;
        int count = 0;
        for (int i = 0; i < number.length(); i++) {
            if (number.charAt(i) >= '0' && number.charAt(i) <= '9') {
                sum += digit(number, i) * (count++ % 2 == 0 ? 1 : 3);
            }
        }
        return count == 13 && sum % 10 == 0;
    }

    /** National Provider Identifier: Luhn behind the prefix 80840. */
    static boolean npi(CharSequence digits) {
        return digits.length() == 10 && (digits.charAt(0) == '1' || digits.charAt(0) == '2') && luhn("80840" + digits);
    }

    static char npiDigit(CharSequence body) {
        return luhnDigit("80840" + body);
    }

    /** Registration with the Drug Enforcement Administration: two letters and seven digits. */
    static boolean dea(CharSequence number) {
        return number.length() == DEA_DIGITS + 2
                && number.charAt(DEA_DIGITS + 1) == deaDigit(number.subSequence(2, DEA_DIGITS + 1));
    }

    static char deaDigit(CharSequence body) {
        int odd = digit(body, 0) + digit(body, 2) + digit(body, 4);
        int even = digit(body, 1) + digit(body, 3) + digit(body, 5);
        return (char) ('0' + (odd + 2 * even) % 10);
    }

    /** NHS number of England and Wales: modulus 11 of ten digits. */
    static boolean nhs(CharSequence digits) {
        return digits.length() == 10 && digits.charAt(9) == nhsDigit(digits.subSequence(0, 9));
    }

    /** @return {@code X} where no check digit fits */
    static char nhsDigit(CharSequence body) {
        int sum = 0;
        for (int i = 0; i < 9; i++) {
            sum += digit(body, i) * (10 - i);
        }
        int check = (11 - sum % 11) % 11;
        return check == 10 ? 'X' : (char) ('0' + check);
    }

    /** German tax number of a person: ISO 7064 MOD 11,10, no leading zero, one of the first ten digits repeated. */
    static boolean steuerId(CharSequence digits) {
        if (digits.length() != 11 || digits.charAt(0) == '0') {
            return false;
        }
        int seen = 0;
        for (int i = 0; i < 10; i++) {
            seen |= 1 << digit(digits, i);
        }
        int different = Integer.bitCount(seen);
        return (different == 8 || different == 9) && digits.charAt(10) == mod11And10(digits.subSequence(0, 10));
    }

    static char mod11And10(CharSequence body) {
        int product = 10;
        for (int i = 0; i < body.length(); i++) {
            int sum = (digit(body, i) + product) % 10;
            product = (sum == 0 ? 10 : sum) * 2 % 11;
        }
        return (char) ('0' + (11 - product) % 10);
    }

    /** French NIR: 13 digits (Corsica's letters as 0 less 1 and 2 million) and a key modulo 97. */
    static boolean nir(String number) {
        return number.length() == 15 && Integer.parseInt(number.substring(13)) == nirKey(number.substring(0, 13));
    }

    static int nirKey(String body) {
        return 97 - (int) (Long.parseLong(body) % 97);
    }

    /** German health insurance number: a letter as two digits and eight digits, weights 1 and 2 in turn, modulus 10. */
    static boolean krankenversicherte(CharSequence number) {
        return number.length() == 10 && number.charAt(9) == krankenversichertenDigit(number.subSequence(0, 9));
    }

    static char krankenversichertenDigit(CharSequence body) {
        int letter = Character.toUpperCase(body.charAt(0)) - 'A' + 1;
        String digits = String.format(Locale.ROOT, "%02d", letter) + body.subSequence(1, 9);
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int weighted = digit(digits, i) * (i % 2 + 1);
            sum += weighted / 10 + weighted % 10;
        }
        return (char) ('0' + sum % 10);
    }

    /** ISO 13616: the number with its first four characters at the end, letters as two digits, is 1 modulo 97. */
    static boolean iban(CharSequence number) {
        return mod97(number.subSequence(4, number.length()), number.subSequence(0, 4)) == 1;
    }

    /** The two check digits for a country and an account. */
    static String ibanDigits(String country, String account) {
        return String.format(Locale.ROOT, "%02d", 98 - mod97(account, country + "00"));
    }

    private static int mod97(CharSequence first, CharSequence second) {
        int rest = 0;
        for (CharSequence part : new CharSequence[] {first, second}) {
            for (int i = 0; i < part.length(); i++) {
                int value = Character.digit(part.charAt(i), 36);
                rest = (value > 9 ? rest * 100 + value : rest * 10 + value) % 97;
            }
        }
        return rest;
    }

    /** Vehicle identification number, ISO 3779, with the check digit of North America at the ninth place. */
    static boolean vin(CharSequence vin) {
        return vin.length() == 17 && Character.toUpperCase(vin.charAt(8)) == vinDigit(vin);
    }

    static char vinDigit(CharSequence vin) {
        int sum = 0;
        for (int i = 0; i < 17; i++) {
            sum += i == 8 ? 0 : VIN_WEIGHTS[i] * (VIN_CHARACTERS.indexOf(Character.toUpperCase(vin.charAt(i))) % 10);
        }
        return sum % 11 == 10 ? 'X' : (char) ('0' + sum % 11);
    }

    private static int digit(CharSequence digits, int at) {
        return digits.charAt(at) - '0';
    }
}
