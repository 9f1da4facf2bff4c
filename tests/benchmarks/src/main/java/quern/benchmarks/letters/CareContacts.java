package quern.benchmarks.letters;

import java.text.Normalizer;
import java.util.Locale;

/** How the people of a letter are reached: telephone, fax, mail, pages and the addresses of their machines. */
final class CareContacts {

    private static final String[] DOMAINS = {"quillmail.com", "postbox.net", "heronpost.org", "mailwren.co",
            "inboxly.io"};
    private static final String[] HOSTS = {"northgatehealth.org", "lakeviewclinic.com", "aldermoor-lab.net",
        "portal.carewell.com", "riverbendpractice.com", "mytriage.app"};

    private final CareCase facts;
    private final CarePeople people;

    CareContacts(CareCase facts, CarePeople people) {
        this.facts = facts;
        this.people = people;
    }

    String write(String name) {
        return switch (name) {
            case "phone" -> CareText.mark("phone", number(facts.random.nextInt(3) == 0));
            case "mobile" -> CareText.mark("phone", number(true));
            case "fax" -> CareText.mark("fax", number(false));
            case "email.p" -> email('p');
            case "email.r" -> email('r');
            case "email.c" -> email('c');
            case "email.d" -> work('d');
            case "email.n" -> work('n');
            case "email.k" -> work('k');
            case "emailoffice" -> CareText.mark("email", facts.pick("reception", "bookings", "records", "ward7", "info",
                    "patient.liaison", "appointments") + "@" + host());
            case "emailodd" -> odd();
            case "url" -> url();
            case "profile" -> profile();
            case "ip" -> CareText.mark("ip", four());
            case "ipsix" -> CareText.mark("ip", six());
            default -> null;
        };
    }

    private String number(boolean mobile) {
        String pattern = switch (facts.land) {
            case "us" -> facts.pick("(%##) %##-####", "%##-%##-####", "%##.%##.####", "+1 %## %## ####",
                    "1-%##-%##-####",
                    "%## %##-####", "(%##)%##-####", "%##/%##-####", "+1 (%##) %##-####", "%##%######");
            case "uk" -> mobile ? facts.pick("07^## ######", "07^########", "+44 7^## ######", "07^## ### ###",
                    "+447^########", "07^##-######", "0044 7^## ######", "+44 (0)7^## ######")
                    : facts.pick("020 7### ####", "01^## ######", "(01^##) ######", "+44 (0)1^## ######",
                    "0161 ^## ####", "0161-^##-####", "01^##-######", "+44 20 7### ####", "01^##^#####");
            case "ie" -> mobile ? facts.pick("087 ^## ####", "+353 86 ^## ####", "085-^######", "083 ^######")
                    : facts.pick("(01) ^## ####", "061-^#####", "+353 1 ^## ####", "021 ^## ####");
            case "fr" -> facts.pick(mobile ? "06 ## ## ## ##" : "01 ## ## ## ##", "04.##.##.##.##", "+33 6 ## ## ## ##",
                    "0033 1 ## ## ## ##", "06########");
            case "nl" -> mobile ? facts.pick("06-^#######", "+31 6 ^#######", "06 ^# ## ## ##")
                    : facts.pick("020-^## ## ##", "+31 (0)71 ^## ## ##", "030 - ^######");
            case "es" -> facts.pick("6## ### ###", "+34 6## ## ## ##", "91 ### ## ##", "6########");
            case "it" -> facts.pick("02 ####.####", "+39 34# ### ####", "051/######", "347 #######");
            case "be" -> facts.pick("047# ## ## ##", "+32 2 ### ## ##", "09/###.##.##", "+32 (0)47# ## ## ##");
            case "pl" -> facts.pick("+48 60# ### ###", "22 ### ## ##", "50#-###-###");
            case "se" -> facts.pick("08-### ## ##", "+46 70 ### ## ##", "070-### ## ##", "018-## ## ##");
            case "at" -> facts.pick("+43 1 ### ## ##", "0664/#######", "01/### ## ##-0", "+43 (0)316 ####");
            case "ch" -> facts.pick("044 ### ## ##", "+41 79 ### ## ##", "079 ### ## ##");
            default -> mobile ? facts.pick("0171-^######", "+49 171 ^######", "0160 / ^### ####", "0049 152 ^#######",
                    "0176 ^## ## ## #", "+49 (0)151 ^#######")
                    : facts.pick("0251 / ^####-0", "0251/^#####", "+49 251 ^#####", "(02 51) ^# ## ##", "05121 ^### ##",
                    "+49 (0)761 ^##-####", "0049 40 ^######", "040-^######", "0421 - ^# ## ##");
        };
        return facts.fill(pattern);
    }

