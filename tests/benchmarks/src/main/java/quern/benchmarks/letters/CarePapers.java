package quern.benchmarks.letters;

import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Numbers that states and chambers give out: for people, for cars, for professions. */
final class CarePapers {

    private final CareCase facts;
    private final CarePeople people;

    CarePapers(CareCase facts, CarePeople people) {
        this.facts = facts;
        this.people = people;
    }

    String write(String name) {
        return switch (name) {
            case "ssn" -> CareText.mark("ssn", ssn());
            case "ssntail" -> CareText.mark("ssn", facts.fill("####"));
            case "nhs" -> CareText.mark("national_id", nhs());
            case "nino" -> CareText.mark("national_id", nino());
            case "chi" -> CareText.mark("national_id", chi());
            case "natid" -> CareText.mark("national_id", national());
            case "steuer" -> CareText.mark("national_id", steuer());
            case "rente" -> CareText.mark("national_id", rente());
            case "ausweis" -> CareText.mark("national_id", facts.fill("L^@#@#@##"));
            case "passport" -> CareText.mark("national_id", facts.fill(switch (facts.land) {
                case "us" -> facts.pick("^########", "A########");
                case "uk" -> "^########";
                case "de" -> "C#@#@#@##";
                case "ie" -> "P@#######";
                default -> "@@#######";
            }));
            case "alien" -> CareText.mark("national_id", facts.fill(facts.pick("A^##-###-###", "A^########",
                    "A ^## ### ###")));
            case "driving" -> CareText.mark("license", driving());
            case "dea", "npi", "gmc", "nmc", "lanr", "medlicence", "bar", "certificate" ->
                CareText.mark("license", profession(name));
            case "plate" -> CareText.mark("vehicle", plate());
            case "vin" -> CareText.mark("vehicle", CareChecks.vin(facts.random));
            default -> null;
        };
    }

    private String ssn() {
        String body = String.format("%03d%02d%04d", facts.between(1, 665), facts.between(1, 99), facts.between(1,
                9999));
        return switch (facts.random.nextInt(8)) {
            case 0 -> body;
            case 1, 2 -> CareChecks.grouped(body, " ", 3, 2, 4);
            case 3 -> CareChecks.grouped(body, ".", 3, 2, 4);
            default -> CareChecks.grouped(body, "-", 3, 2, 4);
        };
    }

    private String nhs() {
        String number = CareChecks.nhs(facts.random);
        return facts.random.nextInt(4) == 0 ? number : CareChecks.grouped(number, facts.pick(" ", " ", "-"), 3, 3, 4);
    }

    private String nino() {
        String number = facts.pick("AB", "CE", "JK", "LR", "NS", "PW", "SC", "WM", "YB") + facts.fill("######")
                + facts.pick("A", "B", "C", "D");
        return facts.random.nextBoolean() ? number : CareChecks.grouped(number, " ", 2, 2, 2, 2, 1);
    }

    private String chi() {
        String date = facts.birth.format(DateTimeFormatter.ofPattern("ddMMyy"));
        while (true) {
            String body = date + facts.fill("###");
            int check = 11 - CareChecks.weighted(body, 10, 9, 8, 7, 6, 5, 4, 3, 2) % 11;
            if (check != 10) {
                String number = body + (check == 11 ? 0 : check);
                return facts.random.nextBoolean() ? number : CareChecks.grouped(number, " ", 6, 4);
            }
        }
    }

    private String national() {
        return switch (facts.land) {
            case "us" -> ssn();
            case "uk" -> nhs();
            case "ie" -> pps();
            case "fr" -> nir();
            case "nl" -> bsn();
            case "es" -> dni();
            case "it" -> fiscale();
            case "be" -> rijksregister();
            case "pl" -> pesel();
            case "se" -> personnummer();
            case "ch" -> ahv();
            case "at" -> austrian();
            default -> steuer();
        };
    }

