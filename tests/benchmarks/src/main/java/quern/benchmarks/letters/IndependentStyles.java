package quern.benchmarks.letters;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.util.Locale;
import java.util.Random;
import quern.benchmarks.letters.IndependentPeople.Country;

/**
 * Letters of hospitals, practices, insurers, lawyers, schools and employers in three countries, written by somebody who
 * knew neither the rules nor the other sets. A letter's first slot says where it was written and who the patient is:
 * {@code us_f}, {@code uk_m_mid}, {@code de_f_old}; it writes nothing itself.
 */
final class IndependentStyles implements StyleSet {

    private static final String[] NUMERIC_US = {"MM/dd/uuuu", "MM/dd/uuuu", "MM/dd/uuuu", "M/d/uu", "M/d/uuuu",
        "uuuu-MM-dd", "MM-dd-uuuu", "MMM d, uuuu", "dd-MMM-uuuu", "MMMM d, uuuu", "M.d.uu", "dMMMuuuu", "MM/dd/uu"};
    private static final String[] PROSE_US = {"MMMM d, uuuu", "MMMM d, uuuu", "MMM d, uuuu", "MMM. d uuuu", "M/d/uu",
        "d MMMM uuuu", "MM/dd/uuuu", "MMMM dX, uuuu", "dX 'of' MMMM, uuuu", "MMMM d uuuu"};
    private static final String[] DAY_US = {"M/d", "MMMM d", "MMMM dX", "MMM d", "d MMM", "MM/dd"};
    private static final String[] NUMERIC_UK = {"dd/MM/uuuu", "dd/MM/uuuu", "d/M/uu", "dd.MM.uuuu", "dd-MMM-uuuu",
        "d MMM uuuu", "dd MMM uu", "uuuu-MM-dd", "d.M.uu", "d MMMM uuuu"};
    private static final String[] PROSE_UK = {"d MMMM uuuu", "dX MMMM uuuu", "dX 'of' MMMM uuuu", "d MMM uuuu",
        "dd/MM/uuuu", "dX MMMM, uuuu", "MMMM dX uuuu"};
    private static final String[] DAY_UK = {"d MMMM", "dX MMMM", "d/M", "dX 'of' MMMM", "d MMM"};
    private static final String[] NUMERIC_DE = {"dd.MM.uuuu", "dd.MM.uuuu", "dd.MM.uuuu", "d.M.uuuu", "dd.MM.uu",
        "d.M.uu", "uuuu-MM-dd", "dd. MMMM uuuu", "d. MMM uuuu", "dd/MM/uuuu", "dd-MM-uuuu"};
    private static final String[] PROSE_DE = {"d. MMMM uuuu", "dd.MM.uuuu", "d.M.uu", "d. MMMM uuuu", "d.MMMM uuuu"};
    private static final String[] DAY_DE = {"d. MMMM", "dd. MMMM", "d.MMMM"};
    private static final String[] MONTH = {"MMMM uuuu", "MM/uuuu", "MMMM uuuu", "M/uuuu", "MM/uu"};
    private static final String[] MONTH_DE = {"MMMM uuuu", "MM/uuuu", "MMMM uuuu", "MM/uu", "MM.uuuu"};

    private static final String[] FACILITIES_US = {"Ridgeview Medical Center", "St. Brendan Health", "Lake County "
        + "Hospital", "Three Rivers Family Medicine", "Good Shepherd Regional", "VA Medical Center"};
    private static final String[] FACILITIES_UK = {"Westhollow General Hospital", "Fenwick Surgery", "the Royal "
        + "Infirmary", "Beechcroft Care Home", "St Oswin's Hospice"};
    private static final String[] FACILITIES_DE = {"Klinikum Harzrand", "Praxis am Stadttor", "Universitätsmedizin "
        + "Weserbergen", "St.-Elisabeth-Krankenhaus", "MVZ Nordtor", "Seniorenresidenz Abendrot"};