    private String letters(String text) {
        return Normalizer.normalize(text.replace("ß", "ss").replace("ł", "l").replace("Ł", "L").replace("ı", "i"),
                Normalizer.Form.NFD).replaceAll("[^A-Za-z]", "").toLowerCase(Locale.ROOT);
    }

    private String email(char role) {
        CarePeople.Person person = people.of(role);
        String first = letters(person.first());
        String last = letters(person.last());
        String local = facts.pick(first + "." + last, first.charAt(0) + last, first + facts.fill("^#"),
                last + "_" + first.charAt(0), first + last + facts.fill("19^#"), first + "-" + last,
                facts.pick("gardenlover", "thebigcat", "runs4fun", "nana_of_3", "skipper") + facts.fill("^#"),
                first + "." + last + "+health", last + "family" + facts.fill("^"));
        String domain = facts.pick(DOMAINS);
        String land = switch (facts.land) {
            case "us" -> domain;
            case "uk" -> domain.substring(0, domain.indexOf('.')) + facts.pick(".co.uk", ".com", ".uk");
            default -> domain.substring(0, domain.indexOf('.')) + "." + facts.land;
        };
        return CareText.mark("email", local + "@" + land);
    }

    private String work(char role) {
        CarePeople.Person person = people.of(role);
        String last = letters(person.last());
        return CareText.mark("email", facts.pick(letters(person.first()) + "." + last, letters(person.first()).charAt(0)
                + "." + last, last, role == 'd' ? "dr." + last : last + facts.fill("^"),
                letters(person.first()).charAt(0) + last) + "@" + host());
    }

    private String odd() {
        String local = letters(people.of('p').first()) + facts.fill("^#");
        String domain = facts.pick(DOMAINS);
        int dot = domain.indexOf('.');
        return CareText.mark("email", facts.pick(local + " (at) " + domain, local + "[at]" + domain,
                local + " at " + domain.substring(0, dot) + " dot " + domain.substring(dot + 1), local + " @ " + domain,
                local + "(at)" + domain.substring(0, dot) + "(dot)" + domain.substring(dot + 1)));
    }

    private String host() {
        return facts.land.equals("de") ? facts.pick("klinikum-ostwall.de", "praxis-am-markt.de", "labor-hellweg.de")
                : facts.land.equals("uk") ? facts.pick("northgate.nhs.uk", "priorysurgery.co.uk", "aldermoor.org.uk")
                : facts.pick(HOSTS);
    }

    private String url() {
        return CareText.mark("url", facts.pick("https://" + host() + "/p/" + facts.fill("^####-~~"),
                "https://www." + host() + "/patients/" + facts.fill("~^~##~^") + "/summary",
                "http://" + host() + "/results?id=" + facts.fill("^#####&k=~#~"), "www." + host() + "/r/"
                + facts.fill("@#@###"),
                host() + "/join/" + facts.fill("^##-^##-^##"), "https://meet." + host() + "/"
                        + facts.fill("~~~-~~~~-~~~"),
                "https://" + host() + ":8443/viewer/#/study/" + facts.fill("^####")));
    }

    private String profile() {
        CarePeople.Person person = people.of('p');
        String first = letters(person.first());
        String last = letters(person.last());
        return CareText.mark("url", facts.pick("www.facelink.com/" + first + "." + last + facts.fill(".^#"),
                "https://caringpages.org/visit/" + first + last, "http://" + last + "-woodcarving.com",
                "fundtogether.com/help-" + first + "-walk-again", "https://www.worknet.com/in/" + first + "-" + last
                + facts.fill("-^##~"), "www." + first + "runs.blog/about"));
    }

    private String four() {
        String from = facts.pick("10." + facts.between(0, 254), "172." + facts.between(16, 31), "192.168",
                facts.between(24, 190) + "." + facts.between(0, 254), "81." + facts.between(2, 250));
        return from + "." + facts.between(0, 254) + "." + facts.between(1, 254);
    }

    private String six() {
        String hex = "0123456789abcdef";
        StringBuilder text = new StringBuilder(facts.pick("2001:db8", "fe80:", "2a02:8109"));
        for (int i = 0; i < 4; i++) {
            text.append(':').append(hex.charAt(1 + facts.random.nextInt(15)));
            for (int k = 0; k < 2 + facts.random.nextInt(2); k++) {
                text.append(hex.charAt(facts.random.nextInt(16)));
            }
            if (i == 1 && text.indexOf("::") < 0) {
                text.append(':');
            }
        }
        return text.toString();
    }
}
