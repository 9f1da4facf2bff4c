package quern.benchmarks.letters;

/** What looks like something that identifies and does not: doses, values, codes, norms, products, diseases, firms. */
final class CareTraps {

    private static final String[] SENTENCES = {
        "Creatinine 1.12 mg/dL, eGFR 74 mL/min/1.73 m2, potassium 4.3 mmol/L.",
        "Processed under ISO 15189:2022; analyser software 4.12.0.3.", "See also NICE guideline NG28, section 1.6.",
        "Trial registered as NCT04368728; protocol version 3.1.", "Coded as E11.9, I10 and Z79.4; CPT 99214 and 83036.",
        "LOINC 2160-0, SNOMED CT 44054006.", "NDC 0093-7146-56, 30 tablets, no refills.",
        "MRI 1.5 T, TE 30 ms, TR 2000 ms.",
        "Foley catheter 16 Fr removed without difficulty.", "Jackson-Pratt drain put out 45 ml over 24 h.",
        "No evidence of Crohn's or Hashimoto's disease.", "Murphy's sign negative, McBurney's point not tender.",
        "Apgar 8/9/10, Ballard 38 weeks.", "Gleason 3+4=7, pT2c pN0 (0/14) M0, R0.",
        "Visual acuity 20/40 OD, 20/25 OS.",
        "Blood pressure 128/76, pulse 72, SpO2 98% on room air, temp 36.8.", "Hartmann's solution 1000 ml over 8 h.",
        "Heterozygous for BRCA1 c.5266dupC (p.Gln1756Profs); rs80357906.", "HLA-B*27:05 positive, RF 11 IU/ml.",
        "Kept at 2-8 °C; shake well; 10-14 days.", "Colles' fracture, dinner-fork deformity, Gartland II excluded.",
        "Pursuant to 45 CFR 164.508 and Section 1557 of the Act.", "Regulation (EU) 2016/679, Article 9(2)(h),"
        + " applies.",
        "Equipment conforms to IEC 60601-1-2 and EN 62304.", "Braden 17, Waterlow 12, Glasgow Coma Scale 15.",
        "Window 40 HU, slice 0.625 mm, 412 images, series 3 of 7.", "Tetanus 0.5 ml i.m., left deltoid, 25G x 1 in.",
        "Insulin 14-0-0-18 IU; carbohydrate ratio 1:10.", "In an emergency dial 999 or 112; in America 911.",
        "Study of 12,431 patients (hazard ratio 0.82, 95% CI 0.74-0.91).", "Epworth 11/24, AHI 32.4/h, CPAP 9 cmH2O.",
        "PHQ-9 score 14, GAD-7 score 9, AUDIT-C 3.", "L4/L5 prolapse, C5-C6 narrowing, T2 hyperintense.",
        "Paracetamol 1 g qds, max. 4 g/24 h.", "Wells score 4.5, D-dimer 1,240 ng/ml FEU.",
        "Lot size 24 x 10; shelf B-14.",
        "Montgomery-Åsberg score fell from 31 to 12.", "Lyme serology: IgG 12 U/ml, IgM negative (Western blot p41).",
        "Model AeroFlow 500 conforms to 93/42/EEC, class IIa.", "Parkland formula: 4 ml x 70 kg x 20%."};

    private final CareCase facts;

    CareTraps(CareCase facts) {
        this.facts = facts;
    }

