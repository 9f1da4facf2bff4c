package quern.benchmarks.letters;

import java.util.Random;

/** Telephone and fax numbers, mail, addresses on the web and in networks. */
final class WardWires {

    private static final String[] US = {"(~0~) ~##-####", "~1~-~##-####", "~0~.~##.####", "(~1~)~##-####",
        "1-~0~-~##-####", "+1 ~1~ ~## ####", "~0~ ~## ####", "~5~~######", "+1 (~4~) ~##-####"};
    private static final String[] UK_LAND = {"0113 %## ####", "020 7### ####", "0117 9## ####", "01%## %#####",
        "(01%##) %#####", "+44 1%## %#####", "01%## %## ###", "0208 ### ####", "+44 (0)1%## %#####", "01%########",
        "0141-%##-####"};
    private static final String[] UK_MOBILE = {"07### ######", "07#########", "+44 7### ######", "07### ### ###",
        "+447#########"};
    private static final String[] IE = {"021 4## ####", "(01) 8## ####", "+353 1 6## ####", "065 68# ####",
        "01-4######", "091 %#####"};
    private static final String[] IE_MOBILE = {"087 ### ####", "085-#######", "+353 86 ### ####", "083#######"};
    private static final String[] AU = {"(02) 9### ####", "03 9### ####", "07 4### ####", "+61 8 8### ####",
        "(08) 9### ####", "1300 ### ###", "02 69## ####"};
    private static final String[] AU_MOBILE = {"04## ### ###", "04########", "+61 4## ### ###"};
    private static final String[] CA = {"(604) ~##-####", "416-~##-####", "1-514-~##-####", "902.~##.####",
        "+1 780 ~## ####", "613 ~##-####"};
    private static final String[] DE = {"0221 / %#####", "0441-%######", "(0761) %## ## ##", "+49 345 %######",
        "0561/%#####-%#", "030 %### ####", "089/%## ### ##", "+49 (0)431 %## %##", "0049 711 %#####", "04401 %####",
        "0231 %######-0", "0211 %#######"};
    private static final String[] DE_MOBILE = {"0171 %######", "0151/%#######", "+49 176 %#######", "0160-%######",
        "0178 ## ## ###", "0152 ########"};
    private static final String[] HOSTS = {"riverside-medical", "northgate-clinic", "stcolumbas", "harbourview",
        "meadowbank", "lakeland-care", "brightwater", "castlefield", "pinecrest", "westmarch"};
    private static final String[] DE_HOSTS = {"klinikum-weserbogen", "praxis-am-markt", "mvz-nordpark", "hausarzt-sued",
        "rehazentrum-talblick", "stadtwerke-unterland"};

    private WardWires() {}

    static void enter() {
        WardSlots.enter("phone", "phone", (scene, form) -> phone(scene, form.equals("mobile")));
        WardSlots.enter("fax", "fax", (scene, form) -> phone(scene, false));
        WardSlots.enter("ext", "phone", "####", "%###", "%##");
        WardSlots.enter("bleep", "phone", "%###", "####");
        WardSlots.enter("tollfree", "phone", "1-800-~##-####", "(888) ~##-####", "1-877-~##-####", "866.~##.####");
        WardSlots.enter("freephone", "phone", "0800 ### ####", "0345 ### ####", "0300 ### ####", "0800 %## ###");
        WardSlots.enter("email", "email", WardWires::email);
        WardSlots.enter("url", "url", WardWires::url);
        WardSlots.enter("ip", "ip", (scene, form) -> ip(scene.random));
        WardSlots.enter("lanip", "ip", (scene, form) -> scene.random.nextBoolean()
                ? "10." + octet(scene.random) + "." + octet(scene.random) + "." + octet(scene.random)
                : "192.168." + octet(scene.random) + "." + octet(scene.random));
        WardSlots.enter("ipsix", "ip", "2001:db8:&&&&:&&::&&", "2a02:%&&&:&&&&:&&&&:&&&&:&&&&:&&&&:&&&&",
                "2606:4700:&&&&::&&&&:&&&&", "fe80::&&&&:&&ff:fe&&:&&&&");
    }

