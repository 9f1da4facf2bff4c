package quern.benchmarks.letters;

import static quern.benchmarks.letters.Persona.pick;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Random;
import quern.benchmarks.letters.StyleSet.Slot;

/** Numbers and addresses of {@link BlindStyles}. */
final class BlindNumbers {

    private static final String[] PHONES = {"(+##) +##-####", "+##.+##.####", "*1 (+##) +##-####", "+##-+##-#### x###",
            "1-+##-+##-####", "+##+######", "+##-+##-####", "*1 +##-+##-####"};
    private static final String[] BRITISH_PHONES = {"020 7### ####", "*44 20 7### ####", "07### ### ###",
            "(01###) ### ###", "*44 (0)1### ######", "07### ######"};
    private static final String[] GERMAN_PHONES = {"*49 (0) 89 ####-###", "089 / ## ## ## #", "(0 89) # ## ## ##",
            "*49.89.#######", "0049 89 #######", "089-#######-##", "017#/#######", "*43 1 ### ## ##", "0+## ######"};
    private static final String[] SWISS_PHONES = {"*41 44 ### ## ##", "044 ### ## ##", "079 ### ## ##",
            "*41 (0)79 ### ## ##"};
    private static final String[] FRENCH_PHONES = {"01 ## ## ## ##", "01.##.##.##.##", "*33 1 ## ## ## ##",
            "*33 (0)6 ## ## ## ##", "04-##-##-##-##", "06########"};

    private BlindNumbers() {}

    private static Slot of(String kind, Random random, String... patterns) {
        return new Slot(kind, Numbers.fill(pick(patterns, random), random));
    }

    static Slot contact(String slot, Persona p, Random random) {
        return switch (slot) {
            case "phone" -> of("phone", random, PHONES);
            case "fax" -> of("fax", random, PHONES);
            case "phoneuk" -> of("phone", random, BRITISH_PHONES);
            case "faxuk" -> of("fax", random, BRITISH_PHONES);
            case "phonede" -> of("phone", random, GERMAN_PHONES);
            case "faxde" -> of("fax", random, GERMAN_PHONES);
            case "phonech" -> of("phone", random, SWISS_PHONES);
            case "phonefr" -> of("phone", random, FRENCH_PHONES);
            case "faxfr" -> of("fax", random, FRENCH_PHONES);
            case "email" -> new Slot("email", email(p.first(), p.last(), random));
            case "email2" -> new Slot("email", email(p.doctorFirst(), p.doctorLast(), random));
            case "url" -> new Slot("url", url(p, random));
            case "ip" -> of("ip", random, "10.+#.1##.+#", "203.0.113.+#", "fe80::1ff:fe23:4567:##a", "172.2#.+#.+#");
            case "mac" -> of("device", random, "00-1B-44-1#-3A-B#", "001B.44##.3AB#", "e8:d8:d1:##:#a:c#");
            default -> null;
        };
    }

