package quern.benchmarks.letters;

import static quern.benchmarks.letters.Persona.pick;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Random;

/** Forms of tables, reports and complaints: held out at first, then tuned on too. */
final class ThirdStyles implements StyleSet {

    private static final String[] FIRSTS = {"Jacqueline", "Vincent", "Theresa", "Marcus", "Ruth", "Eugene", "Paula",
            "Leonard", "Rosa", "Malik", "Kwame", "Ingrid", "Anneliese", "Torsten", "Bernd", "Mireille", "Yuki",
            "Fatima",
            "Zbigniew", "Lakshmi", "Tam\u00E1s", "Joy", "Frank", "Summer"};
    private static final String[] LASTS = {"Henderson", "Coleman", "Perry", "Powell", "Foster", "Gonzales", "Murphy",
            "Ramirez", "Bennett", "Ross", "Fairweather", "Castellanos", "Nakamura", "Mbeki", "Szab\u00F3", "Chaudhry",
            "O'Sullivan", "van Dijk", "Kr\u00FCger", "Vogel", "Gauthier", "Lehmann", "Mercer-Quinn", "Banks", "Rivers"};
    private static final String[] DATES = {"MMM d yyyy", "dd MMM yy", "M-d-yyyy", "d/M/yy", "yyyy-MM-dd HH:mm",
            "EEE MMM d, yyyy", "MMMM d", "MM/yyyy", "yyyy/M/d", "ddMMMyyyy"};
    private static final String[] GERMAN_DATES = {"dd.MM.yyyy", "EEEE, 'den' d. MMMM yyyy", "d.MM.yy", "dd. MMM yyyy",
            "MMMM yyyy"};
    private static final String[] PHONES = {"+## +##-####", "(+##) +##.####", "1 (+##) +##-####", "+##-+##-#### x###",
            "+##\u2013+##\u2013####", "001-+##-+##-####", "+##.+##.#### ext 4#"};
    private static final String[] GERMAN_PHONES = {"040 / 3## ## ##", "(02 21) 4 71 1# ##", "*49-30-9018-####",
            "0176-########", "0049 621 ######"};
    private static final String[] NEGATIVES = {"Revision 7.2.19 supersedes 7.1.4.", "Vitals 118/76, 98 % RA, GCS 15.",
            "WBC 11.2, Hgb 13.8, Plt 245, Na 138, K 4.1.", "Bell's palsy resolved; Raynaud phenomenon unchanged.",
            "Continue Lisinopril 10 mg qd and Metformin 850 mg bid.", "Per guideline 5.2 (page 114), class IIa.",
            "Murphy's sign negative, McBurney point tender.", "An Ommaya reservoir and a Hickman line remain.",
            "HR 0.74 (95 % CI 0.61-0.89), n = 312.", "Coded as J45.909, CPT 94010, DRG 203.",
            "Subtotal 89,90 EUR, VAT 19 %.", "A 72-year-old, 81 kg, BMI 27.4.",
            "Respiratory Therapy and Case Management were paged.", "pT1c pN0 (0/12) G2 R0.",
            "Warm compresses 3-4 times a day.", "Model 3200 replaces models 2100 to 2900.",
            "The Chest X-Ray showed no Acute Cardiopulmonary Process.", "Infusion at 75 ml/h over 8-10 hours."};

    @Override
    public String resource() {
        return "third.txt";
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
        return name != null ? name : switch (slot) {
            case "dob" -> date(p.birth(), "en", DATES, random);
            case "visit" -> date(p.visit(), "en", DATES, random);
            case "later" -> date(p.later(random), "en", DATES, random);
            case "dobde" -> date(p.birth(), "de", GERMAN_DATES, random);
            case "visitde" -> date(p.visit(), "de", GERMAN_DATES, random);
            case "laterde" -> date(p.later(random), "de", GERMAN_DATES, random);
            case "age90" -> new Slot("age", "" + (90 + random.nextInt(12)));
            case "phone" -> new Slot("phone", Numbers.fill(pick(PHONES, random), random));
            case "phonede" -> new Slot("phone", Numbers.fill(pick(GERMAN_PHONES, random), random));
            case "fax" -> new Slot("fax", Numbers.fill(pick(PHONES, random), random));
            case "email" -> new Slot("email", email(p, random));
            case "url" -> new Slot("url", pick(new String[] {"https://portal.kaiserslautern-clinic.de/#/patient/",
                "ftp://files.northgate-health.net/scans/", "www.drlehmann-praxis.de/termin?nr="}, random)
                    + Numbers.digits(6, random));
            case "ip" -> new Slot("ip", pick(new String[] {Numbers.fill("172.16.+#.+#", random),
                Numbers.fill("fe80::1ff:fe23:45##:+#ab", random)}, random));
            case "street" -> new Slot("address", Numbers.fill("+###", random)
                    + pick(new String[] {" S. Cherry Hollow Rd",
                " Birchwood Blvd Unit 3", " NW 23rd Avenue", " Ocean View Court", " Kensington Sq."}, random));
            case "city" -> new Slot("address", pick(new String[] {"Baton Rouge, LA ", "Kalamazoo, Michigan ",
                    "St. Paul, MN ",
                "Walla Walla WA ", "Truth or Consequences, NM "}, random) + Numbers.digits(5, random));
            case "streetde" -> new Slot("address", pick(new String[] {"Rosenweg ", "M\u00F6rikestr. ",
                    "An der Alten M\u00FChle ",
                "Konrad-Adenauer-Allee "}, random) + Numbers.digits(2, random));
            case "cityde" -> new Slot("address", Numbers.digits(5, random) + " "
                    + pick(new String[] {"Freiburg im Breisgau",
                "L\u00FCneburg", "Oberhausen"}, random));
            default -> number(slot, p, random);
        };
    }

