package quern.benchmarks.letters;

import java.util.Random;

/** Cards, accounts and what else moves money. */
final class WardLedger {

    private WardLedger() {}

    static void enter() {
        WardSlots.enter("card", "credit_card", (scene, form) -> card(scene.random, form));
        WardSlots.enter("iban", "iban", WardLedger::iban);
        WardSlots.enter("sortcode", "account", "%#-##-##", "%# ## ##", "%#####");
        WardSlots.enter("bsb", "account", "06%-###", "03%-###", "01%-###", "08####");
        WardSlots.enter("routing", "account", "021######", "122######", "071######", "0610#####");
        WardSlots.enter("transit", "account", "0%###-00%", "%####-010");
        WardSlots.enter("blz", "account", "370 501 98", "%## ### ##", "%#######");
        WardSlots.enter("account", "account", (scene, form) -> switch (scene.land) {
            case US -> WardDigits.any(scene.random, "%#########", "%###########", "%########", "000%########",
                    "%###-####-##");
            case UK, IE -> WardDigits.any(scene.random, "########", "%#######", "#### ####");
            case AU -> WardDigits.any(scene.random, "%#####", "%########", "## #### %#", "%### ####");
            case CA -> WardDigits.any(scene.random, "%######", "###-####-#", "%#####-#");
            case DE -> WardDigits.any(scene.random, "%#########", "%## ### ##", "%######");
        });
        WardSlots.enter("customer", "account", (scene, form) -> scene.land == WardLand.DE
                ? WardDigits.any(scene.random, "%########", "KD-%#####", "%## %## %##", "K%#####")
                : WardDigits.any(scene.random, "%#######", "%#########", "A-%#####", "%### #### ####", "@@%#####",
                        "8500 %### ####", "C%######"));
        WardSlots.enter("loan", "account", "%#########", "LN-%######", "%###-%######");
    }

    private static String card(Random random, String form) {
        int maker = random.nextInt(6);
        if (maker == 0) {
            String amex = WardDigits.luhn(WardDigits.any(random, "34############", "37############"));
            return random.nextBoolean() ? amex : WardDigits.grouped(amex, random.nextBoolean() ? " " : "-", 4, 6, 5);
        }
        String start = maker < 4 ? "4##############" : WardDigits.pick(random, "51#############", "53#############",
                "55#############", "2221###########", "6011###########");
        String digits = WardDigits.luhn(WardDigits.form(random, start));
        return switch (random.nextInt(5)) {
            case 0 -> digits;
            case 1 -> WardDigits.grouped(digits, "-", 4, 4, 4, 4);
            default -> WardDigits.grouped(digits, " ", 4, 4, 4, 4);
        };
    }

    /** @param form a country other than the letter's, or empty */
    private static String iban(WardScene scene, String form) {
        Random random = scene.random;
        String country = !form.isEmpty() ? form : scene.land == WardLand.DE ? "de" : scene.land == WardLand.IE ? "ie"
                : "gb";
        String iban = switch (country) {
            case "de" -> WardDigits.iban("DE", WardDigits.any(random, "37050198##########", "%#######00########",
                    "10010010##########"));
            case "ie" -> WardDigits.iban("IE", WardDigits.any(random, "AIBK9%####", "BOFI90####", "IPBS99####")
                    + WardDigits.form(random, "########"));
            case "nl" -> WardDigits.iban("NL", WardDigits.any(random, "INGB0#########", "RABO0#########"));
            case "at" -> WardDigits.iban("AT", WardDigits.form(random, "20111###########"));
            default -> WardDigits.iban("GB", WardDigits.any(random, "BARC20####", "NWBK60####", "MIDL40####")
                    + WardDigits.form(random, "########"));
        };
        return random.nextInt(3) == 0 ? iban : iban.replaceAll("(.{4})(?=.)", "$1 ");
    }
}
