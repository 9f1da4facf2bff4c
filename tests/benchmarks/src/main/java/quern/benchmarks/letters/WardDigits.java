package quern.benchmarks.letters;

import java.util.Random;

/** Numbers of a pattern, and the check digits of those that have one. */
final class WardDigits {

    private static final String LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ";
    private static final String HEX = "0123456789abcdef";
    private static final int[] VIN_WEIGHTS = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
    private static final String VIN_VALUES = "0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ";

    private WardDigits() {}

    @SafeVarargs
    static <T> T pick(Random random, T... items) {
        return items[random.nextInt(items.length)];
    }

    /**
     * {@code #} is a digit, {@code %} one from 1 to 9, {@code ~} from 2 to 9, {@code @} a capital, {@code &} a
     * hexadecimal digit.
     */
    static String form(Random random, String pattern) {
        StringBuilder text = new StringBuilder();
        for (char c : pattern.toCharArray()) {
            text.append(switch (c) {
                case '#' -> (char) ('0' + random.nextInt(10));
                case '%' -> (char) ('1' + random.nextInt(9));
                case '~' -> (char) ('2' + random.nextInt(8));
                case '@' -> LETTERS.charAt(random.nextInt(LETTERS.length()));
                case '&' -> HEX.charAt(random.nextInt(16));
                default -> c;
            });
        }
        return text.toString();
    }

    /** One of several patterns, filled. */
    static String any(Random random, String... patterns) {
        return form(random, pick(random, patterns));
    }

    /** Digits with a blank, or another separator, before every group but the first. */
    static String grouped(String digits, String separator, int... sizes) {
        StringBuilder text = new StringBuilder();
        int at = 0;
        for (int size : sizes) {
            text.append(at == 0 ? "" : separator).append(digits, at, at + size);
            at += size;
        }
        return text.toString();
    }

    /** The number with its Luhn digit behind. */
    static String luhn(String digits) {
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(digits.length() - 1 - i) - '0';
            int twice = i % 2 == 0 ? 2 * digit : digit;
            sum += twice > 9 ? twice - 9 : twice;
        }
        return digits + (10 - sum % 10) % 10;
    }

    static int weighted(String digits, int... weights) {
        int sum = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += (digits.charAt(i) - '0') * weights[i];
        }
        return sum;
    }

    /** Weighted sum in which each product counts with the sum of its digits. */
    static int crossed(String digits, int... weights) {
        int sum = 0;
        for (int i = 0; i < weights.length; i++) {
            int product = (digits.charAt(i) - '0') * weights[i];
            sum += product / 10 + product % 10;
        }
        return sum;
    }

    /** ISO 13616: country, two check digits and the account. */
    static String iban(String country, String account) {
        return country + "%02d".formatted(98 - mod97(account + country + "00")) + account;
    }

    private static int mod97(String text) {
        int rest = 0;
        for (char c : text.toCharArray()) {
            int value = Character.digit(c, 36);
            rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
        }
        return rest;
    }

    /** Seventeen characters whose ninth is the check digit of North American makers. */
    static String vin(String seventeen) {
        int sum = 0;
        for (int i = 0; i < 17; i++) {
            sum += VIN_VALUES.indexOf(seventeen.charAt(i)) % 10 * VIN_WEIGHTS[i];
        }
        int check = sum % 11;
        return seventeen.substring(0, 8) + (check == 10 ? "X" : check) + seventeen.substring(9);
    }

    /** ISO 7064 mod 11,10, as of the German tax number. */
    static int mod1110(String digits) {
        int product = 10;
        for (char c : digits.toCharArray()) {
            int sum = (c - '0' + product) % 10;
            product = (sum == 0 ? 10 : sum) * 2 % 11;
        }
        return (11 - product) % 10;
    }
}
