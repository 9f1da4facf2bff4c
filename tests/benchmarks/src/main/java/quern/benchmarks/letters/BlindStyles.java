package quern.benchmarks.letters;

import static quern.benchmarks.letters.Persona.pick;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Random;

/**
 * Written after all rules from what letters of hospitals, lawyers, insurers, employers and the police look like, in
 * English, German and French, and measured once before anything was mended for it.
 */
final class BlindStyles implements StyleSet {

    private static final String[] FIRSTS = {"Margaret", "Declan", "Aoife", "Tyrell", "Shanice", "Bj\u00F6rn",
            "Annegret",
            "Heinz-Peter", "Sol\u00E8ne", "Jean-Baptiste", "Mehdi", "Fatoumata", "Katarzyna", "Hiroshi", "Anjali",
            "Giovanni", "Beatriz", "Gareth", "Ebony", "Walter", "Chlo\u00E9", "Marie-Claire", "Uwe", "Edith"};
    private static final String[] LASTS = {"Whitfield", "O'Malley", "Abernathy", "Castillo", "Gr\u00FCnwald",
            "Hinterhuber", "Schulze-Dieckmann", "von der Heide", "Dubreuil", "Le Goff", "Marchetti", "Adebayo",
            "Chowdhury", "Zieli\u0144ski", "Park", "Bianchi", "Washington", "Kessler", "Rousseau", "Lindqvist",
            "Baumann"};
    private static final String[] DATES = {"MMMM d, yyyy", "d MMMM yyyy", "MM/dd/yyyy", "M/d/yy", "yyyy-MM-dd",
            "MMM. d, yyyy", "EEEE, d MMMM yyyy", "d-MMM-yy", "dd MMM yyyy", "dd/MM/yyyy", "MM.dd.yyyy", "yyyyMMdd"};
    private static final String[] GERMAN_DATES = {"dd.MM.yyyy", "d. MMMM yyyy", "EEEE, 'den' d. MMMM yyyy", "dd.MM.yy",
            "d.M.yyyy", "yyyy-MM-dd"};
    private static final String[] FRENCH_DATES = {"d MMMM yyyy", "dd/MM/yyyy", "EEEE d MMMM yyyy", "dd.MM.yyyy",
            "dd-MM-yyyy", "d/MM/yy"};
    private static final String[] NEGATIVES = {"Hemoglobin 9.8 g/dL, platelets 212, WBC 11.3.",
            "He received 2 units of packed red cells and 40 mg of pantoprazole IV.",
            "Troponin peaked at 0.43 ng/mL; EF was 45-50 %.", "ICD-10: I50.9, E11.22, Z79.4; CPT 99223.",
            "The total due is $3,418.75, of which $250.00 was paid.", "See page 14 of 27 and Exhibit 3, section 12.4.",
            "Release 11.4.2 of the software is out since build 20391.", "The room measures 12 x 14 feet, unit 3 of 8.",
            "Lisinopril 10 mg PO daily, Lasix 40 mg BID, Tylenol 650 mg q6h prn.", "We expect 1,200 to 1,500 "
            + "orders a month.",
            "Temperature 101.3 F, BP 142/88, HR 96, SpO2 94 % on 2 L.", "The statute of 1974 and Rule 26 apply.",
            "Part number 48-1120 was replaced, quantity 12.", "CT showed a 3.2 x 2.1 cm lesion in segment 6.",
            "The exchange rate is 1.0842, the fee 2.9 %.", "It is 350 miles, about 5 hours 40 minutes by car."};
    private static final String[] GERMAN_NEGATIVES = {"Labor: Hb 13,2 g/dl, Kreatinin 1,4 mg/dl, CRP 48 mg/l, INR 2,3.",
            "Ramipril 5 mg 1-0-0, Metformin 1000 mg 1-0-1, Pantozol 40 mg 0-0-1.", "Diagnose: I10.90, E11.90, N18.3.",
            "Der Selbstbehalt betr\u00E4gt 300,00 EUR, die Laufzeit 24 Monate.", "Gem\u00E4\u00DF \u00A7 823 Abs. "
            + "1 BGB und \u00A7 7 StVG "
            + "besteht der Anspruch.", "Blutdruck 145/90 mmHg, Puls 78/min, Gewicht 82,5 kg.",
            "Die Rechnung umfasst 4 Positionen auf Seite 2 von 3.", "EKG: Sinusrhythmus, HF 72/min, QTc 431 ms."};
    private static final String[] FRENCH_NEGATIVES = {"Tension 135/85 mmHg, pouls 76, temp\u00E9rature 37,8 \u00B0C.",
            "Doliprane 1000 mg trois fois par jour pendant 5 jours.", "H\u00E9moglobine 12,4 g/dl, CRP 35 mg/l.",
            "Le montant total est de 184,50 \u20AC, dont 23,00 \u20AC \u00E0 votre charge.", "Voir l'article 12 "
            + "et la page 3.",
            "Diagnostic : I48.0, stade 2."};

