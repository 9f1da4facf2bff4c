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
        "Total: $1,250.00, tax 8.25 %."
    })
    void shouldFindNothingWhenNumbersAndNamesIdentifyNobody(String text) {
        assertEquals(List.of(), found(text));
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
        "\uD83D\uDE00", "\uD800", "(at)", "12345 ", "Smith-", "\u0000"})
    void shouldTakeLinearTimeWhenTextIsHostile(String unit) {
        assertLinear(unit, 1 << 16);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "a.", "von der ", "a@"})
    void shouldTakeLinearTimeWhenHostileTextIsAMegabyte(String unit) {
        assertLinear(unit, 1 << 20);
    }

    private static void assertLinear(String unit, int size) {
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
