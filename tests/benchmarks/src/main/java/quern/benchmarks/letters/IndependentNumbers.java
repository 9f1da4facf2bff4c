package quern.benchmarks.letters;

import static quern.benchmarks.letters.IndependentPlaces.form;

import java.math.BigInteger;
import java.text.Normalizer;
import java.time.LocalDate;
import java.util.Locale;
import java.util.Random;
import quern.benchmarks.letters.IndependentPeople.Country;

/** The numbers of independent letters; where the real form has check digits, these are right. */
final class IndependentNumbers {

    private static final String VIN_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ";
    private static final String VIN_VALUES = "12345678123457923456789";
    private static final int[] VIN_WEIGHTS = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
    private static final int[] PENSION_WEIGHTS = {2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1};

    private IndependentNumbers() {}

    /** @return null for a slot that is no number */
    static StyleSet.Slot write(String slot, IndependentPeople people, Random random) {
        StyleSet.Slot written = person(slot, people, random);
        written = written == null ? money(slot, people, random) : written;
        written = written == null ? work(slot, people, random) : written;
        written = written == null ? thing(slot, people, random) : written;
        return written == null ? other(slot, people, random) : written;
    }

    private static StyleSet.Slot person(String slot, IndependentPeople people, Random random) {
        return switch (slot) {
            case "ssn" -> slot("ssn", form("A-B-C|A-B-C|A-B-C|A B C|ABC|A.B.C|xxx-xx-C|***-**-C|A-BC", random)
                    .replace("A", padded(1 + pickArea(random), 3)).replace("B", padded(1 + random.nextInt(99), 2))
                    .replace("C", padded(1 + random.nextInt(9999), 4)));
            case "ssn_tail" -> slot("ssn", padded(1 + random.nextInt(9999), 4));
            case "nhs" -> slot("national_id", spread(modEleven(form("4########|6########|7########", random)),
                    form("3 3 4|3 3 4|10|3-3-4", random)));
            case "chi" -> slot("national_id", chi(people.patient().birth(), random));
            case "nino" -> slot("national_id", spread(form("A|B|C|E|H|J|L|M|N|P|R|S|T|W|Y", random)
                    + form("A|C|E|H|J|L|M|P|R|S|W|X|Y", random) + digits(6, random) + form("A|B|C|D", random),
                    form("2 2 2 2 1|9|2 6 1", random)));
            case "passport" -> slot("national_id", people.country() == Country.DE ? germanCard("C", random)
                    : form(people.country() == Country.US ? "5########|A########|C########" : "5########|1########",
                            random));
            case "id_card" -> slot("national_id", germanCard("L", random));
            case "alien" -> slot("national_id", form("A2########|A 2##-###-###|A-2########|A#2#-###-##2", random));
            case "steuer" -> slot("national_id", spread(taxNumber(random), form("2 3 3 3|11|2/3/3/3|11", random)));
            case "rente" -> slot("national_id", spread(pension(people, random), form("2 6 1 3|12|2-6-1-3", random)));
            case "kvnr" -> slot("health_plan", insured(random));
            default -> null;
        };
    }

    private static StyleSet.Slot money(String slot, IndependentPeople people, Random random) {
        return switch (slot) {
            case "iban" -> slot("iban", iban(people.country(), random));
            case "card" -> slot("credit_card", card(random));
            case "card_tail" -> slot("credit_card", form("####", random));
            case "account" -> slot("account", switch (people.country()) {
                case US -> form("2##########|#### ### ####|000######2|V000########|HB-####2##|A/C-2######|***2####"
                        + "|7##-##2#-#", random);
                case UK -> form("########|#### ####|A/####2/##", random);
                case DE -> form("2#########|## ### ### ##|###### ###|0#########", random);
            });
            case "sort_code" -> slot("account", form("##-##-##|## ## ##|######", random));
            case "routing" -> slot("account", routing(random));
            case "invoice" -> slot("account", dated(people.country() == Country.DE
                    ? "RE-YYYY/#####|YYYY-####2|R####2#-YY|####2#/YY|PVS 2###/####.#"
                    : "INV-YYYY-#####|INV####2#|YY-2####|S2######-1|B/####2", people, random));
            default -> null;
        };
    }

