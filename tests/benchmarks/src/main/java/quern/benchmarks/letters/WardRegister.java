package quern.benchmarks.letters;

import java.util.Locale;
import java.util.Random;

/** Numbers under which hospitals, insurers, boards and offices keep somebody. */
final class WardRegister {

    private WardRegister() {}

    static void enter() {
        care();
        boards();
        offices();
    }

    private static void care() {
        WardSlots.enter("mrn", "mrn", (scene, form) -> switch (scene.land) {
            case US -> WardDigits.any(scene.random, "%#######", "00%######", "%##-##-##", "E%#######", "%######",
                    "MR%######");
            case UK -> WardDigits.any(scene.random, "@%######", "%######", "RX%#####", "%##/%###", "@@@%#####");
            case IE -> WardDigits.any(scene.random, "%######", "H%######", "%#####");
            case AU -> WardDigits.any(scene.random, "%######", "UR%#####", "0%#####");
            case CA -> WardDigits.any(scene.random, "%#######", "J%######", "%##-%##");
            case DE -> WardDigits.any(scene.random, "%#######", "00%########", "%####/%#", "P-%#####", "%#####");
        });
        WardSlots.enter("stay", "mrn", (scene, form) -> WardDigits.any(scene.random, "%########",
                scene.visit.getYear() + "-%####", "V%#######", "%#########"));
        WardSlots.enter("member", "health_plan", "@@@%########", "W%########", "%########-01", "@%#######",
                "XYP%########", "%#########", "U%####### 02", "H%#######");
        WardSlots.enter("group", "health_plan", "%####", "0%#####-###", "G-%####", "%#####A", "%######");
        WardSlots.enter("mbi", "health_plan", (scene, form) -> {
            String mbi = WardDigits.form(scene.random, "%@#%@#%@@##");
            return scene.random.nextBoolean() ? mbi : WardDigits.grouped(mbi, "-", 4, 3, 4);
        });
        WardSlots.enter("medicaid", "health_plan", "@@#####@", "%########", "%###########", "@%#######");
        WardSlots.enter("aumedicare", "health_plan", (scene, form) -> {
            String eight = WardDigits.form(scene.random, WardDigits.pick(scene.random, "2", "3", "4", "5", "6")
                    + "#######");
            String ten = eight + WardDigits.weighted(eight, 1, 3, 7, 9, 1, 3, 7, 9) % 10
                    + WardDigits.pick(scene.random, "1", "2", "3");
            return WardDigits.grouped(ten, scene.random.nextInt(4) == 0 ? "" : " ", 4, 5, 1)
                    + WardDigits.pick(scene.random, "", "", "-1", " / 2");
        });
        WardSlots.enter("ohip", "health_plan", (scene, form) -> {
            String ten = WardDigits.luhn(WardDigits.form(scene.random, "%########"));
            return WardDigits.grouped(ten, WardDigits.pick(scene.random, "-", " ", ""), 4, 3, 3)
                    + WardDigits.any(scene.random, "", " @@", "-@@");
        });
        WardSlots.enter("ramq", "health_plan", (scene, form) -> {
            WardPerson person = scene.person("p");
            String letters = (WardPerson.plain(person.last()) + "xxx").replace("-", "").substring(0, 3)
                    + WardPerson.plain(person.first()).charAt(0);
            return letters.toUpperCase(Locale.ROOT) + " %02d%02d %02d".formatted(person.born().getYear() % 100,
                    person.born().getMonthValue() + (person.female() ? 50 : 0), person.born().getDayOfMonth())
                    + WardDigits.form(scene.random, "##");
        });
        WardSlots.enter("kvnr", "health_plan", (scene, form) -> kvnr(scene.random));
        WardSlots.enter("pkv", "health_plan", "%## %###### %", "KV %#######", "%#########.%", "%##/%#####");
        WardSlots.enter("dva", "health_plan", "NX%#####", "QSM%####", "VSS%#####");
        WardSlots.enter("medcard", "health_plan", "%#####@", "@%#####@");
    }

    /** A letter and nine digits, of which the last checks the others. */
    private static String kvnr(Random random) {
        char letter = (char) ('A' + random.nextInt(26));
        String eight = WardDigits.form(random, "%#######");
        int check = WardDigits.crossed("%02d".formatted(letter - 'A' + 1) + eight, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2) % 10;
        String all = letter + eight + check;
        return random.nextInt(6) == 0 ? WardDigits.grouped(all, " ", 4, 3, 3) : all;
    }

    private static void boards() {
        WardSlots.enter("dl", "license", WardRegister::drivingLicence);
        WardSlots.enter("gmc", "license", "%######");
        WardSlots.enter("nmc", "license", "%#@%###E", "0%@#%##E");
        WardSlots.enter("hcpc", "license", "PH%#####", "OT%#####", "PA%####");
        WardSlots.enter("npi", "license", (scene, form) ->
                WardDigits.luhn("80840" + WardDigits.form(scene.random, "1########")).substring(5));
        WardSlots.enter("dea", "license", (scene, form) -> {
            String six = WardDigits.form(scene.random, "%#####");
            int check = WardDigits.weighted(six, 1, 2, 1, 2, 1, 2) % 10;
            return WardDigits.pick(scene.random, "B", "F", "M")
                    + scene.person("d").last().toUpperCase(Locale.ROOT).replaceAll("[^A-Z].*", "").concat("S").charAt(0)
                    + six + check;
        });
        WardSlots.enter("statelicence", "license", "MD%#####", "A-%####", "ME %#####", "036-%#####",
                "@%####", "RN%#####");
        WardSlots.enter("ahpra", "license", "MED000%######", "NMW000%######", "PHA000%######");
        WardSlots.enter("provider", "license", "%#####@@", "%####%@");
        WardSlots.enter("cpso", "license", "%####", "%#####");
        WardSlots.enter("mcn", "license", "%#####", "0%####");
        WardSlots.enter("lanr", "license", (scene, form) -> {
            String six = WardDigits.form(scene.random, "%#####");
            int check = (10 - WardDigits.weighted(six, 4, 9, 4, 9, 4, 9) % 10) % 10;
            return six + check + WardDigits.pick(scene.random, "01", "03", "34");
        });
    }

