package quern.benchmarks.letters;

import java.util.Random;

/** Numbers that a state gives its citizens. */
final class WardCitizens {

    private static final String PPSN_CHECKS = "WABCDEFGHIJKLMNOPQRSTUV";
    private static final String CARD_LETTERS = "CFGHJKLMNPRTVWXYZ0123456789";

    private WardCitizens() {}

    static void enter() {
        WardSlots.enter("ssn", "ssn", WardCitizens::ssn);
        WardSlots.enter("nhs", "national_id", WardCitizens::nhs);
        WardSlots.enter("chi", "national_id", (scene, form) -> chi(scene));
        WardSlots.enter("nino", "national_id", (scene, form) -> {
            String letters = WardDigits.pick(scene.random, "AB", "CE", "JK", "NX", "PW", "SR", "YT", "ZM");
            String digits = WardDigits.form(scene.random, "######");
            String end = WardDigits.pick(scene.random, "A", "B", "C", "D");
            return scene.random.nextBoolean() ? letters + digits + end
                    : letters + " " + WardDigits.grouped(digits, " ", 2, 2, 2) + " " + end;
        });
        WardSlots.enter("ppsn", "national_id", (scene, form) -> ppsn(scene.random));
        WardSlots.enter("sin", "national_id", (scene, form) -> {
            String sin = WardDigits.luhn(WardDigits.form(scene.random, "%#######"));
            return scene.random.nextInt(4) == 0 ? sin : WardDigits.grouped(sin, form.isEmpty() ? " " : "-", 3, 3, 3);
        });
        WardSlots.enter("tfn", "national_id", (scene, form) -> WardDigits.grouped(tfn(scene.random),
                scene.random.nextInt(4) == 0 ? "" : " ", 3, 3, 3));
        WardSlots.enter("steuerid", "national_id", (scene, form) -> steuerId(scene.random));
        WardSlots.enter("rvnr", "national_id", (scene, form) -> pension(scene));
        WardSlots.enter("perso", "national_id", (scene, form) -> identityCard(scene.random));
        WardSlots.enter("passport", "national_id", (scene, form) -> switch (scene.land) {
            case US -> WardDigits.any(scene.random, "5########", "A########");
            case UK -> WardDigits.form(scene.random, "5########");
            case IE -> WardDigits.form(scene.random, "P@#######");
            case AU -> WardDigits.any(scene.random, "N#######", "PA#######");
            case CA -> WardDigits.any(scene.random, "GA######", "HK######");
            case DE -> identityCard(scene.random);
        });
    }

    private static String ssn(WardScene scene, String form) {
        Random random = scene.random;
        int area = 1 + random.nextInt(898);
        String text = "%03d%02d%04d".formatted(area == 666 ? 221 : area, 1 + random.nextInt(99),
                1 + random.nextInt(9999));
        return switch (random.nextInt(8)) {
            case 0 -> text;
            case 1 -> WardDigits.grouped(text, " ", 3, 2, 4);
            default -> WardDigits.grouped(text, "-", 3, 2, 4);
        };
    }

    private static String nhs(WardScene scene, String form) {
        while (true) {
            String nine = WardDigits.form(scene.random, WardDigits.pick(scene.random, "4########", "6########"));
            int check = (11 - WardDigits.weighted(nine, 10, 9, 8, 7, 6, 5, 4, 3, 2) % 11) % 11;
            if (check < 10) {
                return form.equals("plain") || scene.random.nextInt(4) == 0 ? nine + check
                        : WardDigits.grouped(nine + check, scene.random.nextInt(6) == 0 ? "-" : " ", 3, 3, 4);
            }
        }
    }

    private static String chi(WardScene scene) {
        WardPerson person = scene.person("p");
        while (true) {
            String nine = "%02d%02d%02d".formatted(person.born().getDayOfMonth(), person.born().getMonthValue(),
                    person.born().getYear() % 100) + WardDigits.form(scene.random, "##")
                    + WardDigits.pick(scene.random, person.female() ? "2468" : "1357").charAt(scene.random.nextInt(4));
            int check = (11 - WardDigits.weighted(nine, 10, 9, 8, 7, 6, 5, 4, 3, 2) % 11) % 11;
            if (check < 10) {
                return scene.random.nextInt(3) == 0 ? WardDigits.grouped(nine + check, " ", 6, 4) : nine + check;
            }
        }
    }

    private static String ppsn(Random random) {
        String seven = WardDigits.form(random, "%######");
        String second = WardDigits.pick(random, "", "", "A", "B");
        int sum = WardDigits.weighted(seven, 8, 7, 6, 5, 4, 3, 2)
                + 9 * (second.isEmpty() ? 0 : second.charAt(0) - 'A' + 1);
        return seven + PPSN_CHECKS.charAt(sum % 23) + second;
    }

    private static String tfn(Random random) {
        while (true) {
            String nine = WardDigits.form(random, "%########");
            if (WardDigits.weighted(nine, 1, 4, 3, 7, 5, 8, 6, 9, 10) % 11 == 0) {
                return nine;
            }
        }
    }

    /** Ten digits of which exactly one stands twice, and the check digit. */
    private static String steuerId(Random random) {
        StringBuilder ten = new StringBuilder("0123456789");
        for (int i = 9; i > 0; i--) {
            int j = random.nextInt(i + 1);
            char swapped = ten.charAt(i);
            ten.setCharAt(i, ten.charAt(j));
            ten.setCharAt(j, swapped);
        }
        int from = random.nextInt(9);
        ten.setCharAt(from + 1, ten.charAt(from));
        if (ten.charAt(0) == '0') {
            ten.reverse();
        }
        String all = ten.toString() + WardDigits.mod1110(ten.toString());
        return random.nextInt(3) == 0 ? all : WardDigits.grouped(all, " ", 2, 3, 3, 3);
    }

    private static String pension(WardScene scene) {
        WardPerson person = scene.person("p");
        String area = WardDigits.pick(scene.random, "12", "15", "24", "53", "65", "09");
        String born = "%02d%02d%02d".formatted(person.born().getDayOfMonth(), person.born().getMonthValue(),
                person.born().getYear() % 100);
        char letter = WardPerson.plain(person.last()).toUpperCase(java.util.Locale.ROOT).charAt(0);
        String serial = (person.female() ? "5" : "0") + WardDigits.form(scene.random, "#");
        int check = WardDigits.crossed(area + born + "%02d".formatted(letter - 'A' + 1) + serial,
                2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1) % 10;
        String end = serial + check;
        return scene.random.nextBoolean() ? area + " " + born + " " + letter + " " + end : area + born + letter + end;
    }

    private static String identityCard(Random random) {
        StringBuilder nine = new StringBuilder("L");
        while (nine.length() < 9) {
            nine.append(CARD_LETTERS.charAt(random.nextInt(CARD_LETTERS.length())));
        }
        int sum = 0;
        for (int i = 0; i < 9; i++) {
            sum += Character.digit(nine.charAt(i), 36) * (i % 3 == 0 ? 7 : i % 3 == 1 ? 3 : 1);
        }
        return random.nextBoolean() ? nine.toString() : nine.toString() + sum % 10;
    }
}
