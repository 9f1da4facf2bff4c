package quern.benchmarks.letters;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Check digits, each after the rule of whoever hands the number out. */
final class FreshDigits {

    private static final String VIN_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ";
    private static final String VIN_WORTH = "12345678123457923456789";
    private static final int[] VIN_WEIGHTS = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
    private static final int[] PENSION_WEIGHTS = {2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1};
    private static final String CARD_CHARACTERS = "0123456789CFGHJKLMNPRTVWXYZ";

    private FreshDigits() {}

    /** With the digit of Luhn. */
    static String luhn(String digits) {
        return digits + luhnDigit(digits);
    }

    /** Luhn over the digits with 80840 before them. */
    static String npi(String digits) {
        return digits + luhnDigit("80840" + digits);
    }

    private static int luhnDigit(String digits) {
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(digits.length() - 1 - i) - '0';
            int twice = digit * 2;
            sum += i % 2 == 0 ? twice / 10 + twice % 10 : digit;
        }
        return (10 - sum % 10) % 10;
    }

    /** Modulo 11; where the digit would be 10, the last of the nine moves on. */
    static String nhs(String nine) {
        int sum = 0;
        for (int i = 0; i < 9; i++) {
            sum += (nine.charAt(i) - '0') * (10 - i);
        }
        int check = (11 - sum % 11) % 11;
        return check < 10 ? nine + check : nhs(nine.substring(0, 8) + (nine.charAt(8) - '0' + 1) % 10);
    }

    static String dea(String letters, String six) {
        int sum = 0;
        for (int i = 0; i < 6; i++) {
            sum += (six.charAt(i) - '0') * (i % 2 == 0 ? 1 : 2);
        }
        return letters + six + sum % 10;
    }

    /** The letter counts as two digits; weights 1 and 2 by turns, digit sums, modulo 10. */
    static String insured(String nine) {
        String digits = String.format("%02d", nine.charAt(0) - 'A' + 1) + nine.substring(1);
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int product = (digits.charAt(i) - '0') * (1 + i % 2);
            sum += product / 10 + product % 10;
        }
        return nine + sum % 10;
    }

    static String pension(String eight, char letter, String serial) {
        String digits = eight + String.format("%02d", letter - 'A' + 1) + serial;
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int product = (digits.charAt(i) - '0') * PENSION_WEIGHTS[i];
            sum += product / 10 + product % 10;
        }
        return Integer.toString(sum % 10);
    }

    /** Ten digits of which one comes twice and one not at all, and ISO 7064 MOD 11,10. */
    static String tax(Random random) {
        List<Integer> digits = new ArrayList<>(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
        Collections.shuffle(digits, random);
        digits.set(9, digits.get(random.nextInt(8)));
        if (digits.getFirst() == 0) {
            Collections.swap(digits, 0, 8);
        }
        StringBuilder id = new StringBuilder();
        int product = 10;
        for (int digit : digits) {
            id.append(digit);
            int sum = (digit + product) % 10;
            product = (sum == 0 ? 10 : sum) * 2 % 11;
        }
        int check = 11 - product;
        return id.append(check == 10 ? 0 : check).toString();
    }

    /** Weights 4 and 9 by turns, modulo 10. */
    static String physician(String six) {
        int sum = 0;
        for (int i = 0; i < 6; i++) {
            sum += (six.charAt(i) - '0') * (i % 2 == 0 ? 4 : 9);
        }
        return six + (10 - sum % 10) % 10;
    }

    static String iban(String land, String inner) {
        StringBuilder digits = new StringBuilder();
        for (char c : (inner + land + "00").toCharArray()) {
            digits.append(Character.getNumericValue(c));
        }
        return land + String.format("%02d", 98 - FreshChecked.mod97(digits.toString())) + inner;
    }

    static String vin(Random random) {
        char[] vin = new char[17];
        String begin = new String[] {"1HG", "2T1", "5YJ", "1FT", "WVW", "3N1", "JM1", "KND"}[random.nextInt(8)];
        for (int i = 0; i < 17; i++) {
            boolean letter = i < 8 && random.nextBoolean() || i == 9 || i == 10;
            vin[i] = i < 3 ? begin.charAt(i)
                    : letter ? VIN_LETTERS.charAt(random.nextInt(17)) : (char) ('0' + random.nextInt(10));
        }
        int sum = 0;
        for (int i = 0; i < 17; i++) {
            int at = VIN_LETTERS.indexOf(vin[i]);
            sum += (at < 0 ? vin[i] - '0' : VIN_WORTH.charAt(at) - '0') * VIN_WEIGHTS[i];
        }
        vin[8] = sum % 11 == 10 ? 'X' : (char) ('0' + sum % 11);
        return new String(vin);
    }

    /** The number of an item in trade, fourteen digits. */
    static String item(String thirteen) {
        int sum = 0;
        for (int i = 0; i < 13; i++) {
            sum += (thirteen.charAt(i) - '0') * (i % 2 == 0 ? 3 : 1);
        }
        return thirteen + (10 - sum % 10) % 10;
    }

    /** An identity card's nine characters and its digit, weights 7, 3 and 1. */
    static String card(Random random) {
        StringBuilder id = new StringBuilder().append("LCTV".charAt(random.nextInt(4)));
        while (id.length() < 9) {
            id.append(CARD_CHARACTERS.charAt(random.nextInt(CARD_CHARACTERS.length())));
        }
        int sum = 0;
        for (int i = 0; i < 9; i++) {
            sum += Character.getNumericValue(id.charAt(i)) * new int[] {7, 3, 1}[i % 3];
        }
        return random.nextBoolean() ? id.toString() : id.append(sum % 10).toString();
    }
}