    String write(String name) {
        return switch (name) {
            case "trap" -> facts.pick(SENTENCES);
            case "age" -> String.valueOf(facts.age());
            case "drug" -> facts.pick("Metformin 500 mg", "amlodipine 5 mg", "Ramipril 2.5mg", "atorvastatin 40 mg",
                    "levothyroxine 75 mcg", "Lisinopril 10 mg", "Apixaban 2.5 mg", "sertraline 50 mg",
                    "Bisoprolol 1.25 mg",
                    "Omeprazole 20mg", "Tresiba 22 units", "Salbutamol 100 µg", "Co-codamol 8/500", "Eliquis 5 mg",
                    "Augmentin 875/125", "Entresto 49/51 mg", "Symbicort 160/4.5");
            case "sig" -> facts.pick("1 tab po bid", "one nightly", "1-0-1", "2 puffs prn", "once daily", "tds for 7/7",
                    "0-0-1", "every 6-8 h as needed", "take with food");
            case "lab" -> facts.pick("Hb 11.2 g/dL", "HbA1c 7.4% (57 mmol/mol)", "TSH 4.81 mIU/L", "CRP 48 mg/l",
                    "INR 2.3",
                    "Na 138 / K 4.1", "WBC 12.4 x10^9/L", "ferritin 14 µg/L", "troponin T 18 ng/L", "PSA 6.82 ng/ml");
            case "code" -> facts.pick("E11.9", "I10", "J44.1", "M54.5", "S52.501A", "F33.1", "Z96.651", "N18.3",
                    "C50.911");
            case "cpt" -> facts.pick("99213", "99285", "80053", "93000", "70553", "27447", "G0439", "J1885", "90834");
            case "norm" -> facts.pick("ISO 13485:2016", "ISO/IEC 27001", "DIN EN 1789", "BS 7671:2018", "HL7 v2.5.1",
                    "FHIR R4", "IEC 80001-1", "ASTM F2100 level 2");
            case "dx" -> facts.pick("Parkinson's disease", "Crohn's disease", "Graves' disease", "Bell's palsy",
                    "type 2 diabetes", "community acquired pneumonia", "Dupuytren's contracture", "NSTEMI",
                    "gallstones", "Raynaud's phenomenon", "COPD GOLD III", "a Baker's cyst", "Sjögren's syndrome",
                    "Ménière's disease",
                    "atrial fibrillation", "a Weber B fracture", "Hodgkin lymphoma", "iron deficiency anaemia");
            case "hosp" -> facts.pick("Northgate Infirmary", "Lakeview Regional Medical Center", "Aldermoor General",
                    "Riverbend Community Hospital", "the Sisters of Mercy Hospital", "Westmarch University Hospital",
                    "St Brannock's Hospital");
            case "ward" -> facts.pick("Ward 7B", "Unit 4 West", "ICU bed 12", "the stroke unit", "Room 214", "Ward C3",
                    "ambulatory care", "Cardiology");
            case "firm" -> facts.pick("Brightwater Mutual", "Carrow Health Plan", "Meridian Shield Insurance",
                    "Unity Assurance", "Halden Medical Supplies", "Carewell Benefit Services", "Aldermoor Diagnostics",
                    "Pinnacle Home Oxygen");
            case "product" -> facts.pick("AeroFlow 500", "CardioSense X2", "GlucoTrack 3", "Nimbus 9 ventilator",
                    "StepLite 240 walker", "FlexiPump 770G", "SleepAir 11 AutoSet", "OrthoKnee PS size 5");
            case "time" -> facts.pick(facts.fill("1#:^0"), facts.fill("0^:15"), facts.fill("^:30 am"),
                    facts.fill("^.45pm"),
                    facts.fill("1^30h"), facts.fill("^ o'clock"));
            case "clock" -> String.format("%02d:%02d", facts.between(0, 23), facts.between(0, 59));
            case "money" -> switch (facts.land) {
                case "us" -> "$" + facts.fill(facts.pick("^##.##", "^,###.##", "^#.00"));
                case "uk" -> "£" + facts.fill(facts.pick("^##.##", "^,###.##", "^#.00"));
                default -> facts.fill(facts.pick("€^##.##", "EUR ^.###,##", "^##,## EUR"));
            };
            case "eur" -> facts.fill(facts.pick("^##,## EUR", "^#,## €", "^.###,## Euro"));
            case "bp" -> facts.between(98, 178) + "/" + facts.between(55, 99);
            case "pulse" -> String.valueOf(facts.between(51, 128));
            case "weight" -> facts.between(48, 119) + facts.pick(" kg", "kg", ".4 kg");
            default -> null;
        };
    }
}