    private static final String[] TRAPS_US = """
            Metoprolol succinate 50 mg PO daily; lisinopril 10 mg PO daily; ASA 81 mg.
            BP 138/84, HR 72, RR 16, T 98.6 F, SpO2 97% on 2 L NC.
            Na 139, K 4.1, Cl 104, CO2 24, BUN 18, Cr 1.02, Glu 112, eGFR >60.
            WBC 11.2 x10^3/uL, Hgb 13.4 g/dL, Hct 40.1%, Plt 248.
            ICD-10: E11.65, I10, N18.31; CPT 99214-25, 93000, 36415.
            NDC 00071-0155-23, qty 90, 3 refills, max 4 tabs/24 h.
            Per the 2017 ACC/AHA guideline the target is <130/80; NNT 37 (95% CI 24-81).
            Apgar 8/9 at 1 and 5 minutes; Ballard 38-40 weeks.
            History of Parkinson disease, Crohn disease s/p ileocecectomy, and a Baker cyst on the left.
            Foley catheter 16 Fr, Salem sump to LIS, Jackson-Pratt drain 120 mL/8 h.
            Seen in Bed 12, Room 4417, 4 West; transfer to ICU-2 if lactate >4.0.
            GE Optima CT660, 120 kVp, 210 mAs, CTDIvol 12.4 mGy, DLP 512.7 mGy-cm.
            Glasgow Coma Scale 15, NIHSS 2, CHA2DS2-VASc 4, HAS-BLED 1, MELD-Na 11.
            Humulin R U-500: 0.3 mL (150 units) 30 min before meals; sliding scale 2-4-6-8.
            Heparin 5000 units SC q8h; PTT 61.4 sec; INR 2.3 (goal 2.0-3.0).
            The patient is a 67 y/o with a 40 pack-year history, quit in 2004.
            Titer 1:1280, Lot-specific cut-off 0.35 kU/L, reference 0.00-0.34.
            Medtronic Azure XT DR MRI (model W2DR01) and 2 leads, model 5076-52.
            TMN stage pT2 pN0 (0/14) M0, Gleason 3+4=7, Ki-67 20%.
            Hours: Mon-Fri 8:00-4:30; call 911 for an emergency or 988 in a crisis.
            Flow 60/40, PIP 22, PEEP 5, FiO2 0.40, TV 450, pH 7.38/42/88/24.
            4 of 10 patients (40.3%, n=1,284) had an event within 30 days (p=0.003).
            Dr. on call via the operator; Emergency Department, Radiology and Social Work notified.
            Bill type 0131, rev code 0450, DRG 291, POS 22, modifier 59, GA.
            Form CMS-1500 (02-12), approved OMB; 42 CFR 411.355; HB 2536.
            Tylenol 650 mg q6h prn, Norco 5-325 #20, Augmentin 875-125 bid x 10 d.
            Ht 5'10", Wt 192 lb (87.1 kg), BMI 27.5, pain 4/10.""".split("\n");
    private static final String[] TRAPS_UK = """
            Amlodipine 5 mg OD, bisoprolol 2.5 mg OD, paracetamol 1 g QDS PRN.
            BP 142/78, HR 64 reg, RR 18, sats 95% RA, temp 37.2, NEWS2 1.
            Hb 104, WCC 9.8, plt 301, CRP 46, Na 133, K 4.4, urea 8.9, creat 112, eGFR 48.
            NICE NG28 (2015, updated 2022); HbA1c 58 mmol/mol (7.5%).
            SNOMED 44054006, Read code C10F., OPCS W37.1, ICD-10 S72.0.
            Rockwood 5, Waterlow 18, MUST 1, AMTS 8/10, Barthel 14/20.
            Bay 3, bed 6, Ward 14B; Colles' fracture in plaster, Zimmer frame x1.
            DN to visit 2x weekly, 10 x 15 cm Mepilex, compression 40 mmHg.
            Clinic runs 9.00-12.30 in Outpatients 2, Level 4. In an emergency dial 999, else 111.
            Echo: EF 45-50%, LVIDd 5.4 cm, AVA 1.1 cm2, Vmax 3.8 m/s.
            Alzheimer's dementia, MMSE 19/30; Sjogren's; Addison's excluded (cortisol 512).
            Ward target 18 weeks; 62.4% (1,046/1,676) were seen in time in 2018/19.
            Apixaban 2.5 mg BD (weight 58.2 kg, creatinine 136).""".split("\n");
    private static final String[] TRAPS_DE = """
            Ramipril 5 mg 1-0-1, Bisoprolol 2,5 mg 1-0-0, ASS 100 mg 0-1-0, Novalgin 30 Tr. b. Bed.
            RR 135/80 mmHg, HF 76/min, Temp. 36,8 °C, SpO2 96 % RL, BZ 128 mg/dl.
            Hb 12,9 g/dl, Leuko 8,4/nl, Thrombo 233/nl, CRP 12,4 mg/l, Krea 1,12 mg/dl, GFR 58.
            ICD-10: I10.90 G, E11.90 G, M54.5 G, Z95.0 G; OPS 5-820.00, 8-930.
            GOÄ 1, 5, 250, 3550, 5372 (2,3-fach), § 12 Abs. 3 GOÄ, § 301 SGB V.
            Leitlinie DGK 2020, Empfehlungsgrad IIa; NYHA II-III, EF 45 %, LVEDD 58 mm.
            Z. n. Billroth II 1987, M. Parkinson (Hoehn und Yahr 3), M. Crohn, Morbus Basedow.
            Station 4B, Zimmer 412, Bett 2; Ebene 03, Raum 3.117.
            TSH 1,84 mU/l (0,27-4,20), fT4 1,2 ng/dl, HbA1c 6,9 % (52 mmol/mol).
            PZN 04212345, N3, 100 St.; Zuzahlung 5,00 EUR; aut idem.
            Siemens Somatom go.Up, 130 kV, DLP 412 mGy*cm, 64 x 0,6 mm.
            Sprechzeiten Mo-Fr 8-12 Uhr, Di+Do 15-18 Uhr; Notruf 112, Bereitschaft 116117.
            Barthel-Index 45, MMST 22/30, Tinetti 14/28, Timed up and go 28 s, Pflegegrad 3.
            In der Studie (n = 1.482) trat das Ereignis bei 14,3 % auf (p = 0,02; KI 1,2-3,8).
            Marcumar nach INR (Ziel 2,0-3,0); Quick 24 %, PTT 41 s.
            Der 67-jährige raucht seit 1998 nicht mehr (40 py). BMI 27,4; 178 cm, 87 kg.
            Rezidiv nach Dupuytren-OP, Lasègue bds. neg., Schober 10/14 cm, FBA 20 cm.
            DIN EN ISO 15189, Richtlinie Rili-BÄK 2019, Formular Muster 10, Art. 9 DSGVO.""".split("\n");

