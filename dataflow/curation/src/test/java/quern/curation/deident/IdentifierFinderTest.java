package quern.curation.deident;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdentifierFinderTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Seen on 03/12/1984 by us.                      | date: 03/12/1984
            geboren am 3. M\u00E4rz 1984 in der Klinik     | date: 3. M\u00E4rz 1984
            n\u00E9 le 1er mars 1984                       | date: 1er mars 1984
            She is 93 years old.                           | age: 93
            Call 617-555-0123 ext. 44 now                  | phone: 617-555-0123 ext. 44
            Fax: +49 (0)711 123456-78                      | fax: +49 (0)711 123456-78
            write to j.doe (at) mail.example.org           | email: j.doe (at) mail.example.org
            SSN 219-09-9999                                | ssn: 219-09-9999
            MRN: 00123456                                  | mrn: 00123456
            member ID is XYZ123456789                      | health_plan: XYZ123456789
            pay to GB82 WEST 1234 5698 7654 32             | iban: GB82 WEST 1234 5698 7654 32
            card 4111 1111 1111 1111                       | credit_card: 4111 1111 1111 1111
            the car 1M8GDM9AXKP042788 is sold              | vehicle: 1M8GDM9AXKP042788
            S/N AB-1234-99                                 | device: AB-1234-99
            from 192.168.17.4 at night                     | ip: 192.168.17.4
            at 2001:db8:85a3::8a2e:370:7334 now            | ip: 2001:db8:85a3::8a2e:370:7334
            see https://portal.example.com/p?id=7.         | url: https://portal.example.com/p?id=7
            at 12 Oak Hill Road, Apt 4B today              | address: 12 Oak Hill Road, Apt 4B
            in Goethestra\u00DFe 12a bei Meier             | address: Goethestra\u00DFe 12a
            Mr. van der Berg was well.                     | name: van der Berg
            Her son Kevin came.                            | name: Kevin
            NPI 1234567893                                 | national_id: 1234567893
            Steuer-ID 86 095 742 719                       | national_id: 86 095 742 719
            """)
    void shouldFindWhenFormOrContextSaysSo(String text, String expected) {
        List<String> found = found(text);
        assertTrue(found.contains(expected), () -> "found " + found);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "Version 2.10.14 and build 10.4.1.2 are out.",
        "Blood pressure 120/80 mmHg, pulse 72, pH 7.35-7.45.",
        "Parkinson's disease, Crohn disease, Hodgkin lymphoma, a Foley catheter.",
        "See section 4.1.2, figure 3 and table 12.",
        "He is 67 years old and weighs 95 kg.",
        "Strength 5/5, ratio 3:1, 2 of 10 cases, p < 0.05.",
        "Metoprolol 50 mg twice daily, Aspirin 81 mg.",
        "Take 1-0-1 after meals for 10 days.",
        "HbA1c 7.2 %, ICD-10 E11.65, CPT 99213.",
        "In 1984 the clinic had 12,500 patients.",
        "The meeting may march on; will hope grant grace?",
        "Total: $1,250.00, tax 8.25 %.",
        "Invoice total 12,345.67 EUR, VAT 19 %, page 3 of 12, room number 214.",
        "ISBN 978-3-16-148410-0, CAS 7732-18-5, HLA-B27, DRG 203, GCS 15.",
        "The car, a Ford F-150, ran 120 km at 95 km/h for 3-4 hours on 2 l.",
        "Count one, two, three. Give 5-40-60 units; error code 404; chapter no. 12.",
        "Seitennummer 1234, Versionsnummer 20241, DIN 476, ISO 9001, Zimmer Nr. 214.",
        "The fix of issue #57810 and pull request #1640 is in commit 12 of branch #7.",
        "Shift 1900-0730, flow 60/40, gas 7.38/42/88/24, strength 875-125, titer 1:1280, cut-off 0.00-0.34.",
        "ICD-10: I10.90 G, S72.10, E11.65; OPS 5-820.00, ATC C09AA05, PZN 04212345, SNOMED 44054006.",
        "The LDL was 96, a pulse of 98, 102 patients, saturation 97 on air, 110 kg, 100 mg.",
        "WBC 7.4, Na 140, K 4.1, Cl 101, CO2 24, glucose 5.5-7.8 mmol/l, TSH 2.15."
    })
    void shouldFindNothingWhenNumbersAndNamesIdentifyNobody(String text) {
        assertEquals(List.of(), found(text));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            SSN: 2l9-O9-9999 was typed                     | ssn: 2l9-O9-9999
            SSN 219.09.9999                                | ssn: 219.09.9999
            SSN 219\u201109\u20119999 and more           | ssn: 219\u201109\u20119999
            Tel.\u00A0030\u202F1234\u202F5678 (Praxis)  | phone: 030\u202F1234\u202F5678
            call \uFF16\uFF11\uFF17-555-0123 now        | phone: \uFF16\uFF11\uFF17-555-0123
            Phones: 617-555-0123, 617-555-0124 or 5550125  | phone: 5550125
            Tel./Fax: 0511 123456, 0511 123457             | phone: 0511 123457
            please fax all of the results to 454/315/3265  | fax: 454/315/3265
            reach me on five five five, zero one two three | phone: five five five, zero one two three
            z\u00E9ro six, douze, trente, seize, dix       | phone: z\u00E9ro six, douze, trente, seize, dix
            jane dot doe at example dot org                | email: jane dot doe at example dot org
            the number 48213377 (MRN) is hers              | mrn: 48213377
            the account that she closed was 5512307        | account: 5512307
            MRN: 4821, 4822 and 4823                       | mrn: 4823
            Mitgliedsnummer 99-1234 K                      | other_id: 99-1234 K
            num\u00E9ro de dossier : 2024-88              | mrn: 2024-88
            SSN: XXX-XX-1234                               | ssn: XXX-XX-1234
            VIN 1M8 GDM9A XKP 042788                       | vehicle: 1M8 GDM9A XKP 042788
            Kennzeichen M\u00DC-XY 1234 gesehen            | vehicle: M\u00DC-XY 1234
            ein roter Golf, HH-AB 12, stand dort           | vehicle: HH-AB 12
            un v\u00E9hicule immatricul\u00E9 AB-123-CD   | vehicle: AB-123-CD
            her van (plate 7ABC123) was hit                | vehicle: 7ABC123
            in einem Pkw W-12345X aus Wien                 | vehicle: W-12345X
            AHV-Nr. 756.9217.0769.85                       | national_id: 756.9217.0769.85
            Incident #: CAS-71785-A7K was filed            | other_id: CAS-71785-A7K
            Case No. 1:21-cv-05363-ABC is open             | other_id: 1:21-cv-05363-ABC
            Contact person is Xiomar Thuyva today          | name: Xiomar Thuyva
            Treated: Xiomar Thuyva, geb. 1.2.1960          | name: Xiomar Thuyva
            Her mother died at 93.                         | age: 93
            in Bath, BA1 2EH today                         | address: Bath, BA1 2EH
            MAC 001B.44F7.3AB7 seen                        | device: 001B.44F7.3AB7
            NINO AB 12 34 56 C                             | national_id: AB 12 34 56 C
            put under 4821-77365 by them                   | other_id: 4821-77365
            her pump (QX7741-0932) was read                | other_id: QX7741-0932
            the case 23 Js 1187/19 is open                 | other_id: 23 Js 1187/19
            Referenz ORD 5511 8093 genannt                 | other_id: ORD 5511 8093
            paid with xxxx-xxxx-xxxx-4471 then             | credit_card: xxxx-xxxx-xxxx-4471
            the card ending in 4471 was used               | credit_card: 4471
            scan (01)05414734943536(21)527426 of it        | device: (01)05414734943536(21)527426
            and my mother was ninety-two then              | age: ninety-two
            im 94. Lebensjahr verstarb er                  | age: 94
            a 96F with falls                               | age: 96
            seine Mutter, 98, lebt allein                  | age: 98
            off work 16th to 28th August 2014 then         | date: 16th to 28th August 2014
            Montag, 12.08.2017 bis 21.08.2017 war          | date: Montag, 12.08.2017 bis 21.08.2017
            from ::ffff:10.1.2.3 at night                  | ip: ::ffff:10.1.2.3
            """)
    void shouldFindWhenAFormIsNotTheUsualOne(String text, String expected) {
        List<String> found = found(text);
        assertTrue(found.contains(expected), () -> "found " + found);
    }

    @Test
    void shouldFindWhatStandsUnderAHeadWhenATableNamesIt() {
        List<String> found = found("Name | MRN | Room\n---|---|---\nZeb Q | 4411 | 12\nXy Ol | 4412 | 14\n\nRoom 4413");
        assertEquals(List.of("name: Zeb Q", "mrn: 4411", "name: Xy Ol", "mrn: 4412"), found);
    }

    @Test
    void shouldKeepPlacesOfTheTextWhenSomeOfItCannotBeSeen() {
        String text = "\uFEFFSSN 2\u200B19-09-99\u00AD99, Mr. Mu\u0308ller.";
        assertEquals(List.of("ssn: 2\u200B19-09-99\u00AD99", "name: Mu\u0308ller"), found(text));
    }

    @Test
    void shouldFindShortFormsWhenTheWholeNameStandsElsewhere() {
        List<String> found = found("Patient: Rose Stone\n\nThe pain had gone and Stone was walking. A stone was "
                + "removed.");
        assertEquals(List.of("name: Rose Stone", "name: Stone"), found);
    }

    @Test
    void shouldNotOverlapWhenRulesCompete() {
        String text = "MRN 12/03/1984-7 SSN 219 09 9999 tel 0711 219-09-9999 Dr. May 3, 2019 Smith 4111 1111 1111 "
                + "1111-2";
        int at = 0;
        for (Finding finding : IdentifierFinder.find(text)) {
            assertTrue(finding.from() >= at && finding.to() > finding.from() && finding.to() <= text.length());
            at = finding.to();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "1 ", "12/", "a@", "a.", "www.", "(617) ", "Dr. ", "A", "John ", "0-", "1:", "- ",
            "Mr. J. ",
        "MRN ", "IBAN DE", "May 1 ", "tel ", "\n", "Am Alten ", "12 Oak ", "d'", "St. ", "rue de la ", "0 7 1 1 ",
        "Dear ",
        "\uD83D\uDE00", "\uD800", "(at)", "a | ", "Name\t", "name;id;\n", "one ", "a dot ", "x at y dot ", "Nr. ",
        "number of ",
        "MRN is ", "12345, ", "van AB 1", "car 1 A ", "MRN: 1234, ", "1-2-", "756.", "(MRN) ", "1 (tel", "O0l1-",
        "e\u0301", "\u200B1",
        "call me now ", "tel 12345 / ", "fax a b c d ", "B-AB ", "\uFF11 ", "12 34 ", "XXX-", "800-A", "12345 ",
        "Smith-", "\u0000"})
    void shouldTakeLinearTimeWhenTextIsHostile(String unit) {
        assertLinear(unit, 1 << 16);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "a.", "von der ", "a@", "van AB 1 ", "12345, "})
    void shouldTakeLinearTimeWhenHostileTextIsAMegabyte(String unit) {
        assertLinear(unit, 1 << 20);
    }

    static void assertLinear(String unit, int size) {
        String small = unit.repeat(size / 4 / unit.length());
        String large = unit.repeat(size / unit.length());
        IdentifierFinder.find(small);
        double first = seconds(small);
        double second = seconds(large);
        assertTrue(second < 9 * first + 0.2, () -> "a quarter " + first + " s, the whole " + second + " s");
    }

    private static double seconds(String text) {
        long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        IdentifierFinder.find(text);
        return (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start) / 1e9;
    }

    private static List<String> found(String text) {
        return IdentifierFinder.find(text).stream()
                .map(f -> f.kind().key() + ": " + text.substring(f.from(), f.to()))
                .collect(Collectors.toList());
    }

    @Test
    void shouldNameEveryKindOnceWhenKeysAreRead() {
        Map<String, IdentifierKind> keys = java.util.Arrays.stream(IdentifierKind.values())
                .collect(Collectors.toMap(IdentifierKind::key, kind -> kind));
        keys.forEach((key, kind) -> assertEquals(kind, IdentifierKind.of(key)));
    }
}
