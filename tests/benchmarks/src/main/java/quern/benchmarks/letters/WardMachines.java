package quern.benchmarks.letters;

import java.util.Random;

/** Vehicles and devices. */
final class WardMachines {

    private WardMachines() {}

    static void enter() {
        WardSlots.enter("plate", "vehicle", (scene, form) -> switch (scene.land) {
            case US -> WardDigits.any(scene.random, "%@@@###", "@@@ ####", "@@@-####", "###-@@@", "@@#-@#@");
            case UK -> WardDigits.any(scene.random, "L@1% @@@", "Y@6# @@@", "BD7#@@@", "@### @@@", "S@2# @@@");
            case IE -> WardDigits.any(scene.random, "191-D-#####", "08-C-%###", "222 KY ####", "161-G-###");
            case AU -> WardDigits.any(scene.random, "@@@-##@", "%@@-#@@", "@@@###", "S###-@@@");
            case CA -> WardDigits.any(scene.random, "C@@@ ###", "@@#-##@", "@@@ ###");
            case DE -> WardDigits.any(scene.random, "K-@@ %##", "OL-@@ %###", "M @@ %###", "B-@@ %###", "HRO-@ %##",
                    "VS-@@ %#E");
        });
        WardSlots.enter("vin", "vehicle", (scene, form) -> vin(scene.random));
        WardSlots.enter("serial", "device", "SN%#######", "%########", "@@@%#####H", "P@N%######S", "%#@%####",
                "%###-%####", "21@%#####", "BLK%#####", "@%##%###@", "BK-%####-@");
        WardSlots.enter("laptop", "device", "5CG%####@@@", "PF%@@%##", "C02@@%##@@@@", "@@%#@@#", "%@@%##@");
        WardSlots.enter("imei", "device", (scene, form) -> {
            String imei = WardDigits.luhn(WardDigits.form(scene.random, "35%###########"));
            return scene.random.nextInt(3) == 0 ? WardDigits.grouped(imei, "-", 2, 6, 6, 1) : imei;
        });
        WardSlots.enter("mac", "device", (scene, form) -> {
            String mac = WardDigits.form(scene.random, "&&:&&:&&:&&:&&:&&");
            return switch (scene.random.nextInt(4)) {
                case 0 -> mac.replace(':', '-').toUpperCase(java.util.Locale.ROOT);
                case 1 -> mac.toUpperCase(java.util.Locale.ROOT);
                default -> mac;
            };
        });
        WardSlots.enter("udi", "device", (scene, form) -> WardDigits.any(scene.random, "(01)0088%#########(21)%@%#####",
                "(01)0088%#########(17)270400(21)%@%#####"));
    }

    private static String vin(Random random) {
        String start = WardDigits.pick(random, "1HGCM", "2T1BR", "5YJ3E", "1FTFW", "WVWZZ", "SALLA", "JTDKN", "3VWDX",
                "KMHD8", "WDB21");
        return WardDigits.vin(start + WardDigits.form(random, "%@#1@%######"));
    }
}