    private IndependentPeople people;
    /** The form of dates that this letter keeps to in its fields, mostly. */
    private String numeric;

    @Override
    public String resource() {
        return "independent.txt";
    }

    @Override
    public Persona persona(Random random) {
        people = IndependentPeople.draw(Country.US, random.nextBoolean(), "", random);
        numeric = NUMERIC_US[0];
        return people.patient();
    }

    @Override
    public String[] negatives() {
        return switch (people.country()) {
            case US -> TRAPS_US;
            case UK -> TRAPS_UK;
            case DE -> TRAPS_DE;
        };
    }

    @Override
    public Slot write(String slot, Persona persona, Random random) {
        if (slot.matches("(us|uk|de)_[fm](_old|_young|_mid)?")) {
            Country country = Country.valueOf(slot.substring(0, 2).toUpperCase(Locale.ROOT));
            String ages = slot.substring(Math.min(5, slot.length()));
            people = IndependentPeople.draw(country, slot.charAt(3) == 'f', ages, random);
            numeric = Persona.pick(forms(NUMERIC_US, NUMERIC_UK, NUMERIC_DE), random);
            return new Slot(null, "");
        }
        String name = people.name(slot, random);
        if (name != null) {
            return new Slot("name", name);
        }
        String date = date(slot, random);
        if (date != null) {
            return new Slot("date", date);
        }
        Slot place = IndependentPlaces.write(slot, people, random);
        Slot number = place == null ? IndependentNumbers.write(slot, people, random) : place;
        return number == null ? plain(slot, random) : number;
    }

    private String date(String slot, Random random) {
        LocalDate birth = people.patient().birth();
        LocalDate visit = people.patient().visit();
        LocalDate later = visit.plusDays(1 + random.nextInt(60));
        LocalDate before = visit.minusDays(3 + random.nextInt(900));
        return switch (slot) {
            case "dob" -> field(birth, random);
            case "dob_prose" -> written(birth, forms(PROSE_US, PROSE_UK, PROSE_DE), random);
            case "visit" -> field(visit, random);
            case "visit_prose" -> written(visit, forms(PROSE_US, PROSE_UK, PROSE_DE), random);
            case "visit_short" -> written(visit, new String[] {"dd.MM", "d.M"}, random);
            case "later_short" -> written(later, new String[] {"dd.MM", "d.M"}, random);
            case "visit_day" -> written(visit, forms(DAY_US, DAY_UK, DAY_DE), random);
            case "later" -> field(later, random);
            case "later_prose" -> written(later, forms(PROSE_US, PROSE_UK, PROSE_DE), random);
            case "later_day" -> written(later, forms(DAY_US, DAY_UK, DAY_DE), random);
            case "before" -> field(before, random);
            case "before_prose" -> written(before, forms(PROSE_US, PROSE_UK, PROSE_DE), random);
            case "month" -> written(before, forms(MONTH, MONTH, MONTH_DE), random);
            case "stay" -> stay(visit, visit.plusDays(2 + random.nextInt(12)), random);
            default -> null;
        };
    }

