package quern.benchmarks.letters;

import java.util.Random;

/** Check digits of the care set's numbers. */
final class CareChecks {

    private CareChecks() {}

    /** The digits with the Luhn digit behind them. */
    static String luhn(String body) {
        return body + luhnDigit(body);
    }

    static int luhnDigit(String body) {
        int sum = 0;
        for (int i = 0; i < body.length(); i++) {
            int digit = body.charAt(body.length() - 1 - i) - '0';
            int twice = i % 2 == 0 ? 2 * digit : digit;
            sum += twice > 9 ? twice - 9 : twice;
        }
        return (10 - sum % 10) % 10;
    }

    /** Sum of digits by weights, the first weight for the first digit. */
    static int weighted(String digits, int... weights) {
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            sum += (digits.charAt(i) - '0') * weights[i % weights.length];
        }
        return sum;
    }

    /** The digit of GTIN and of the Swiss number: three and one in turns from the right. */
    static int gtinDigit(String body) {
        int sum = 0;
        for (int i = 0; i < body.length(); i++) {
            sum += (body.charAt(body.length() - 1 - i) - '0') * (i % 2 == 0 ? 3 : 1);
        }
        return (10 - sum % 10) % 10;
    }

    static String iban(String land, String account) {
        String check = numeric(account + land + "00");
        int rest = 98 - mod97(check);
        return land + (rest < 10 ? "0" : "") + rest + account;
    }

    static int mod97(String digits) {
        int rest = 0;
        for (char c : digits.toCharArray()) {
            rest = (rest * 10 + c - '0') % 97;
        }
        return rest;
    }

    private static String numeric(String text) {
        StringBuilder digits = new StringBuilder();
        for (char c : text.toCharArray()) {
            digits.append(Character.isDigit(c) ? String.valueOf(c) : String.valueOf(c - 'A' + 10));
        }
        return digits.toString();
    }

    /** Ten digits of which the last is the remainder by eleven. */
    static String nhs(Random random) {
        while (true) {
            String body = digits(9, random);
            int check = 11 - weighted(body, 10, 9, 8, 7, 6, 5, 4, 3, 2) % 11;
            if (check != 10 && body.charAt(0) != '0') {
                return body + (check == 11 ? 0 : check);
            }
        }
    }

    static String digits(int count, Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(random.nextInt(10));
        }
        return text.toString();
    }

    /** Seventeen characters with the digit at the ninth place that their weights ask for. */
    static String vin(Random random) {
        String letters = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789";
        String values = "12345678123457923456789" + "0123456789";
        String years = "ABCDEFGHJKLMNPRSTVWXY123456789";
        int[] weights = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
        String[] makers = {"1HG", "WVW", "JTD", "5YJ", "3FA", "WBA", "VF1", "2T1", "KNA", "SAL"};
        StringBuilder vin = new StringBuilder(makers[random.nextInt(makers.length)]);
        while (vin.length() < 17) {
            boolean number = vin.length() > 11;
            vin.append(number ? digits(1, random) : String.valueOf(years.charAt(random.nextInt(years.length()))));
        }
        int sum = 0;
        for (int i = 0; i < 17; i++) {
            sum += (values.charAt(letters.indexOf(vin.charAt(i))) - '0') * weights[i];
        }
        vin.setCharAt(8, sum % 11 == 10 ? 'X' : (char) ('0' + sum % 11));
        return vin.toString();
    }

    /** Digits in groups; what is left over stays in the last one. */
    static String grouped(String digits, String separator, int... sizes) {
        StringBuilder text = new StringBuilder();
        int at = 0;
        for (int size : sizes) {
            if (at < digits.length()) {
                text.append(at > 0 ? separator : "").append(digits, at, Math.min(digits.length(), at + size));
                at += size;
            }
        }
        return at < digits.length() ? text + separator + digits.substring(at) : text.toString();
    }

    /** The German tax number of a person: one digit twice among the first ten, then its check digit. */
    static String steuer(Random random) {
        String pool = "0123456789";
        StringBuilder body = new StringBuilder();
        while (!pool.isEmpty()) {
            int at = random.nextInt(pool.length());
            body.append(pool.charAt(at));
            pool = pool.substring(0, at) + pool.substring(at + 1);
        }
        body.setCharAt(7, body.charAt(2));
        if (body.charAt(0) == '0') {
            body.setCharAt(0, body.charAt(9));
            body.setCharAt(9, '0');
        }
        int product = 10;
        for (int i = 0; i < 10; i++) {
            int sum = (body.charAt(i) - '0' + product) % 10;
            product = 2 * (sum == 0 ? 10 : sum) % 11;
        }
        int check = 11 - product;
        return body.append(check == 10 ? 0 : check).toString();
    }

    /** An Italian tax code's last letter. */
    static char fiscale(String body) {
        int[] values = {1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
        int sum = 0;
        for (int i = 0; i < body.length(); i++) {
            char c = body.charAt(i);
            int value = Character.isDigit(c) ? c - '0' : c - 'A';
            sum += i % 2 == 0 ? values[value] : value;
        }
        return (char) ('A' + sum % 26);
    }
}