    private static StyleSet.Slot work(String slot, IndependentPeople people, Random random) {
        String doctor = IndependentPeople.upper(people.patient().doctorLast());
        return switch (slot) {
            case "npi" -> slot("license", npi(random));
            case "dea" -> slot("license", dea(doctor, random));
            case "licence" -> slot("license", form("35.######|ME 10####|G8####|A-6####|036-1#####|MD.2####|MD-04####-L"
                    + "|DO##2##", random));
            case "permit" -> slot("license", form("RN.3#####|26NR########|03-1-#####|LSW.#####|P0####2", random));
            case "bar" -> slot("license", form("00#####|2####5|######", random));
            case "driving" -> slot("license", switch (people.country()) {
                case US -> form("D#######|S###-###-##-###-0|### ### ###|@@######|S###-####-####|@ ### ### ### ###"
                        + "|WDL@##@####B", random);
                case UK -> drivingUk(people, random);
                case DE -> form("B###@@E#&##|N####2@#@##|J##&##@@#1#", random);
            });
            case "gmc" -> slot("license", form("4######|6######|7######|C#######", random));
            case "nmc" -> slot("license", form("0#A####E|1#I####E|9#B####S|1# C ####W|07J####E", random));
            case "lanr" -> slot("license", lanr(random));
            case "bsnr" -> slot("license", form("17#######|62#######|38#######|72 ### ####", random));
            default -> null;
        };
    }

    private static StyleSet.Slot thing(String slot, IndependentPeople people, Random random) {
        return switch (slot) {
            case "vin" -> slot("vehicle", vin(random));
            case "plate" -> slot("vehicle", form(switch (people.country()) {
                case US -> "@@@ ####|8@@@###|@@@-####|###-@@@|@## @@@|@@@####|K@ ####";
                case UK -> "L@19 @@@|BD51 @@@|@@17@@@|S###@@@|YK70 @@@";
                case DE -> "H-@@ 4##|B @@ 8##|HD:@@ ###|M - @@ ####|LER-@ 7#|GÖ @@ ##E|WOB@@###|PB-@@-4##";
            }, random));
            case "serial" -> slot("device", form("PJN######H|BLC######S|HM3-0#####|SN-4##-@@##|&&&#-####&|23#########"
                    + "|NX #### ####|@##@-2####-##|0########-@|#2###/@#|CRT 4#### @", random));
            case "udi" -> slot("device", udi(random));
            default -> null;
        };
    }

    private static StyleSet.Slot other(String slot, IndependentPeople people, Random random) {
        boolean german = people.country() == Country.DE;
        return switch (slot) {
            case "mrn" -> slot("mrn", form(german ? "00########|####2##|4####2/19|P-######|##.##.##|PID4######"
                    : people.country() == Country.UK ? "R######|D ## ## ##|#######|RXH-##2####|@###2##"
                    : "4######|MRN-00######|00-##-##-##|H000####2|E1######|#######-8|LRMC######|##.##.##|@## ####"
                            + "|000-####2|M00######", random));
            case "plan" -> slot("health_plan", form(german
                    ? "KV ########.#|###/######-@|4#######2|55-######-7|A 2### ####"
                    : people.country() == Country.UK ? "BU #### ####|4##-####2-@|PMI/2######|000####2##|@@##2####"
                    : "XEH#########|W#### #####|U######## 01|9########-00|YRP##A######|@@#####@|HL-####-#####"
                            + "|R5#######|2##########|H#### ####-02", random));
            case "group" -> slot("health_plan", form("00#####-0##|7####|GRP-#####|@@@##2|2##### 0001|P#####A", random));
            case "mbi" -> slot("health_plan", mbi(random));
            case "claim" -> slot("other_id", dated(german ? "SV-####2/YYYY|YY-##2-####2|S ### ### ###|2########-@"
                    : "CLM-YYYY-#######|2#############|YY2##@#####|C#2####-##|YYYY2#####", people, random));
            case "case" -> slot("other_id", dated(german ? "A-YYYY-####2|F0#######|4#### / YY|BK-##2/YY"
                    : "CS-#####|YYYY-##2###|C##-##2#|#####2#|YY-00#####", people, random));
            case "docket" -> slot("other_id", dated(german ? "12 O ###/YY|### Js 2###/YY|3 XVII ##/YY"
                    : "YY-CV-#####|#:YY-cv-0####-@@@|CJ-YYYY-2###", people, random));
            case "accession" -> slot("other_id", dated(german ? "L-####2##|YY/####2|##2###-YY|E-YYYY-#####"
                    : "A-YY-#######|SYY-####|@@##2#####|YYYY####2##|YY:@@##2#|#########", people, random));
            case "order" -> slot("other_id", form("ORD #######|#####2#|PO-####2|8#######|WO#####-2|####-##2", random));
            case "ticket" -> slot("other_id", form("INC0######|##2###|REQ-#####|T-####2|HD##2###", random));
            case "employee" -> slot("other_id", form(german ? "00####2|P-####|4####2|##-2###" : "E-#####|0####2|@@####"
                    + "|7##2##", random));
            case "student" -> slot("other_id", form("900######|S0#######|#####2#|YR-#####", random));
            case "subject" -> slot("other_id", form("0##-1###|US-##2-0##|##2-@@@|SUBJ-0##2|@@-####", random));
            case "rx" -> slot("other_id", form("7######-02|####2##|C#######|@####2#-01", random));
            case "template" -> slot("other_id", form("FP-TMPL-####-@@|BIO-&&&&-&&&&|VP0####2|IRIS_##2####|FACE-~~~~~~",
                    random));
            default -> null;
        };
    }

