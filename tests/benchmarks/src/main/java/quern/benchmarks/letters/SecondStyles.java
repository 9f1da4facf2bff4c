package quern.benchmarks.letters;

import static quern.benchmarks.letters.Persona.pick;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Random;

/** Other names, other forms, other wording: held out at first, then tuned on too. */
final class SecondStyles implements StyleSet {

    private static final String[] FIRSTS = {"Barbara", "George", "Shirley", "Gregory", "Deborah", "Harold", "Brenda",
            "Tyrone", "Yvette", "Cornelius", "Maureen", "Siobhan", "J\u00fcrgen", "Heike", "Detlef", "Chantal",
            "Guillaume", "Mei-Ling", "Rajesh", "Oluwaseun", "Esperanza", "Svetlana", "Grace", "Mark"};
    private static final String[] LASTS = {"Robinson", "Walker", "Hernandez", "Campbell", "Mitchell", "Carter",
            "Rogers", "Bailey", "Sullivan", "Fitzgerald", "McAllister", "Abernathy", "Wojciechowski", "Adeyemi",
            "Krishnamurthy", "De Luca", "Vandenberghe", "Zimmermann", "K\u00f6nig", "Krause", "Beaumont", "D'Angelo",
            "Brown-Pierce", "Stone", "Young"};
    private static final String[] DATES = {"EEEE, d MMMM yyyy", "d-MMM-yy", "yyyy/MM/dd", "MMMM dd yyyy", "MM.dd.yyyy",
            "d MMM yyyy", "MMM. d, yyyy", "MM/dd/yy", "d/M/yyyy", "yyyy-MM-dd'T'HH:mm"};
    private static final String[] GERMAN_DATES = {"d. MMMM yyyy", "dd.MM.yyyy", "d. M. yyyy", "EEEE, dd. MMMM yyyy",
            "dd.MM.yy"};
    private static final String[] FRENCH_DATES = {"d MMMM yyyy", "dd/MM/yyyy", "EEEE d MMMM yyyy"};
    private static final String[] PHONES = {"*1 (+##) +##-####", "+## +## ####", "*1-+##-+##-####",
            "(+##)+##-####", "+##/+##-####", "*44 20 7### ####", "07### ######", "+##-+##-#### ext. ###"};
    private static final String[] GERMAN_PHONES = {"*49 (0)711 ######-##", "06221-######", "*49 89 #######",
            "0 61 31 / ## ## ##"};
    private static final String[] FRENCH_PHONES = {"01 ## ## ## ##", "06.##.##.##.##", "*33 4 ## ## ## ##"};
    private static final String[] STREETS = {"East 42nd", "Sycamore Ridge", "Old Mill", "Martin Luther King", "Juniper",
            "W. Fulton"};
    private static final String[] WAYS = {"Terrace", "Pkwy", "Pl.", "Circle", "Highway", "Way", "Rd, Apt 4B",
            "St, Suite 210"};
    private static final String[] CITIES = {"Chattanooga, TN", "Santa Fe, New Mexico", "Fort Wayne IN", "Yonkers, N.Y.",
            "Coeur d'Alene, ID"};
    private static final String[] NEGATIVES = {"Build 10.4.1.2 of the viewer, release v3.11, was installed.",
            "BP 135/85, HR 64, RR 14, SpO2 97 % on 2 L.", "TSH 2.41 mIU/L, INR 2.0-3.0, pH 7.35-7.45, eGFR >60.",
            "Hodgkin lymphoma, Down syndrome and Huntington's chorea run in the family.",
            "Start Amoxicillin 500 mg tid for 10 days; hold Warfarin and Plavix.",
            "As described in chapter 12.3 (table 7), paragraph 2.1.4.",
            "Apgar scores 8/9, Kernig and Romberg signs absent.", "A Swan-Ganz line and a Hickman catheter were used.",
            "Odds ratio 1.85 (95 % CI 1.20-2.90), n = 1024.", "ICD-10 E11.65, CPT 99213, ASA 2.",
            "Amount due 1.250,00 EUR including 19 % tax.", "A 45-year-old, 70 kg, drinks 1-2 glasses a week.",
            "Physical Therapy and Social Work will follow.", "T2 N0 M0, Gleason 3+4=7, PSA 6.8.",
            "Take 1-0-1 after meals, then 0-0-1.", "Complete Blood Count and Basic Metabolic Panel were drawn.",
            "Part number 1200-45 fits models 3 to 9.", "Room temperature 21.5 C, humidity 40-45 %."};