    private String birth(String pattern) {
        return facts.birth.format(DateTimeFormatter.ofPattern(pattern));
    }

    private String pps() {
        String body = facts.fill("^######");
        return body + "WABCDEFGHIJKLMNOPQRSTUV".charAt(CareChecks.weighted(body, 8, 7, 6, 5, 4, 3, 2) % 23);
    }

    private String nir() {
        String body = facts.pick("1", "2") + birth("yyMM") + facts.fill("^^") + facts.fill("######");
        String key = String.format("%02d", 97 - CareChecks.mod97(body));
        return facts.random.nextBoolean() ? body + key
                : CareChecks.grouped(body, " ", 1, 2, 2, 2, 3, 3) + " " + key;
    }

    private String bsn() {
        while (true) {
            String body = facts.fill("^#######");
            int check = CareChecks.weighted(body, 9, 8, 7, 6, 5, 4, 3, 2) % 11;
            if (check < 10) {
                return facts.random.nextBoolean() ? body + check : CareChecks.grouped(body + check, ".", 4, 2, 3);
            }
        }
    }

    private String dni() {
        String body = facts.fill("########");
        return body + facts.pick("", "-") + "TRWAGMYFPDXBNJZSQVHLCKE".charAt(Integer.parseInt(body) % 23);
    }

    private String fiscale() {
        CarePeople.Person person = people.of('p');
        String day = String.format("%02d", facts.birth.getDayOfMonth() + (person.male() ? 0 : 40));
        String body = facts.fill("@@@@@@") + birth("yy") + "ABCDEHLMPRST".charAt(facts.birth.getMonthValue() - 1) + day
                + facts.fill("@###");
        return body + CareChecks.fiscale(body);
    }

    private String rijksregister() {
        String body = birth("yyMMdd") + facts.fill("###");
        int check = 97 - CareChecks.mod97((facts.birth.getYear() > 1999 ? "2" : "") + body);
        String number = body + String.format("%02d", check);
        return birth("yy.MM.dd") + "-" + number.substring(6, 9) + "." + number.substring(9);
    }

    private String austrian() {
        while (true) {
            String serial = facts.fill("^##");
            int check = CareChecks.weighted(serial + birth("ddMMyy"), 3, 7, 9, 5, 8, 4, 2, 1, 6) % 11;
            if (check < 10) {
                return serial + check + facts.pick(" ", " ", "") + birth("ddMMyy");
            }
        }
    }

    private String pesel() {
        int century = facts.birth.getYear() > 1999 ? 20 : 0;
        String body = birth("yy") + String.format("%02d", facts.birth.getMonthValue() + century) + birth("dd")
                + facts.fill("####");
        return body + (10 - CareChecks.weighted(body, 1, 3, 7, 9) % 10) % 10;
    }

    private String personnummer() {
        String body = birth("yyMMdd") + facts.fill("###");
        String tail = body.substring(6) + CareChecks.luhnDigit(body);
        return (facts.random.nextBoolean() ? birth("yyyyMMdd") : birth("yyMMdd")) + "-" + tail;
    }

    private String ahv() {
        String body = "756" + facts.fill("#########");
        return CareChecks.grouped(body + CareChecks.gtinDigit(body), ".", 3, 4, 4, 2);
    }

    private String steuer() {
        String number = CareChecks.steuer(facts.random);
        return facts.random.nextBoolean() ? number : CareChecks.grouped(number, " ", 2, 3, 3, 3);
    }

    /** A German pension number: area, birthday, initial, serial and the digit that their digits' products ask for. */
    private String rente() {
        String area = String.format("%02d", facts.between(8, 29));
        String letter = facts.fill("@");
        String tail = facts.fill("##");
        String digits = area + birth("ddMMyy") + String.format("%02d", letter.charAt(0) - 'A' + 1) + tail;
        int[] weights = {2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1};
        int sum = 0;
        for (int i = 0; i < 12; i++) {
            int product = (digits.charAt(i) - '0') * weights[i];
            sum += product / 10 + product % 10;
        }
        String number = area + birth("ddMMyy") + letter + tail + sum % 10;
        return facts.random.nextBoolean() ? number : CareChecks.grouped(number, " ", 2, 6, 1, 3);
    }

