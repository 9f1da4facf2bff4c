package quern.benchmarks.letters;

import static quern.benchmarks.letters.Persona.pick;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Random;

/** Written after the other three and measured once: no rule is made for what fails here. */
final class HeldOutStyles implements StyleSet {

    private static final String[] FIRSTS = {"Adrienne", "Clifford", "Hannah", "Trevor", "Bonnie", "Curtis", "Naomi",
            "Abdul", "Xiomara", "Piotr", "Saoirse", "Dieter", "Gisela", "Ren\u00E9", "Thuy", "Jamal", "Holly", "Chase"};
    private static final String[] LASTS = {"Griffin", "Hayes", "Simmons", "Jenkins", "Ortega", "Delacroix", "Pfeiffer",
            "Scholz", "McKenna", "Ivanova", "Obi", "Tanaka", "St. James", "Brandt", "Marsh", "Fields", "von Arnim"};
    private static final String[] DATES = {"M.d.yyyy", "MMMM d, yy", "EEEE MMMM d yyyy", "d. MMM yyyy", "MMM-dd-yyyy",
            "yyyy.MM.dd", "d/MMM/yyyy", "MM-dd-yy"};
    private static final String[] GERMAN_DATES = {"d.M.yyyy", "dd.MM.yyyy", "d. MMMM ''yy", "EE, dd.MM.yyyy"};
    private static final String[] PHONES = {"*1+##+######", "(+##) +## - ####", "+##/+##/####", "1.+##.+##.####",
            "+## +##-#### ext.###"};
    private static final String[] GERMAN_PHONES = {"0511-12##-0", "*49 171 123 ####", "(089) 55 ## ##-0"};
    private static final String[] NEGATIVES = {"Take 2 tablets every 4-6 hours, up to 8 a day.",
            "Firmware 4.0.3 (build 1187) fixes this.", "Graves' disease and Ehlers-Danlos syndrome were ruled out.",
            "Her score on the Beck Depression Inventory was 14/63.", "Weight 64.2 kg, height 168 cm, BSA 1.73.",
            "Started Ibuprofen 400 mg and Omeprazole 20 mg.", "Step 3.4 of protocol version 1.2 applies.",
            "The Apgar was 9/10; Moro reflex present.", "Costs were 12,345.67 dollars in 2019.",
            "Occupational Therapy evaluates on weekdays.", "LDL 131, HDL 44, TG 180, A1c 6.1 %.",
            "Dilution 1:100, 37 C, 5 % CO2.", "Chapters 10 to 12 and tables 3-7 are new."};

    @Override
    public String resource() {
        return "held-out.txt";
    }

    @Override
    public String[] negatives() {
        return NEGATIVES;
    }

    @Override
    public Persona persona(Random random) {
        return Persona.make(FIRSTS, LASTS, random, false);
    }

    @Override
    public Slot write(String slot, Persona p, Random random) {
        return switch (slot) {
            case "full" -> new Slot("name", p.first() + " " + p.last());
            case "last" -> new Slot("name", p.last());
            case "first" -> new Slot("name", p.first());
            case "lastfirst" -> new Slot("name", p.last().toUpperCase(Locale.ROOT) + " " + p.first());
            case "initials" -> new Slot("name", p.first().charAt(0) + ". " + p.relativeFirst().charAt(0) + ". "
                    + p.last());
            case "doctor" -> new Slot("name", p.doctorFirst() + " " + p.doctorLast());
            case "doctorlast" -> new Slot("name", p.doctorLast());
            case "relative" -> new Slot("name", p.relativeFirst() + " " + p.last());
            case "relativefirst" -> new Slot("name", p.relativeFirst());
            case "dob" -> date(p.birth(), "en", DATES, random);
            case "visit" -> date(p.visit(), "en", DATES, random);
            case "later" -> date(p.later(random), "en", DATES, random);
            case "dobde" -> date(p.birth(), "de", GERMAN_DATES, random);
            case "visitde" -> date(p.visit(), "de", GERMAN_DATES, random);
            case "age90" -> new Slot("age", "" + (90 + random.nextInt(12)));
            case "phone" -> new Slot("phone", Numbers.fill(pick(PHONES, random), random));
            case "phonede" -> new Slot("phone", Numbers.fill(pick(GERMAN_PHONES, random), random));
            case "fax" -> new Slot("fax", Numbers.fill(pick(PHONES, random), random));
            case "email" -> new Slot("email", email(p, random));
            case "url" -> new Slot("url", pick(new String[] {"https://my.unityhealth.org/visit/",
                    "http://10-20-portal.net/",
                "www.gemeinschaftspraxis-mitte.de/p/"}, random) + Numbers.digits(5, random));
            case "ip" -> new Slot("ip", Numbers.fill(pick(new String[] {"192.168.+#.+#", "2a00:1450:4+0#::200e"},
                    random),
                    random));
            default -> number(slot, p, random);
        };
    }

