package quern.benchmarks.letters;

import static quern.benchmarks.letters.Persona.pick;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Random;

/** The forms that rules may be tuned on. */
final class TuningStyles implements StyleSet {

    private static final String[] FIRSTS = {"James", "Mary", "Robert", "Patricia", "Michael", "Linda", "Karen", "Kevin",
            "Emily", "Thomas", "Laura", "Daniel", "Rachel", "Steven", "Olivia", "Hans", "Ursula", "Wolfgang", "Sabine",
            "Camille", "Luis", "Ngozi", "Wei", "Priya", "Aisha", "Dmitri"};
    private static final String[] LASTS = {"Smith", "Johnson", "Miller", "Davis", "Garcia", "Wilson", "Anderson",
            "Taylor", "Moore", "Nguyen", "Thompson", "White", "Harris", "Clark", "Lewis", "Baker", "Schneider",
            "Fischer", "Hoffmann", "Becker", "Lefebvre", "O'Connor", "Kowalczyk", "Okonkwo", "Patel", "van der Berg",
            "Smith-Jones", "Petrov", "Yamamoto"};
    private static final String[] DATES = {"MM/dd/yyyy", "M/d/yyyy", "yyyy-MM-dd", "MMMM d, yyyy", "d MMMM yyyy",
            "MM-dd-yyyy", "MMM d, yyyy", "dd-MMM-yyyy", "M/d/yy"};
    private static final String[] GERMAN_DATES = {"dd.MM.yyyy", "d.M.yyyy", "d. MMMM yyyy", "dd.MM.yy"};
    private static final String[] PHONES = {"(+##) +##-####", "+##-+##-####", "1-+##-+##-####", "+##.+##.####",
            "*1 +## +## ####", "+## +##-####"};
    private static final String[] GERMAN_PHONES = {"0711 / ######", "(030) ########", "089/######-##",
            "0171 #######"};
    private static final String[] STREETS = {"Maple", "Oak Hill", "Washington", "Elm", "Lake Shore", "Park",
            "Jefferson", "5th", "North Main"};
    private static final String[] WAYS = {"Street", "Ave", "Road", "Drive", "Lane", "Blvd.", "St.", "Court"};
    private static final String[] CITIES = {"Boston, MA", "Portland, OR", "Springfield, IL", "Austin, Texas",
            "Cedar Rapids, IA", "Columbus, Ohio"};
    private static final String[] NEGATIVES = {"Software version 2.10.14 was used for the analysis.",
            "Blood pressure 120/80 mmHg, pulse 72, temperature 98.6 F.",
            "HbA1c 7.2 %, sodium 140 mmol/l, creatinine 1.1 mg/dl.",
            "History of Parkinson's disease and Crohn disease; no Alzheimer's.",
            "Metoprolol 50 mg twice daily, Aspirin 81 mg, Lipitor 20 mg.",
            "See section 4.1.2 and figure 3 of the guideline.",
            "Strength 5/5 in all extremities, Glasgow Coma Scale 15.",
            "A Foley catheter was placed; Babinski sign negative.",
            "The ratio was 3:1 in 2 of 10 cases; p < 0.05.",
            "Diagnosis code I21.4, stage III, grade 2.", "Total: $1,250.00, tax 8.25 %.",
            "He is 67 years old and lives independently.", "The Blood Bank and the Emergency Department were told.",
            "NYHA class II, ejection fraction 55-60 %.", "Sliding scale 2-4-6 units before meals.",
            "Magnetic Resonance Imaging of the Lumbar Spine was normal."};