    @Override
    public String resource() {
        return "blind.txt";
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
        Slot name = name(slot, p, random);
        if (name != null) {
            return name;
        }
        Slot made = date(slot, p, random);
        made = made == null ? BlindNumbers.contact(slot, p, random) : made;
        made = made == null ? BlindNumbers.number(slot, random) : made;
        made = made == null ? BlindNumbers.place(slot, random) : made;
        return made == null || made.kind() == null ? made : new Slot(made.kind(), BlindNumbers.typed(made, random));
    }

    private static Slot name(String slot, Persona p, Random random) {
        return switch (slot) {
            case "full" -> new Slot("name", p.first() + " " + p.last());
            case "fullupper" -> new Slot("name", (p.first() + " " + p.last()).toUpperCase(Locale.ROOT));
            case "last" -> new Slot("name", p.last());
            case "first" -> new Slot("name", p.first());
            case "lastfirst" -> new Slot("name", p.last() + ", " + p.first());
            case "doctor" -> new Slot("name", p.doctorFirst() + " " + p.doctorLast());
            case "doctor2" -> new Slot("name", p.relativeFirst() + " " + p.doctorLast());
            case "doctorfirst" -> new Slot("name", p.doctorFirst());
            case "doctorlast", "relativelast" -> new Slot("name", p.doctorLast());
            case "relative" -> new Slot("name", p.relativeFirst() + " " + p.last());
            case "relativefirst" -> new Slot("name", p.relativeFirst());
            case "negativede" -> new Slot(null, pick(GERMAN_NEGATIVES, random));
            case "negativefr" -> new Slot(null, pick(FRENCH_NEGATIVES, random));
            case "firm" -> new Slot(null, "Kanzlei am Markt");
            case "ageless" -> new Slot(null, 30 + random.nextInt(55) + "-year-old");
            default -> null;
        };
    }

    private static Slot date(String slot, Persona p, Random random) {
        return switch (slot) {
            case "dob" -> date(p.birth(), "en", DATES, random);
            case "visit" -> date(p.visit(), "en", DATES, random);
            case "later" -> date(p.later(random), "en", DATES, random);
            case "dobde" -> date(p.birth(), "de", GERMAN_DATES, random);
            case "visitde" -> date(p.visit(), "de", GERMAN_DATES, random);
            case "laterde" -> date(p.later(random), "de", GERMAN_DATES, random);
            case "dobfr" -> date(p.birth(), "fr", FRENCH_DATES, random);
            case "visitfr" -> date(p.visit(), "fr", FRENCH_DATES, random);
            case "laterfr" -> date(p.later(random), "fr", FRENCH_DATES, random);
            case "age90" -> new Slot("age", "" + (90 + random.nextInt(12)));
            default -> null;
        };
    }

    private static Slot date(LocalDate date, String language, String[] patterns, Random random) {
        return new Slot("date", date.format(DateTimeFormatter.ofPattern(pick(patterns, random), Locale.of(language))));
    }
}
