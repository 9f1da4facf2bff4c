package quern.benchmarks.letters;

import java.math.BigInteger;
import java.util.Random;

/** Numbers with valid check digits, each computed from its public definition. */
final class Numbers {

    private static final String VIN_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789";
    private static final int[] VIN_WEIGHTS = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};

    private Numbers() {}

    static String digits(int count, Random random) {
        StringBuilder digits = new StringBuilder();
        for (int i = 0; i < count; i++) {
            digits.append((char) ('0' + (i == 0 ? 1 + random.nextInt(9) : random.nextInt(10))));
        }
        return digits.toString();
    }

    /** Each {@code #} a digit, {@code @} a letter, {@code +} a digit that is no zero, {@code *} a plus sign. */
    static String fill(String pattern, Random random) {
        StringBuilder filled = new StringBuilder();
        for (char c : pattern.toCharArray()) {
            filled.append(switch (c) {
                case '#' -> (char) ('0' + random.nextInt(10));
                case '+' -> (char) ('1' + random.nextInt(9));
                case '@' -> "ABCDEFGHKLMNPRSTUVWXYZ".charAt(random.nextInt(22));
                case '*' -> '+';
                default -> c;
            });
        }
        return filled.toString();
    }

    static String withLuhn(String body) {
        int sum = 0;
        for (int i = 0; i < body.length(); i++) {
            int digit = body.charAt(body.length() - 1 - i) - '0';
            int twice = i % 2 == 0 ? digit * 2 : digit;
            sum += twice > 9 ? twice - 9 : twice;
        }
        return body + (10 - sum % 10) % 10;
    }

    static String npi(Random random) {
        return withLuhn("80840" + "1" + digits(8, random)).substring(5);
    }

    static String iban(String country, String account) {
        StringBuilder number = new StringBuilder();
        for (char c : (account + country + "00").toCharArray()) {
            number.append(Character.isDigit(c) ? String.valueOf(c) : String.valueOf(c - 'A' + 10));
        }
        int check = 98 - new BigInteger(number.toString()).mod(BigInteger.valueOf(97)).intValue();
        return country + (check < 10 ? "0" : "") + check + account;
    }

    static String vin(Random random) {
        char[] vin = new char[17];
        int sum = 0;
        for (int i = 0; i < 17; i++) {
            vin[i] = i > 11 ? (char) ('0' + random.nextInt(10))
                    : VIN_LETTERS.charAt(random.nextInt(VIN_LETTERS.length()));
            sum += i == 8 ? 0 : vinValue(vin[i]) * VIN_WEIGHTS[i];
        }
        vin[8] = sum % 11 == 10 ? 'X' : (char) ('0' + sum % 11);
        return new String(vin);
    }

    private static int vinValue(char c) {
        if (c <= '9') {
            return c - '0';
        }
        return c <= 'H' ? c - 'A' + 1 : c <= 'R' ? c - 'J' + 1 : c - 'S' + 2;
    }

    static String nhs(Random random) {
        while (true) {
            String body = digits(9, random);
            int sum = 0;
            for (int i = 0; i < 9; i++) {
                sum += (body.charAt(i) - '0') * (10 - i);
            }
            int check = (11 - sum % 11) % 11;
            if (check < 10) {
                return body + check;
            }
        }
    }

    static String dea(String initial, Random random) {
        String body = digits(6, random);
        int odd = body.charAt(0) + body.charAt(2) + body.charAt(4) - 3 * '0';
        int even = body.charAt(1) + body.charAt(3) + body.charAt(5) - 3 * '0';
        return "B" + initial + body + (odd + 2 * even) % 10;
    }

    /** Eleven digits, one of the first ten twice; check digit by ISO 7064 MOD 11,10. */
    static String steuerId(Random random) {
        int[] order = random.ints(0, 10).distinct().limit(10).toArray();
        if (order[0] == 0) {
            order[0] = order[9];
            order[9] = 0;
        }
        order[9] = order[2 + random.nextInt(5)];
        int product = 10;
        StringBuilder number = new StringBuilder();
        for (int digit : order) {
            int sum = (digit + product) % 10;
            product = (sum == 0 ? 10 : sum) * 2 % 11;
            number.append(digit);
        }
        return number.append((11 - product) % 10).toString();
    }

    /** Cuts a number into groups. */
    static String grouped(String number, String separator, int... sizes) {
        StringBuilder grouped = new StringBuilder();
        int at = 0;
        for (int i = 0; at < number.length(); i++) {
            int to = Math.min(number.length(), at + sizes[Math.min(i, sizes.length - 1)]);
            grouped.append(at == 0 ? "" : separator).append(number, at, to);
            at = to;
        }
        return grouped.toString();
    }
}