    @Override
    public String resource() {
        return "tuning.txt";
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
            case "dob" -> date(p.birth(), "en", random);
            case "visit" -> date(p.visit(), "en", random);
            case "later" -> date(p.later(random), "en", random);
            case "dobde" -> date(p.birth(), "de", random);
            case "visitde" -> date(p.visit(), "de", random);
            case "laterde" -> date(p.later(random), "de", random);
            case "age90" -> new Slot("age", "" + (90 + random.nextInt(12)));
            case "phone" -> new Slot("phone", Numbers.fill(pick(PHONES, random), random));
            case "phonede" -> new Slot("phone", Numbers.fill(pick(GERMAN_PHONES, random), random));
            case "fax" -> new Slot("fax", Numbers.fill(pick(PHONES, random), random));
            case "faxde" -> new Slot("fax", Numbers.fill(pick(GERMAN_PHONES, random), random));
            case "email" -> new Slot("email", email(p, random));
            case "url" -> new Slot("url", pick(new String[] {"https://www.mercy-portal.org/patients/",
                    "www.stlukes.com/",
                "http://records.example.net/view?id="}, random) + Numbers.digits(6, random));
            case "ip" -> new Slot("ip", Numbers.fill("1+#.+#.1##.+#", random));
            case "street" -> new Slot("address", Numbers.fill("+##", random) + " " + pick(STREETS, random) + " "
                    + pick(WAYS, random));
            case "city" -> new Slot("address", pick(CITIES, random) + " " + Numbers.digits(5, random));
            case "streetde" -> new Slot("address", pick(new String[] {"Hauptstra\u00dfe ", "Bahnhofstr. ",
                "Lindenweg "}, random) + Numbers.digits(2, random));
            case "cityde" -> new Slot("address", Numbers.digits(5, random) + " "
                    + pick(new String[] {"Stuttgart", "M\u00fcnchen", "Bad Homburg"}, random));
            default -> number(slot, p, random);
        };
    }

    private static Slot name(String slot, Persona p) {
        return switch (slot) {
            case "full" -> new Slot("name", p.first() + " " + p.last());
            case "last" -> new Slot("name", p.last());
            case "first" -> new Slot("name", p.first());
            case "lastfirst" -> new Slot("name", p.last().toUpperCase(Locale.ROOT) + ", " + p.first());
            case "initials" -> new Slot("name", p.first().charAt(0) + ". " + p.last());
            case "doctor" -> new Slot("name", p.doctorFirst() + " " + p.doctorLast());
            case "doctorlast" -> new Slot("name", p.doctorLast());
            case "relative" -> new Slot("name", p.relativeFirst() + " " + p.last());
            case "relativefirst" -> new Slot("name", p.relativeFirst());
            default -> null;
        };
    }

    private static Slot number(String slot, Persona p, Random random) {
        return switch (slot) {
            case "ssn" -> new Slot("ssn", Numbers.fill("4##-+#-+###", random));
            case "mrn" -> new Slot("mrn", Numbers.fill(pick(new String[] {"#######", "M######", "##-##-##"}, random),
                    random));
            case "plan" -> new Slot("health_plan", Numbers.fill(pick(new String[] {"@@@#########", "#########-##"},
                    random), random));
            case "account" -> new Slot("account", Numbers.fill(pick(new String[] {"##########", "####-######"},
                    random), random));
            case "licence" -> new Slot("license", Numbers.fill(pick(new String[] {"@#######", "@@-######"}, random),
                    random));
            case "npi" -> new Slot("national_id", Numbers.npi(random));
            case "dea" -> new Slot("national_id", Numbers.dea(p.doctorLast().substring(0, 1).toUpperCase(Locale.ROOT),
                    random));
            case "vin" -> new Slot("vehicle", Numbers.vin(random));
            case "plate" -> new Slot("vehicle", Numbers.fill(pick(new String[] {"@@@-####", "+@@@###"}, random),
                    random));
            case "serial" -> new Slot("device", Numbers.fill(pick(new String[] {"@@#######", "SN-####-####"}, random),
                    random));
            case "mac" -> new Slot("device", Numbers.fill("00:1A:##:+#:0#:E#", random));
            case "iban" -> new Slot("iban", iban(random));
            case "card" -> new Slot("credit_card", Numbers.grouped(Numbers.withLuhn("4" + Numbers.digits(14, random)),
                    pick(new String[] {" ", "-", ""}, random), 4));
            case "nhs" -> new Slot("national_id", Numbers.grouped(Numbers.nhs(random), " ", 3, 3, 4));
            case "steuer" -> new Slot("national_id", Numbers.grouped(Numbers.steuerId(random), " ", 2, 3));
            case "ref" -> new Slot("other_id", Numbers.fill(pick(new String[] {"INV-####-###", "####/##", "R######"},
                    random), random));
            default -> null;
        };
    }

    private static Slot date(LocalDate date, String language, Random random) {
        String pattern = pick(language.equals("de") ? GERMAN_DATES : DATES, random);
        return new Slot("date", date.format(DateTimeFormatter.ofPattern(pattern, Locale.of(language))));
    }

    private static String email(Persona p, Random random) {
        String last = p.last().toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
        String first = p.first().toLowerCase(Locale.ROOT);
        return pick(new String[] {first + "." + last, first.charAt(0) + last, last + Numbers.digits(2, random)}, random)
                + "@" + pick(new String[] {"gmail.com", "mercyhospital.org", "mail.example.com"}, random);
    }

    private static String iban(Random random) {
        String iban = Numbers.iban("DE", "37040044" + Numbers.digits(10, random));
        return random.nextBoolean() ? iban : Numbers.grouped(iban, " ", 4);
    }
}