    private static Slot number(String slot, Persona p, Random random) {
        return switch (slot) {
            case "street" -> new Slot("address", Numbers.fill("+##", random) + pick(new String[] {" Pine Bluff Trail",
                " N. 7th St., Apt. 12", " County Line Road", " Rue Royale Drive"}, random));
            case "city" -> new Slot("address", pick(new String[] {"Eau Claire, Wisconsin ", "Las Cruces NM ",
                    "Bend, OR ",
                "Winston-Salem, NC "}, random) + Numbers.digits(5, random));
            case "streetde" -> new Slot("address", pick(new String[] {"Kirchgasse ", "Obere Bahnhofstra\u00DFe ",
                "Sch\u00FCtzenring "}, random) + Numbers.digits(2, random));
            case "cityde" -> new Slot("address", Numbers.digits(5, random) + " " + pick(new String[] {"Hannover",
                    "Bamberg"},
                    random));
            case "ssn" -> new Slot("ssn", Numbers.fill(pick(new String[] {"1##-+#-+###", "4##.+#.+###"}, random),
                    random));
            case "mrn" -> new Slot("mrn", Numbers.fill(pick(new String[] {"MRN######", "########", "@#####-##"},
                    random),
                    random));
            case "plan" -> new Slot("health_plan", Numbers.fill(pick(new String[] {"@@@@######", "####-####-##"},
                    random),
                    random));
            case "account" -> new Slot("account", Numbers.fill(pick(new String[] {"###-#######", "#########"}, random),
                    random));
            case "licence" -> new Slot("license", Numbers.fill(pick(new String[] {"@@######@", "##-###-###"}, random),
                    random));
            case "npi" -> new Slot("national_id", Numbers.npi(random));
            case "nhs" -> new Slot("national_id", Numbers.grouped(Numbers.nhs(random), " ", 3, 3, 4));
            case "steuer" -> new Slot("national_id", Numbers.steuerId(random));
            case "vin" -> new Slot("vehicle", Numbers.vin(random));
            case "plate" -> new Slot("vehicle", Numbers.fill(pick(new String[] {"@@@-###", "B-@@ +###"}, random),
                    random));
            case "serial" -> new Slot("device", Numbers.fill(pick(new String[] {"@@@######", "##@-####-##"}, random),
                    random));
            case "mac" -> new Slot("device", Numbers.fill("b8:27:eb:+#:#c:d#", random));
            case "iban" -> new Slot("iban", Numbers.iban("CH", "0" + Numbers.digits(16, random)));
            case "card" -> new Slot("credit_card", Numbers.grouped(Numbers.withLuhn("4" + Numbers.digits(14, random)),
                    "-", 4));
            case "ref" -> new Slot("other_id", Numbers.fill(pick(new String[] {"@@@-####-##", "######"}, random),
                    random));
            default -> null;
        };
    }

    private static Slot date(LocalDate date, String language, String[] patterns, Random random) {
        return new Slot("date", date.format(DateTimeFormatter.ofPattern(pick(patterns, random), Locale.of(language))));
    }

    private static String email(Persona p, Random random) {
        String last = p.last().toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
        return pick(new String[] {last + "." + p.visit().getYear() + "@icloud.com", "the." + last
                + "s@sub.mail.example.net",
            last + "-" + last + "@klinik.ch"}, random);
    }
}