    @Override
    public String resource() {
        return "second.txt";
    }

    @Override
    public String[] negatives() {
        return NEGATIVES;
    }

    @Override
    public Persona persona(Random random) {
        return Persona.make(FIRSTS, LASTS, random, random.nextInt(4) == 0);
    }

    @Override
    public Slot write(String slot, Persona p, Random random) {
        Slot name = name(slot, p);
        if (name != null) {
            return name;
        }
        return switch (slot) {
            case "dob" -> date(p.birth(), "en", DATES, random);
            case "visit" -> date(p.visit(), "en", DATES, random);
            case "later" -> date(p.later(random), "en", DATES, random);
            case "dobde" -> date(p.birth(), "de", GERMAN_DATES, random);
            case "visitde" -> date(p.visit(), "de", GERMAN_DATES, random);
            case "laterde" -> date(p.later(random), "de", GERMAN_DATES, random);
            case "dobfr" -> date(p.birth(), "fr", FRENCH_DATES, random);
            case "visitfr" -> date(p.visit(), "fr", FRENCH_DATES, random);
            case "age90" -> new Slot("age", "" + (90 + random.nextInt(12)));
            case "phone" -> new Slot("phone", Numbers.fill(pick(PHONES, random), random));
            case "phonede" -> new Slot("phone", Numbers.fill(pick(GERMAN_PHONES, random), random));
            case "phonefr" -> new Slot("phone", Numbers.fill(pick(FRENCH_PHONES, random), random));
            case "fax" -> new Slot("fax", Numbers.fill(pick(PHONES, random), random));
            case "email" -> new Slot("email", email(p, random));
            case "url" -> new Slot("url", pick(new String[] {"http://mychart.saintmary.edu/r/",
                "https://imaging.example.co.uk:8443/study?uid=", "clinic-online.de/akte/"}, random)
                    + Numbers.digits(7, random));
            case "ip" -> new Slot("ip", pick(new String[] {Numbers.fill("10.+#.+#.+", random),
                Numbers.fill("2001:db8:+#::8a2e:370:7##4", random)}, random));
            case "street" -> new Slot("address", Numbers.fill("+###", random) + " " + pick(STREETS, random) + " "
                    + pick(WAYS, random));
            case "city" -> new Slot("address", pick(CITIES, random) + " " + Numbers.digits(5, random)
                    + (random.nextBoolean() ? "" : "-" + Numbers.digits(4, random)));
            case "streetde" -> new Slot("address", pick(new String[] {"Am Alten Markt ", "Goethestra\u00dfe ",
                "Schlossallee ", "Karl-Marx-Platz "}, random) + Numbers.digits(2, random)
                    + pick(new String[] {"", "a", " b"}, random));
            case "cityde" -> new Slot("address", pick(new String[] {"D-", ""}, random) + Numbers.digits(5, random) + " "
                    + pick(new String[] {"Heidelberg", "Halle (Saale)", "Neustadt an der Weinstra\u00dfe"}, random));
            case "streetfr" -> new Slot("address", Numbers.digits(2, random)
                    + pick(new String[] {", rue Victor Hugo", " bis avenue de la R\u00e9publique",
                    " boulevard Voltaire"},
                    random));
            case "cityfr" -> new Slot("address", Numbers.digits(5, random) + " "
                    + pick(new String[] {"Lyon", "Aix-en-Provence", "PARIS CEDEX 08"}, random));
            default -> number(slot, p, random);
        };
    }