    private static StyleSet.Slot slot(String kind, String text) {
        return new StyleSet.Slot(kind, text);
    }

    private static String dated(String forms, IndependentPeople people, Random random) {
        int year = people.patient().visit().getYear();
        String form = Persona.pick(forms.split("\\|"), random);
        return IndependentPlaces.fill(form.replace("YYYY", "" + year).replace("YY", padded(year % 100, 2)), random);
    }

    private static String digits(int count, Random random) {
        return IndependentPlaces.fill("#".repeat(count), random);
    }

    private static String padded(int number, int width) {
        return String.format("%0" + width + "d", number);
    }

    /** The area of a social security number, less one: none is 666 or from 900 on. */
    private static int pickArea(Random random) {
        int area = random.nextInt(899);
        return area == 665 ? 412 : area;
    }

    /** Spaces (or what else stands between the lengths) into a number. */
    private static String spread(String number, String lengths) {
        StringBuilder text = new StringBuilder();
        int at = 0;
        String separator = lengths.replaceAll("\\d", "");
        for (String length : lengths.split("\\D")) {
            int to = at + Integer.parseInt(length);
            text.append(at == 0 ? "" : separator.substring(0, 1)).append(number, at, to);
            at = to;
        }
        return text.toString();
    }

    private static int digit(String text, int at) {
        return text.charAt(at) - '0';
    }

    /** The digit that makes {@code body} and itself a number of Luhn's. */
    private static int luhn(String body) {
        int sum = 0;
        for (int i = 0; i < body.length(); i++) {
            int value = digit(body, body.length() - 1 - i) * (i % 2 == 0 ? 2 : 1);
            sum += value / 10 + value % 10;
        }
        return (10 - sum % 10) % 10;
    }

    /** British health service: where the check would be 10, the last digit is moved on. */
    private static String modEleven(String nine) {
        int sum = 0;
        for (int i = 0; i < 9; i++) {
            sum += digit(nine, i) * (10 - i);
        }
        int check = (11 - sum % 11) % 11;
        return check < 10 ? nine + check : modEleven(nine.substring(0, 8) + (digit(nine, 8) + 1) % 10);
    }

    private static String chi(LocalDate birth, Random random) {
        return modEleven(padded(birth.getDayOfMonth(), 2) + padded(birth.getMonthValue(), 2)
                + padded(birth.getYear() % 100, 2) + digits(3, random));
    }

    private static String germanCard(String first, Random random) {
        String alphabet = "CFGHJKLMNPRTVWXYZ0123456789";
        StringBuilder text = new StringBuilder(first);
        while (text.length() < 9) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        int sum = 0;
        for (int i = 0; i < 9; i++) {
            sum += Character.digit(text.charAt(i), 36) * (i % 3 == 0 ? 7 : i % 3 == 1 ? 3 : 1);
        }
        return text.append(random.nextInt(3) == 0 ? "" : sum % 10).toString();
    }

