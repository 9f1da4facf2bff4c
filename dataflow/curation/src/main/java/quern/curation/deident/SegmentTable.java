package quern.curation.deident;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Where the segments of HL7 version 2 carry identities: fields by number, each with what it holds, after chapters 2 to
 * 11 of the standard (2.9; positions have not changed since 2.3).
 */
final class SegmentTable {

    /** What a field holds; in parentheses the standard's type. */
    enum Held {
        /** A person's name (XPN). */
        NAME,
        /** Somebody of the staff: a number, then the name (XCN, CNN, NDL). */
        STAFF,
        /** Street, other, town, state, code, land (XAD). */
        ADDRESS,
        /** A town, a county, a place of birth. */
        PLACE,
        /** Telephone, fax, mail (XTN). */
        CONTACT,
        /** A day, perhaps with the time (DT, TS, DTM). */
        DATE,
        /** Numbers with their types (CX); without a type those of a patient. */
        MRN,
        ACCOUNT,
        HEALTH_PLAN,
        SSN,
        LICENSE,
        DEVICE,
        NATIONAL_ID,
        /** Numbers of orders, samples, visits (EI, CX, ST). */
        OTHER_ID,
        /** Of the type that the segment itself names. */
        OBSERVED
    }

    private static final String PATIENTS = """
            PID 2:mrn 3:mrn 4:mrn 5:name 6:name 7:date 9:name 11:address 12:place 13:contact 14:contact \
            18:account 19:ssn 20:license 21:mrn 23:place 29:date 33:date 40:contact
            PD1 4:staff
            MRG 1:mrn 2:mrn 3:account 4:mrn 5:mrn 6:mrn 7:name
            NK1 2:name 4:address 5:contact 6:contact 8:date 9:date 12:other_id 16:date 26:name 30:name 31:contact \
            32:address 33:other_id 37:ssn 38:place 40:contact 41:contact
            GT1 2:account 3:name 4:name 5:address 6:contact 7:contact 8:date 12:ssn 13:date 14:date 16:name \
            17:address 18:contact 19:other_id 29:other_id 45:name 46:contact
            IN1 2:health_plan 3:health_plan 5:address 6:name 7:contact 8:health_plan 10:other_id 12:date 13:date \
            14:other_id 16:name 18:date 19:address 24:date 26:date 29:date 30:staff 36:health_plan \
            44:address 49:health_plan
            IN2 1:other_id 2:ssn 3:staff 6:health_plan 7:name 8:health_plan 9:name 10:health_plan 22:name \
            25:health_plan 26:health_plan 40:name 49:name 52:name 61:health_plan \
            62:health_plan 63:contact 64:contact
            IN3 2:other_id 3:staff 5:date 6:date 8:staff 9:date 14:staff 15:date 16:contact 19:contact 25:staff
            PV1 5:other_id 7:staff 8:staff 9:staff 17:staff 19:mrn 44:date 45:date 50:mrn 52:staff
            PV2 8:date 9:date 13:staff 14:date 17:date 26:date 28:date 33:date 46:date 47:date 48:date
            ACC 1:date 7:staff 11:address
            DB1 3:other_id 5:date 6:date 7:date 8:date
            PDA 4:date 5:staff 7:date 9:staff
            """;
    private static final String CARE = """
            MSH 7:date
            EVN 2:date 3:date 5:staff 6:date
            ORC 2:other_id 3:other_id 4:other_id 9:date 10:staff 11:staff 12:staff 14:contact 15:date 19:staff \
            22:address 23:contact 24:address
            OBR 2:other_id 3:other_id 6:date 7:date 8:date 10:staff 14:date 16:staff 17:contact 22:date 28:staff \
            32:staff 33:staff 34:staff 35:staff 36:date
            OBX 5:observed 14:date 16:staff 18:device 19:date
            SPM 2:other_id 17:date 18:date
            TXA 4:date 5:staff 6:date 7:date 8:date 9:staff 10:staff 11:staff 12:other_id 13:other_id 14:other_id \
            15:other_id 22:staff
            DG1 5:date 16:staff 19:date
            PR1 5:date 8:staff 11:staff 12:staff
            AL1 6:date
            IAM 11:date 13:date 14:name 16:contact 18:staff 20:date
            FT1 2:other_id 4:date 5:date 20:staff 21:staff 23:other_id 24:staff
            SCH 1:other_id 2:other_id 12:staff 13:contact 14:address 16:staff 17:contact 18:address 20:staff \
            21:contact 26:other_id 27:other_id
            AIP 3:staff 6:date
            AIS 4:date
            RXA 3:date 4:date 10:staff
            RXE 13:staff 14:staff 15:other_id 18:date 23:other_id
            RXD 3:date 7:other_id 10:staff
            RXG 18:staff
            ROL 4:staff 5:date 6:date 11:address 12:contact
            PRT 5:staff 9:device 10:device 11:date 12:date 14:address 15:contact 16:device
            PRD 2:name 3:address 5:contact 7:license
            CTD 2:name 3:address 5:contact 7:license
            STF 2:other_id 3:name 6:date 10:contact 11:address 12:date 13:date 22:license
            CTI 1:other_id
            BLG 3:account
            """;
    private static final Map<String, Held[]> SEGMENTS = segments();

    private SegmentTable() {}

    private static Map<String, Held[]> segments() {
        Map<String, Held[]> all = new HashMap<>();
        for (String line : (PATIENTS + CARE).strip().split("\n")) {
            String[] words = line.strip().split("\\s+");
            String last = words[words.length - 1];
            Held[] fields = new Held[Integer.parseInt(last.substring(0, last.indexOf(':'))) + 1];
            for (int i = 1; i < words.length; i++) {
                int colon = words[i].indexOf(':');
                fields[Integer.parseInt(words[i].substring(0, colon))] = Held.valueOf(
                        words[i].substring(colon + 1).toUpperCase(Locale.ROOT));
            }
            all.put(words[0], fields);
        }
        return Map.copyOf(all);
    }

    /** What the fields of a segment hold, by number, null for nothing of interest; null for an unknown segment. */
    static Held[] fields(String segment) {
        return SEGMENTS.get(segment);
    }
}