    private static String drivingLicence(WardScene scene, String form) {
        Random random = scene.random;
        return switch (scene.land) {
            case US -> WardDigits.any(random, "@%######", "%########", "@%##-###-##-###-#", "%#######",
                    "@%##-%###-%###");
            case UK -> {
                WardPerson p = scene.person("p");
                String last = (WardPerson.plain(p.last()).replace("-", "") + "99999").substring(0, 5);
                String born = "%d%02d%02d%d".formatted(p.born().getYear() / 10 % 10,
                        p.born().getMonthValue() + (p.female() ? 50 : 0), p.born().getDayOfMonth(),
                        p.born().getYear() % 10);
                String all = (last + born + WardPerson.plain(p.first()).charAt(0) + "9").toUpperCase(Locale.ROOT)
                        + WardDigits.form(random, "%@@");
                yield random.nextInt(3) == 0 ? WardDigits.grouped(all, " ", 5, 6, 5) : all;
            }
            case IE -> WardDigits.form(random, "%########");
            case AU -> WardDigits.any(random, "%#######", "0%#######", "%######");
            case CA -> WardDigits.any(random, "@####-#####-#####", "%######", "######-###");
            case DE -> WardDigits.any(random, "B%##@@#%@#%", "J%##%@@###%", "N%#@###@%#%");
        };
    }

    private static void offices() {
        WardSlots.enter("claim", "other_id", "%#########", "CLM-%######", "%##-%#####", "C%####-%###", "20%#######",
                "%####### /01");
        WardSlots.enter("policy", "other_id", "%#########", "HP-%######", "@@@ %######", "%####/%####", "MOT%#######");
        WardSlots.enter("case", "other_id", (scene, form) -> WardDigits.any(scene.random, "%#####",
                scene.visit.getYear() + "/%###", "CS-%#####", "@@/%####/" + scene.visit.getYear() % 100));
        WardSlots.enter("crime", "other_id", (scene, form) -> WardDigits.any(scene.random,
                "%#/%####/" + "%02d".formatted(scene.visit.getYear() % 100), "CR/%####/%#", "13%########"));
        WardSlots.enter("docket", "other_id", (scene, form) -> "%02d".formatted(scene.visit.getYear() % 100)
                + WardDigits.any(scene.random, "-CV-0%###", " CVD %####", "-%####-FC", "-cv-0%###-@@@"));
        WardSlots.enter("reference", "other_id", "@@@/%####", "%####-%#", "@@%#####", "%###/@@/%##", "%########");
        WardSlots.enter("aktenzeichen", "other_id", (scene, form) -> WardDigits.any(scene.random, "%# C %##/"
                + scene.visit.getYear() % 100, "%## F %#/" + scene.visit.getYear() % 100, "S %# R %###/"
                + scene.visit.getYear() % 100, "@@-%####-%#", "%##.%#.%#-%####"));
        WardSlots.enter("invoice", "other_id", (scene, form) -> WardDigits.any(scene.random, "INV-%####",
                scene.visit.getYear() + "-%####", "%######", "SI%#####", "R%#####"));
        WardSlots.enter("order", "other_id", "%##-%######-%######", "#%#####", "%########", "ORD%######", "W%########");
        WardSlots.enter("pnr", "other_id", "@@%@@#", "@%@@%@", "@@@@@@");
        WardSlots.enter("ticketno", "other_id", "INC00%#####", "#%####", "REQ%######", "HD-%####", "%######");
        WardSlots.enter("eticket", "other_id", "125-##########", "016##########", "220-##########");
        WardSlots.enter("employee", "other_id", "%#####", "E%####", "00%####", "EMP-%###", "%#######");
        WardSlots.enter("uci", "other_id", "%###-%###", "11-####-####", "%#######");
        WardSlots.enter("ndis", "other_id", "43#######", "43# ### ###");
        WardSlots.enter("student", "other_id", "%#######", "S%######", "20%#####", "%#####");
        WardSlots.enter("accession", "other_id", (scene, form) -> WardDigits.any(scene.random, "%#######",
                "CT-%####-" + scene.visit.getYear() % 100, "A%##-%####", "S" + scene.visit.getYear() % 100 + "-%####",
                "RAD%#######"));
        WardSlots.enter("specimen", "other_id", "%#:@@%####@", "%#########", "L%######", "H,%#.%######.@", "%######@");
        WardSlots.enter("rx", "other_id", "%######", "%######-%####", "C%######", "%#######");
        WardSlots.enter("tracking", "other_id", "1Z%@%##@%##########", "9400 1%## #### #### #### ##", "@@%########GB",
                "00340434#############", "JJD000%##########", "%###########");
        WardSlots.enter("uuid", "other_id", "&&&&&&&&-&&&&-4&&&-a&&&-&&&&&&&&&&&&");
        WardSlots.enter("user", "other_id", (scene, form) -> {
            WardPerson person = scene.person(form);
            return WardPerson.plain(person.first()).charAt(0) + WardPerson.plain(person.last()).replace("-", "")
                    + WardDigits.any(scene.random, "", "", "%", "##");
        });
    }
}