    /** Ten digits of which one stands twice, one not at all, and a check digit by ISO 7064. */
    private static String taxNumber(Random random) {
        StringBuilder text = new StringBuilder("1234567890");
        for (int i = 9; i > 0; i--) {
            int j = random.nextInt(i + 1);
            char kept = text.charAt(i);
            text.setCharAt(i, text.charAt(j));
            text.setCharAt(j, kept);
        }
        if (text.charAt(0) == '0') {
            text.setCharAt(0, text.charAt(5));
        } else {
            text.setCharAt(7, text.charAt(3));
        }
        int product = 10;
        for (int i = 0; i < 10; i++) {
            int sum = (digit(text.toString(), i) + product) % 10;
            product = (sum == 0 ? 10 : sum) * 2 % 11;
        }
        return text.append((11 - product) % 10).toString();
    }

    private static String pension(IndependentPeople people, Random random) {
        LocalDate birth = people.patient().birth();
        String begin = form("15|28|53|04|65|10", random) + padded(birth.getDayOfMonth(), 2)
                + padded(birth.getMonthValue(), 2) + padded(birth.getYear() % 100, 2);
        char letter = IndependentPeople.upper(people.maiden()).charAt(0);
        char initial = letter > 'Z' ? 'S' : letter;
        String serial = padded(random.nextInt(50) + (people.female() ? 50 : 0), 2);
        String all = begin + padded(initial - 'A' + 1, 2) + serial;
        int sum = 0;
        for (int i = 0; i < 12; i++) {
            int value = digit(all, i) * PENSION_WEIGHTS[i];
            sum += value / 10 + value % 10;
        }
        return begin + initial + serial + sum % 10;
    }

    private static String insured(Random random) {
        char letter = (char) ('A' + random.nextInt(26));
        String body = digits(8, random);
        String all = padded(letter - 'A' + 1, 2) + body;
        int sum = 0;
        for (int i = 0; i < 10; i++) {
            int value = digit(all, i) * (i % 2 + 1);
            sum += value / 10 + value % 10;
        }
        return spread(letter + body + sum % 10, form("10|10|10|4 3 3|1 9", random));
    }

    private static String iban(Country country, Random random) {
        int other = random.nextInt(8);
        String land = country == Country.UK ? "GB" : other == 0 ? "AT" : other == 1 ? "NL" : "DE";
        String body = switch (land) {
            case "GB" -> form("BARC|LOYD|NWBK|HBUK", random) + digits(14, random);
            case "AT" -> "20" + digits(14, random);
            case "NL" -> "INGB0" + digits(9, random);
            default -> form("37040044|25050180|50010517|67250020|10050000", random) + digits(10, random);
        };
        StringBuilder number = new StringBuilder();
        for (char c : (body + land + "00").toCharArray()) {
            number.append(Character.digit(c, 36));
        }
        int check = 98 - new BigInteger(number.toString()).mod(BigInteger.valueOf(97)).intValue();
        String iban = land + padded(check, 2) + body;
        return switch (random.nextInt(7)) {
            case 0, 1 -> iban;
            case 2 -> iban.replaceAll("(.{4})(?=.)", "$1-");
            case 3 -> land + " " + iban.substring(2).replaceAll("^(..)(.*)", "$1 $2");
            case 4 -> iban.toLowerCase(Locale.ROOT).replaceAll("(.{4})(?=.)", "$1 ");
            default -> iban.replaceAll("(.{4})(?=.)", "$1 ");
        };
    }

    private static String card(Random random) {
        boolean american = random.nextInt(5) == 0;
        String body = american ? form("34############|37############", random)
                : form("4##############|4##############|52#############|6011###########", random);
        String number = body + luhn(body);
        String groups = american ? "4 6 5" : "4 4 4 4";
        return switch (random.nextInt(7)) {
            case 0 -> number;
            case 1, 2 -> spread(number, groups.replace(' ', '-'));
            case 3 -> (american ? "**** ****** *" : "**** **** **** ") + number.substring(number.length() - 4);
            case 4 -> "xxxx-xxxx-xxxx-" + number.substring(number.length() - 4);
            default -> spread(number, groups);
        };
    }