    private String[] forms(String[] american, String[] british, String[] german) {
        return switch (people.country()) {
            case US -> american;
            case UK -> british;
            case DE -> german;
        };
    }

    private String field(LocalDate day, Random random) {
        return random.nextInt(4) == 0 ? written(day, forms(NUMERIC_US, NUMERIC_UK, NUMERIC_DE), random)
                : written(day, numeric);
    }

    private String written(LocalDate day, String[] patterns, Random random) {
        return written(day, Persona.pick(patterns, random));
    }

    /** {@code X} in the pattern: the ending of an ordinal. */
    private String written(LocalDate day, String pattern) {
        Locale locale = people.country() == Country.DE ? Locale.GERMANY : Locale.US;
        int last = day.getDayOfMonth() % 10;
        String ending = day.getDayOfMonth() / 10 == 1 || last == 0 || last > 3 ? "th"
                : last == 1 ? "st" : last == 2 ? "nd" : "rd";
        return DateTimeFormatter.ofPattern(pattern.replace("X", "'" + ending + "'"), locale).format(day);
    }

    private String stay(LocalDate from, LocalDate to, Random random) {
        String[] pairs = forms(new String[] {"M/d|-|M/d/uuuu", "MM/dd/uuuu| - |MM/dd/uuuu", "MMMM d| to |MMMM d, uuuu",
            "M/d/uu| through |M/d/uu", "MM/dd/uu|-|MM/dd/uu"}, new String[] {"d MMMM| to |d MMMM uuuu",
                "dd/MM/uuuu| - |dd/MM/uuuu", "d/M|-|d/M/uu", "dX| to |dX MMMM uuuu"}, new String[] {
                    "dd.MM.|-|dd.MM.uuuu", "dd.MM.uuuu| bis |dd.MM.uuuu", "d.M.| - |d.M.uu",
                    "d. MMMM| bis |d. MMMM uuuu",
                    "dd.MM.uu|–|dd.MM.uu"});
        String[] pair = Persona.pick(pairs, random).split("\\|");
        String first = pair[0].equals("dX") && from.getMonth() != to.getMonth() ? "dX MMMM" : pair[0];
        return written(from, first) + pair[1] + written(to, pair[2]);
    }

    /** What identifies nobody, and the age, which identifies above 89 only. */
    private Slot plain(String slot, Random random) {
        int age = people.age();
        return switch (slot) {
            case "age" -> new Slot(age > 89 ? "age" : null, "" + age);
            case "age_words" -> new Slot(age > 89 ? "age" : null, words(age));
            case "elder" -> new Slot("age", "" + (90 + random.nextInt(14)));
            case "elder_words" -> new Slot("age", words(90 + random.nextInt(14)));
            case "facility" -> new Slot(null, Persona.pick(forms(FACILITIES_US, FACILITIES_UK, FACILITIES_DE), random));
            case "weekday" -> new Slot(null, people.patient().visit().getDayOfWeek().getDisplayName(TextStyle.FULL,
                    people.country() == Country.DE ? Locale.GERMANY : Locale.US));
            case "bp" -> new Slot(null, (98 + random.nextInt(80)) + "/" + (50 + random.nextInt(50)));
            case "few" -> new Slot(null, "" + (2 + random.nextInt(9)));
            case "amount" -> new Slot(null, amount(12 + random.nextInt(3000), random.nextInt(100)));
            case "time" -> new Slot(null, String.format("%02d:%02d", random.nextInt(24), random.nextInt(60)));
            default -> null;
        };
    }

    private String amount(int whole, int cents) {
        boolean german = people.country() == Country.DE;
        return String.format(german ? Locale.GERMANY : Locale.US, "%,d", whole) + (german ? "," : ".")
                + String.format("%02d", cents);
    }

    private String words(int age) {
        String[] tens = {"", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"};
        String[] ones = {"", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"};
        String[] zehner = {"", "", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig",
            "neunzig"};
        String[] einer = {"", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"};
        if (age < 20 || age >= 100) {
            return "" + age;
        }
        if (people.country() == Country.DE) {
            return einer[age % 10] + (age % 10 == 0 ? "" : "und") + zehner[age / 10];
        }
        return tens[age / 10] + (age % 10 == 0 ? "" : "-") + ones[age % 10];
    }
}