    private static String plain(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFD).toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
    }

    private static String email(String first, String last, Random random) {
        String a = plain(first);
        String b = plain(last);
        return pick(new String[] {a + "." + b + "@gmail.com", a.charAt(0) + "." + b + "@kanzlei-am-markt.de",
            b + "_" + a + "@hotmail.co.uk", a + "+news@proton.me", (a + "." + b).toUpperCase(Locale.ROOT) + "@NHS.NET",
            a + "-" + b + "@orange.fr", b + Numbers.digits(2, random) + "@web.de"}, random);
    }

    private static String url(Persona p, Random random) {
        String name = plain(p.first()) + "-" + plain(p.last());
        return pick(new String[] {"https://www.linkedin.com/in/" + name + "-" + Numbers.digits(6, random) + "/",
            "www.kanzlei-am-markt.de/team/" + plain(p.doctorLast()), "mychart.example.org/visit/"
            + Numbers.digits(6, random), "facebook.com/" + name, "http://" + plain(p.last()) + ".consulting/contact",
            "https://portal.example.health/p?id=" + Numbers.digits(7, random)}, random);
    }

    static Slot number(String slot, Random random) {
        return switch (slot) {
            case "ssn" -> of("ssn", random, "2##-+#-+###", "3## +# +###", "1##+#+###", "4##-+#-+###");
            case "last4" -> of("ssn", random, "+###");
            case "mrn" -> of("mrn", random, "00######", "########", "MR-######", "H#########", "####-####",
                    "2021-00#####");
            case "plan" -> of("health_plan", random, "W#########", "XEH############", "########-01", "80-##### ####");
            case "planfr" -> of("health_plan", random, "########", "## ### ###");
            case "mbi" -> of("health_plan", random, "1EG4-TE5-MK7#", "+@@#@@#@@##");
            case "kvnr" -> of("health_plan", random, "@#########");
            case "account" -> of("account", random, "##-####-####", "00########", "####-####-##", "#### #### ##");
            case "accountuk" -> of("account", random, "########");
            case "sortcode" -> of("account", random, "##-##-##");
            case "licence" -> of("license", random, "D###-####-####", "@#######", "#########", "@##-##-####");
            case "passport" -> of("license", random, "C##@##@##", "#########", "##@@#####");
            case "badge" -> of("other_id", random, "+####", "4-####", "E+#####");
            case "gmc" -> of("license", random, "+######");
            case "nino" -> of("national_id", random, "AB ## ## ## C", "JG######A");
            case "nhs" -> new Slot("national_id", random.nextBoolean() ? Numbers.nhs(random)
                    : Numbers.grouped(Numbers.nhs(random), " ", 3, 3, 4));
            case "steuer" -> new Slot("national_id", Numbers.grouped(Numbers.steuerId(random), " ", 2, 3));
            case "ahv" -> new Slot("national_id", ahv(random));
            case "nir" -> new Slot("national_id", nir(random));
            case "plateus" -> of("vehicle", random, "8@@@###", "@@@-####", "@@@ ###", "@@@####", "###-@@@");
            case "platede" -> of("vehicle", random, "M-@@ +###", "HH @@ +##", "K-@ +#E", "LOS-@@ +#", "S:@@ +###");
            case "platefr" -> of("vehicle", random, "AB-###-CD", "FG ### KL", "EW###TZ");
            case "plateuk" -> of("vehicle", random, "AB1# CDE", "LN6#XYZ", "P+## KLM");
            case "platech" -> of("vehicle", random, "ZH +#####", "BE +## ###", "W-+####A", "AG +####");
            case "vin" -> of("vehicle", random, "WVWZZZ1JZXW######", "WDB@######A######", "JH4KA7###KC######");
            case "serial" -> of("device", random, "4CE####D#G", "########", "PM@-######", "2#-@@####-#");
            case "imei" -> new Slot("device", Numbers.withLuhn("35" + Numbers.digits(12, random)));
            case "iban" -> new Slot("iban", iban("DE", Numbers.digits(18, random), random));
            case "ibanfr" -> new Slot("iban", iban("FR", Numbers.digits(23, random), random));
            case "card" -> new Slot("credit_card", card(random));
            case "ref" -> of("other_id", random, "INV-2021-####", "21-0#####", "#######", "CAS-#####-@#@");
            case "refde" -> of("other_id", random, "###/21 MW", "2# C +##/21", "12 O +##/20", "KH-21-######",
                    "21/0####-7");
            case "reffr" -> of("other_id", random, "2021/0###", "RG 21/0####", "#######-A");
            case "refcase" -> of("other_id", random, "1:21-cv-0####-ABC", "2021-CF-00####", "21STCV#####");
            default -> null;
        };
    }

    private static String ahv(Random random) {
        String body = "756" + Numbers.digits(9, random);
        int sum = 0;
        for (int i = 0; i < 12; i++) {
            sum += (body.charAt(i) - '0') * (i % 2 == 0 ? 1 : 3);
        }
        String whole = body + (10 - sum % 10) % 10;
        return whole.substring(0, 3) + "." + whole.substring(3, 7) + "." + whole.substring(7, 11) + "."
                + whole.substring(11);
    }

    private static String nir(Random random) {
        String body = (1 + random.nextInt(2)) + "8" + Numbers.digits(1, random) + "0" + Numbers.digits(1, random) + "75"
                + Numbers.digits(6, random);
        String whole = body + String.format(Locale.ROOT, "%02d", 97 - Long.parseLong(body) % 97);
        return Numbers.grouped(whole, " ", 1, 2, 2, 2, 3, 3, 2);
    }

    private static String iban(String country, String account, Random random) {
        String iban = Numbers.iban(country, account);
        return random.nextBoolean() ? iban : Numbers.grouped(iban, " ", 4);
    }

    private static String card(Random random) {
        return random.nextBoolean() ? Numbers.grouped(Numbers.withLuhn("3782" + Numbers.digits(10, random)), " ", 4,
                6, 5)
                : Numbers.grouped(Numbers.withLuhn("5" + (1 + random.nextInt(5)) + Numbers.digits(13, random)), " ", 4);
    }

    static Slot place(String slot, Random random) {
        return switch (slot) {
            case "street" -> of("address", random, "14## W. Belmont Ave., Apt. 3B", "+# Massachusetts Avenue",
                    "P.O. Box ####", "+### Sunset Ridge Rd", "2## East 86th Street, Suite 1#0");
            case "city" -> of("address", random, "Chicago, IL 606##", "Baton Rouge, Louisiana 708##", "Boise, ID "
                    + "837##-####",
                    "St. Paul, MN 551##");
            case "streetuk" -> of("address", random, "1+ Rosebery Crescent", "Flat 2, 3# Mill Lane", "The Old "
                    + "Rectory, Church Road",
                    "2#A High Street");
            case "cityuk" -> of("address", random, "Leeds LS6 3AB", "Edinburgh EH12 5BY", "London SW1A 2AA",
                    "Bath, BA1 #EH");
            case "streetde" -> of("address", random, "Rosenheimer Str. 1## b", "Am Kirchberg +",
                    "Friedrich-Ebert-Allee +#-4#",
                    "Unter den Linden 2#", "Lange Gasse +", "Hauptstra\u00DFe +#");
            case "cityde" -> of("address", random, "81671 M\u00FCnchen", "D-20095 Hamburg", "01067 Dresden",
                    "A-1010 Wien",
                    "55116 Mainz");
            case "streetch" -> of("address", random, "Bahnhofstrasse +#", "Im Hof +", "Seestrasse 1##a");
            case "citych" -> of("address", random, "8001 Z\u00FCrich", "3011 Bern", "CH-4051 Basel");
            case "streetfr" -> of("address", random, "1#, rue de la R\u00E9publique", "3 bis, avenue Jean Jaur\u00E8s",
                    "4 impasse des Acacias", "+# boulevard Saint-Michel");
            case "cityfr" -> of("address", random, "69003 Lyon", "75011 Paris", "33000 Bordeaux Cedex", "35000 Rennes");
            case "townfr" -> of("address", random, "Lyon", "Rennes");
            default -> null;
        };
    }

    /** Now and then with spaces and hyphens that do not break a line, or a letter O that was a zero. */
    static String typed(Slot slot, Random random) {
        String text = slot.text();
        if (slot.kind().equals("name") || slot.kind().equals("email") || slot.kind().equals("url")) {
            return text;
        }
        return switch (random.nextInt(25)) {
            case 0 -> text.replace(' ', '\u00A0');
            case 1 -> text.replace('-', '\u2011');
            case 2 -> text.replace(' ', '\u202F');
            case 3 -> text.replaceFirst("(?<=\\d)0(?=\\d)", "O");
            default -> text;
        };
    }
}