    private static String routing(Random random) {
        String body = form("01|02|11|12|21|22|31|32", random) + digits(6, random);
        int sum = 0;
        for (int i = 0; i < 8; i++) {
            sum += digit(body, i) * (i % 3 == 0 ? 3 : i % 3 == 1 ? 7 : 1);
        }
        return body + (10 - sum % 10) % 10;
    }

    private static String npi(Random random) {
        String body = form("1########|1########|2########", random);
        return body + luhn("80840" + body);
    }

    private static String dea(String doctor, Random random) {
        String body = digits(6, random);
        int sum = digit(body, 0) + digit(body, 2) + digit(body, 4)
                + 2 * (digit(body, 1) + digit(body, 3) + digit(body, 5));
        return form("A|B|F|M", random) + doctor.charAt(0) + body + sum % 10;
    }

    private static String drivingUk(IndependentPeople people, Random random) {
        LocalDate birth = people.patient().birth();
        String last = Normalizer.normalize(IndependentPeople.upper(people.patient().last()),
                Normalizer.Form.NFD).replaceAll("[^A-Z]", "");
        String year = padded(birth.getYear() % 100, 2);
        String filled = (last + "99999").substring(0, 5) + year.charAt(0)
                + padded(birth.getMonthValue() + (people.female() ? 50 : 0), 2) + padded(birth.getDayOfMonth(), 2)
                + year.charAt(1) + people.patient().first().charAt(0) + IndependentPlaces.fill("9#@@", random);
        return spread(filled, form("16|5 6 5|16", random));
    }

    private static String lanr(Random random) {
        String body = digits(6, random);
        int sum = 0;
        for (int i = 0; i < 6; i++) {
            sum += digit(body, i) * (i % 2 == 0 ? 4 : 9);
        }
        return body + (10 - sum % 10) % 10 + form("01|03|10|34|51", random);
    }

    private static String vin(Random random) {
        String maker = form("1HG|1FT|2T1|3VW|5YJ|JTD|WBA|WVW|KMH|4S3", random);
        StringBuilder text = new StringBuilder(maker);
        String alphabet = VIN_LETTERS + "0123456789";
        while (text.length() < 11) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        text.append(digits(6, random)).setCharAt(9, "9ABCDEFGHJKLMN".charAt(random.nextInt(14)));
        int sum = 0;
        for (int i = 0; i < 17; i++) {
            char c = text.charAt(i);
            int value = Character.isDigit(c) ? c - '0' : VIN_VALUES.charAt(VIN_LETTERS.indexOf(c)) - '0';
            sum += value * VIN_WEIGHTS[i];
        }
        text.setCharAt(8, sum % 11 == 10 ? 'X' : (char) ('0' + sum % 11));
        return random.nextInt(8) == 0 ? spread(text.toString(), "3 6 8") : text.toString();
    }

    private static String udi(Random random) {
        String body = "0" + form("0643169|0802526|5414734", random) + digits(5, random);
        int sum = 0;
        for (int i = 0; i < 13; i++) {
            sum += digit(body, i) * (i % 2 == 0 ? 3 : 1);
        }
        String item = "(01)" + body + (10 - sum % 10) % 10;
        return item + form("(17)2#0131(21)PJN######H|(11)1#0#1#(21)####2#|(17)2#1130(10)@####2(21)@#####|(21)&&&&&&&&",
                random);
    }

    private static String mbi(Random random) {
        String letters = "ACDEFGHJKMNPQRTUVWXY";
        StringBuilder text = new StringBuilder();
        for (char c : "1LA#LA#LL##".toCharArray()) {
            text.append(switch (c) {
                case '1' -> (char) ('1' + random.nextInt(9));
                case 'L' -> letters.charAt(random.nextInt(20));
                case 'A' -> random.nextInt(3) == 0 ? (char) ('0' + random.nextInt(10))
                        : letters.charAt(random.nextInt(20));
                default -> (char) ('0' + random.nextInt(10));
            });
        }
        return spread(text.toString(), form("4-3-4|11|4-3-4|4 3 4", random));
    }
}
