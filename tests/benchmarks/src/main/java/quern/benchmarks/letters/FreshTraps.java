package quern.benchmarks.letters;

import java.util.Locale;
import java.util.Random;

/** What looks like an identifier and is none. */
final class FreshTraps {

    static final String[] LINES = {
            "K 4.1 (3.5-5.1), Na 139 (136-145), Cr 1.02", "ICD-10 I48.91", "BP 128/76, HR 88, SpO2 97%", "CPT 99214-25",
            "Hb 13.2 g/dl (12.0-16.0)", "NYHA II-III, LVEF 45-50 %", "HbA1c 7.4 % / 57 mmol/mol", "INR 2.3 (2.0-3.0)",
            "Amlodipine 5 mg 1-0-0", "NaCl 0.9% 1000 ml / 24 h", "CHA2DS2-VASc 4, HAS-BLED 2",
            "TSH 1.84 mU/l (0.27-4.20)",
            "p < 0.001, n = 1248, HR 0.82 (95% CI 0.71-0.94)", "CRP 112 -> 48 -> 9 mg/l", "GCS 15, NIHSS 3",
            "Troponin T 14 / 22 / 19 ng/l", "pT2 pN1a (2/17) L1 V0 R0, Gleason 3+4=7", "eGFR 58 ml/min/1.73 m2",
            "CKD-EPI 2021", "Levothyroxine 75 mcg daily", "ICD-10 E11.42, Z79.4", "T 37.8 C, RR 22",
            "WBC 11.4, Plt 212"};

    private static final String[] US = {
            "Coumadin 2.5 mg M/W/F, 5 mg other days", "Room 412, Bed 2", "per the 2019 AHA/ACC guideline",
            "Foley 16 Fr",
            "LOINC 2345-7", "PHQ-9 score 14, GAD-7 score 11", "HCPCS E0143", "Parkinson disease, Hoehn & Yahr 2",
            "GE LOGIQ E10 ultrasound", "Tylenol #3, #20, 0 refills", "NDC 0093-7424-56", "Wells score 4.5",
            "10/10 pain, 5/5 strength, 20/40 OD", "ASA 81 mg", "Sig: 1 tab q6h prn, disp #30", "Rev. code 0450",
            "Medtronic Azure XT DR", "call 911 or 988", "Apgar 8/9", "EF 35%-40%", "Form 1500 (02-12)", "42 CFR Part 2",
            "Sjogren antibodies negative", "weight 81.4 kg (179 lb 7 oz)", "PT 12-14 sessions, 3x/wk", "Humalog 50/50"};
    private static final String[] UK = {
            "NICE NG12", "Bed 14, Bay C", "co-codamol 30/500 QDS", "NEWS2 score 3", "call 111 or 999", "MUST score 2",
            "Rockwood 6", "Waterlow 18", "eGFR >90", "Read code XE1hI", "FIT 42 ug/g", "BMI 27.4", "Ward 7B",
            "paracetamol 1 g QDS", "1 in 200 risk", "Dupuytren's contracture", "Band 6 nurse", "Clinic Room 3"};
    private static final String[] DE = {
            "ICD-10: M54.5 G", "OPS 5-820.00", "EBM 03220", "GOÄ 3 / 5 / 650, Faktor 2,3", "RR 130/80 mmHg",
            "Pflegegrad 3",
            "Zimmer 214", "Ramipril 5 mg 1-0-½", "Station 4B", "M. Basedow", "DRG F49G", "Z. n. Appendektomie 1987",
            "S3-Leitlinie 2021", "Ibuprofen 600 mg b. Bed.", "Barthel-Index 65", "GdB 50", "PZN 04114918",
            "§ 15 SGB VI",
            "Norton 21 Pkt.", "TTS 25 µg/h", "MdE 20 v. H.", "Hkt 38,2 %", "L4/5 re.", "Tbl. N2 50 St."};

    private FreshTraps() {}

    static StyleSet.Slot write(FreshAsk ask) {
        Random form = ask.form();
        String text = switch (ask.stem()) {
            case "trap" -> ask.formOf(switch (ask.land()) {
                case US -> US;
                case UK -> UK;
                case DE -> DE;
            });
            case "young" -> Long.toString(FreshDates.plainYears(ask));
            case "time" -> time(ask);
            case "bp" -> (96 + form.nextInt(80)) + "/" + (52 + form.nextInt(48));
            case "hr" -> Integer.toString(54 + form.nextInt(70));
            case "mg" -> new String[] {"2.5 mg", "5 mg", "10 mg", "20 mg", "40 mg", "100 mg",
                    "500 mg"}[form.nextInt(7)];
            case "n" -> Integer.toString(2 + form.nextInt(11));
            case "room" -> ask.formOf(new String[] {"412", "3-118", "B204", "12", "7 West 14"});
            case "usd" -> String.format(Locale.US, "%,d.%02d", 40 + form.nextInt(9000), form.nextInt(100));
            case "eur" -> (20 + form.nextInt(900)) + "," + (10 + form.nextInt(89));
            case "year" -> Integer.toString(1968 + form.nextInt(38));
            case "weekday" -> ask.formOf(ask.is(FreshAsk.Land.DE)
                    ? new String[] {"Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag"}
                    : new String[] {"Monday", "Tuesday", "Wed", "Thursday", "Fri"});
            default -> null;
        };
        return text == null ? null : FreshAsk.slot(null, text);
    }

    private static String time(FreshAsk ask) {
        int hour = ask.form().nextInt(24);
        int minute = ask.form().nextInt(60);
        return ask.is(FreshAsk.Land.US) && ask.form().nextInt(3) == 0
                ? (1 + hour % 12) + ":" + String.format("%02d", minute) + (hour < 12 ? " AM" : " PM")
                : String.format("%02d:%02d", hour, minute);
    }
}