    private static Slot name(String slot, Persona p) {
        return switch (slot) {
            case "full" -> new Slot("name", p.first() + " " + p.last());
            case "middle" -> new Slot("name", p.first() + " " + p.relativeFirst() + " " + p.last());
            case "last" -> new Slot("name", p.last());
            case "first" -> new Slot("name", p.first());
            case "lastfirst" -> new Slot("name", p.last() + ", " + p.first() + " " + p.relativeFirst().charAt(0) + ".");
            case "capitals" -> new Slot("name", p.last().toUpperCase(Locale.ROOT) + ", "
                    + p.first().toUpperCase(Locale.ROOT));
            case "initials" -> new Slot("name", p.first().charAt(0) + " " + p.last());
            case "doctor" -> new Slot("name", p.doctorFirst() + " " + p.doctorLast());
            case "doctorlast" -> new Slot("name", p.doctorLast());
            case "relative" -> new Slot("name", p.relativeFirst() + " " + p.last());
            case "relativefirst" -> new Slot("name", p.relativeFirst());
            default -> null;
        };
    }

    private static Slot number(String slot, Persona p, Random random) {
        return switch (slot) {
            case "ssn" -> new Slot("ssn", Numbers.fill(pick(new String[] {"2##-+#-+###", "6+#\u201301\u2013+###"},
                    random), random));
            case "mrn" -> new Slot("mrn", Numbers.fill(pick(new String[] {"E########", "++#.###.###", "###-##-###",
                "#######@"}, random), random));
            case "plan" -> new Slot("health_plan", Numbers.fill(pick(new String[] {"@@@-###-####", "## ######## #",
                "#########"}, random), random));
            case "account" -> new Slot("account", Numbers.fill(pick(new String[] {"#-####-####", "########",
                    "@@ ######"},
                    random), random));
            case "licence" -> new Slot("license", Numbers.fill(pick(new String[] {"@########", "### ### ###",
                    "@@####@"},
                    random), random));
            case "npi" -> new Slot("national_id", Numbers.npi(random));
            case "dea" -> new Slot("national_id", Numbers.dea(p.doctorLast().substring(0, 1).toUpperCase(Locale.ROOT),
                    random));
            case "vin" -> new Slot("vehicle", Numbers.vin(random));
            case "plate" -> new Slot("vehicle", Numbers.fill(pick(new String[] {"@@@ ####", "K-@ ####", "###-@@@"},
                    random),
                    random));
            case "serial" -> new Slot("device", Numbers.fill(pick(new String[] {"@-########", "####@####", "###.####"},
                    random),
                    random));
            case "mac" -> new Slot("device", Numbers.fill("a4:5e:60:d+:##:1f", random));
            case "iban" -> new Slot("iban", Numbers.grouped(random.nextBoolean()
                    ? Numbers.iban("AT", Numbers.digits(16, random))
                    : Numbers.iban("NL", "ABNA" + Numbers.digits(10, random)), " ", 4));
            case "card" -> new Slot("credit_card", Numbers.grouped(Numbers.withLuhn("6011" + Numbers.digits(11,
                    random)),
                    pick(new String[] {" ", "-"}, random), 4));
            case "nhs" -> new Slot("national_id", Numbers.grouped(Numbers.nhs(random), " ", 3, 3, 4));
            case "steuer" -> new Slot("national_id", Numbers.grouped(Numbers.steuerId(random), " ", 2, 3));
            case "ref" -> new Slot("other_id", Numbers.fill(pick(new String[] {"@@-#####", "####.###", "#######"},
                    random),
                    random));
            default -> null;
        };
    }

    private static Slot date(LocalDate date, String language, String[] patterns, Random random) {
        return new Slot("date", date.atTime(random.nextInt(24), random.nextInt(60))
                .format(DateTimeFormatter.ofPattern(pick(patterns, random), Locale.of(language))));
    }

    private static String email(Persona p, Random random) {
        String last = p.last().toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
        return pick(new String[] {last + Numbers.digits(4, random) + "@yahoo.com", "office." + last + "@praxis-nord.de",
            p.first().charAt(0) + last + "@HOSPITAL.ORG", last + "@cs.stanford.edu"}, random);
    }
}