    private String driving() {
        String initial = people.of('p').last().substring(0, 1).toUpperCase(Locale.ROOT);
        return switch (facts.land) {
            case "us" -> facts.fill(facts.pick("@#######", "^## ### ###", initial + "###-###-##-###-0", "########",
                    initial + "###-####-####", "@@######@", "^########"));
            case "uk" -> british();
            case "de" -> facts.fill("@0##@@@##@#");
            default -> facts.fill(facts.pick("^########", "@@^######@", "^#######"));
        };
    }

    private String british() {
        CarePeople.Person person = people.of('p');
        String last = (person.last().toUpperCase(Locale.ROOT).replaceAll("[^A-Z]", "") + "99999").substring(0, 5);
        int month = facts.birth.getMonthValue() + (person.male() ? 0 : 50);
        String year = birth("yy");
        String number = last + year.charAt(0) + String.format("%02d", month) + birth("dd") + year.charAt(1)
                + person.first().toUpperCase(Locale.ROOT).charAt(0) + "9" + facts.fill("#@@");
        return facts.random.nextBoolean() ? number : CareChecks.grouped(number, " ", 5, 6, 5);
    }

    private String profession(String name) {
        String last = people.of('d').last().substring(0, 1).toUpperCase(Locale.ROOT).replaceAll("[^A-Z]", "K");
        return switch (name) {
            case "dea" -> {
                String body = facts.fill("######");
                int sum = CareChecks.weighted(body, 1, 2);
                yield facts.pick("A", "B", "F", "M") + last + body + sum % 10;
            }
            case "npi" -> {
                String body = facts.pick("1", "1", "2") + facts.fill("########");
                yield body + CareChecks.luhnDigit("80840" + body);
            }
            case "gmc" -> facts.fill(facts.pick("4######", "6######", "7######"));
            case "nmc" -> facts.fill("##@####") + facts.pick("E", "S", "W");
            case "lanr" -> facts.fill("^########");
            case "bar" -> facts.fill(facts.pick("0^####", "^#####", "24^#####"));
            case "certificate" -> facts.fill(facts.pick("202#-0#####", "C^######", "@@@ ^#####", "##/^####/B"));
            default -> facts.fill(facts.pick("MD-0#####", "A ^####", "ME^#####", "0101-^#####", "RN^#####",
                    "PT.0^####"));
        };
    }

    private String plate() {
        return facts.fill(switch (facts.land) {
            case "us" -> facts.pick("^@@@###", "@@@ ####", "@@@-####", "^##-@@@", "@##-@@#", "@@ #####");
            case "uk" -> facts.pick("@@## @@@", "@@##@@@", "@@1# @@@", "@@6# @@@");
            case "ie" -> facts.pick("1#1-D-^####", "##2-C-^###", "191 LK ^###");
            case "fr" -> "@@-###-@@";
            case "nl" -> facts.pick("@@-###-@", "##-@@@-#", "@-###-@@");
            case "es" -> "#### @@@";
            case "it" -> facts.pick("@@ ### @@", "@@###@@");
            case "be" -> "1-@@@-###";
            case "pl" -> facts.pick("WA #####", "KR #@@##", "GD ####@");
            case "se" -> "@@@ ##@";
            case "at" -> facts.pick("W-^####@", "GU ^## @@");
            case "ch" -> facts.pick("ZH ^#####", "BE ^## ###");
            default -> facts.pick("MS-@@ ^###", "HI-@ ^##", "FL @@ ^##", "SB-@@^###", "B-@@ ^### E", "KA @@ ^##");
        });
    }
}