    private static String phone(WardScene scene, boolean mobile) {
        String[] patterns = switch (scene.land) {
            case US -> US;
            case UK -> mobile ? UK_MOBILE : UK_LAND;
            case IE -> mobile ? IE_MOBILE : IE;
            case AU -> mobile ? AU_MOBILE : AU;
            case CA -> CA;
            case DE -> mobile ? DE_MOBILE : DE;
        };
        return WardDigits.any(scene.random, patterns);
    }

    private static int octet(Random random) {
        return 1 + random.nextInt(254);
    }

    private static String ip(Random random) {
        int first = WardDigits.pick(random, 24, 31, 66, 73, 81, 86, 92, 109, 145, 184, 203, 212);
        return first + "." + octet(random) + "." + octet(random) + "." + octet(random);
    }

    private static String host(WardScene scene) {
        String name = WardDigits.pick(scene.random, scene.land == WardLand.DE ? DE_HOSTS : HOSTS);
        String[] ends = switch (scene.land) {
            case US -> new String[] {".org", ".com", "-health.org"};
            case UK -> new String[] {".nhs.uk", ".co.uk", ".org.uk", ".nhs.net"};
            case IE -> new String[] {".ie"};
            case AU -> new String[] {".com.au", ".org.au", ".health.gov.au"};
            case CA -> new String[] {".ca"};
            case DE -> new String[] {".de"};
        };
        return name + WardDigits.pick(scene.random, ends);
    }

    /** @param form a person's role, with {@code work} in front for an address at work; or the box of an office */
    private static String email(WardScene scene, String form) {
        Random random = scene.random;
        if (form.length() > 1 && !form.startsWith("work")) {
            return form + "@" + host(scene);
        }
        WardPerson person = scene.person(form.substring(form.length() - 1));
        String first = WardPerson.plain(person.first());
        String last = WardPerson.plain(person.last());
        if (form.startsWith("work")) {
            return WardDigits.pick(random, first + "." + last, first.charAt(0) + last, first.charAt(0) + "." + last,
                    last) + "@" + host(scene);
        }
        String box = WardDigits.pick(random, first + "." + last, first + last + WardDigits.form(random, "##"),
                first.charAt(0) + "_" + last, first + WardDigits.form(random, "%##"), last + "." + first.charAt(0),
                first + "_" + last + WardDigits.any(random, "196#", "197#", "198#", "8#"),
                "the" + last + "s", first + "+post");
        String[] hosts = switch (scene.land) {
            case US -> new String[] {"gmail.com", "yahoo.com", "comcast.net", "aol.com", "icloud.com"};
            case UK -> new String[] {"gmail.com", "btinternet.com", "hotmail.co.uk", "outlook.com", "sky.com"};
            case IE -> new String[] {"gmail.com", "eircom.net", "hotmail.com"};
            case AU -> new String[] {"bigpond.com", "gmail.com", "optusnet.com.au"};
            case CA -> new String[] {"shaw.ca", "gmail.com", "videotron.ca"};
            case DE -> new String[] {"web.de", "gmx.de", "t-online.de", "gmail.com", "posteo.de"};
        };
        return box + "@" + WardDigits.pick(random, hosts);
    }

    private static String url(WardScene scene, String form) {
        Random random = scene.random;
        String host = host(scene);
        return switch (form) {
            case "long" -> "https://portal." + host + WardDigits.any(random, "/visit/########?t=&&&&&&&&&&&&",
                    "/p/%#####/results", "/book?ref=@@%####", "/s/&&&&&&&&");
            case "home" -> WardDigits.pick(random, "www.", "https://www.", "http://", "https://") + host;
            case "video" -> "https://" + WardDigits.any(random, "meet.", "visit.", "video.") + host
                    + WardDigits.any(random, "/j/#########", "/room/&&&&-&&&-&&&", "/%##%##%####?pwd=@@&&&&@");
            case "person" -> "https://www." + WardDigits.pick(random, "linkedin.com/in/", "facebook.com/")
                    + WardPerson.plain(scene.person("p").first()) + WardDigits.pick(random, "-", ".")
                    + WardPerson.plain(scene.person("p").last());
            default -> WardDigits.pick(random, "https://www." + host + "/feedback", "www." + host + "/appointments",
                    host + "/my-account", "https://" + host + WardDigits.form(random, "/d/%#####"),
                    "http://www." + host + "/contact.html");
        };
    }
}