    private static Slot name(String slot, Persona p) {
        return switch (slot) {
            case "full" -> new Slot("name", p.first() + " " + p.last());
            case "middle" -> new Slot("name", p.first() + " " + p.relativeFirst().charAt(0) + ". " + p.last());
            case "last" -> new Slot("name", p.last());
            case "first" -> new Slot("name", p.first());
            case "lastfirst" -> new Slot("name", p.last() + ", " + p.first());
            case "capitals" -> new Slot("name", (p.first() + " " + p.last()).toUpperCase(Locale.ROOT));
            case "initials" -> new Slot("name", p.first().charAt(0) + "." + p.relativeFirst().charAt(0) + ". "
                    + p.last());
            case "doctor" -> new Slot("name", p.doctorFirst() + " " + p.doctorLast());
            case "doctorlast" -> new Slot("name", p.doctorLast());
            case "relative" -> new Slot("name", p.relativeFirst() + " " + p.last());
            case "relativefirst" -> new Slot("name", p.relativeFirst());
            default -> null;
        };
    }

    private static Slot number(String slot, Persona p, Random random) {
        return switch (slot) {
            case "ssn" -> new Slot("ssn", Numbers.fill(pick(new String[] {"3## +# +###", "5##+#+###"}, random),
                    random));
            case "mrn" -> new Slot("mrn", Numbers.fill(pick(new String[] {"00######", "@@####", "+###-###-#",
                    "+#####/##"},
                    random), random));
            case "plan" -> new Slot("health_plan", Numbers.fill(pick(new String[] {"@## ### ###", "H##########A",
                "###-##-####-@"}, random), random));
            case "account" -> new Slot("account", Numbers.fill(pick(new String[] {"### ### ##", "AC#######",
                    "#######-#"},
                    random), random));
            case "licence" -> new Slot("license", Numbers.fill(pick(new String[] {"@###-####-####", "#######",
                "@@@##########"}, random), random));
            case "npi" -> new Slot("national_id", Numbers.npi(random));
            case "dea" -> new Slot("national_id", Numbers.dea(p.doctorLast().substring(0, 1).toUpperCase(Locale.ROOT),
                    random));
            case "vin" -> new Slot("vehicle", Numbers.vin(random));
            case "plate" -> new Slot("vehicle", Numbers.fill(pick(new String[] {"S-@@ ####", "HD @ ###", "@@ ## @@@"},
                    random), random));
            case "serial" -> new Slot("device", Numbers.fill(pick(new String[] {"#### #### ##", "X@@/####-@",
                    "@##@##@##"},
                    random), random));
            case "mac" -> new Slot("device", Numbers.fill("3C-5A-B+-##-#F-+#", random));
            case "iban" -> new Slot("iban", iban(random));
            case "card" -> new Slot("credit_card", random.nextBoolean()
                    ? Numbers.grouped(Numbers.withLuhn("5" + Numbers.fill("+", random).replaceAll("[6-9]", "3")
                            + Numbers.digits(13, random)), " ", 4)
                    : Numbers.grouped(Numbers.withLuhn("37" + Numbers.digits(12, random)), " ", 4, 6, 5));
            case "nhs" -> new Slot("national_id", pick(new String[] {Numbers.nhs(random),
                Numbers.grouped(Numbers.nhs(random), "-", 3, 3, 4)}, random));
            case "steuer" -> new Slot("national_id", Numbers.steuerId(random));
            case "ref" -> new Slot("other_id", Numbers.fill(pick(new String[] {"##-####-@@", "@##########", "+#####"},
                    random), random));
            default -> null;
        };
    }

    private static Slot date(LocalDate date, String language, String[] patterns, Random random) {
        String pattern = pick(patterns, random);
        return new Slot("date", date.atTime(random.nextInt(24), random.nextInt(60))
                .format(DateTimeFormatter.ofPattern(pattern, Locale.of(language))));
    }

    private static String email(Persona p, Random random) {
        String last = p.last().toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
        char first = Character.toLowerCase(p.first().charAt(0));
        return pick(new String[] {last + "_" + first + "@clinic-south.example.co.uk", first + "-" + last
                + "+news@web.de",
            last + "." + first + " (at) charite.de", "Dr." + last + "@UNI-HEIDELBERG.DE"}, random);
    }

    private static String iban(Random random) {
        String iban = random.nextBoolean() ? Numbers.iban("GB", "NWBK" + Numbers.digits(14, random))
                : Numbers.iban("FR", Numbers.digits(11, random) + "M" + Numbers.digits(11, random));
        return random.nextBoolean() ? iban : Numbers.grouped(iban, " ", 4);
    }
}
