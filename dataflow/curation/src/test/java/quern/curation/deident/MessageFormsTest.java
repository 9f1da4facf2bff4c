package quern.curation.deident;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Identities at the places that standards of messages give: HL7 version 2, X12, EDIFACT, DICOM, xDT, ICAO 9303. */
class MessageFormsTest {

    private static final String ADMISSION = """
            MSH|^~\\&|ADT1|GOOD HEALTH|GHH LAB|ELAB|20240218110200||ADT^A01|CNTRL-3456|P|2.4
            EVN|A01|202402181102|||C106^Quill^Ada
            PID|1||PATID1234^5^M11^^MR~219099999^^^^SS||Zorbex^Quentin^A^III||19610615|M||2106-3|1200 Elmo St^Apt 2^\
            Grenville^NC^27401^USA||(919)379-1212^PRN^PH~9192711212^PRN^FX|(919)271-3434||S||98765432^2^M10|123456789\
            |987654^NC
            NK1|1|Zorbex^Barbla^K|SPO||(216)123-4567
            PV1|1|I|2000^2012^01||||004777^Lebauer^Sidne^J.|||SUR||||ADM|A0
            GT1|1|8291|Parkos^Wilma^C||77 Barrow Ln^^Grenville^NC^27401|2165550143|||F||SEL|321549876
            IN1|1|PPO-8842^PPO|55231|Blue Plan||||GRP778120||||||||Zorbex^Quentin
            OBX|1|NM|2345-7^Glucose^LN||118|mg/dL|70-99|H|||F|||20240217
            AL1|1||^PENICILLIN||PRODUCES HIVES
            """;

    @Test
    void shouldFindWhatFieldsHoldWhenAMessageIsOfHl7() {
        List<String> found = found(ADMISSION);
        for (String expected : List.of("date: 20240218110200", "date: 202402181102", "name: Quill", "name: Ada",
                "mrn: PATID1234",
                "ssn: 219099999", "name: Zorbex", "name: Quentin", "date: 19610615", "address: 1200 Elmo St",
                "address: Apt 2", "address: Grenville", "address: 27401", "phone: (919)379-1212", "fax: 9192711212",
                "phone: (919)271-3434", "account: 98765432", "ssn: 123456789", "license: 987654", "name: Barbla",
                "phone: (216)123-4567", "license: 004777", "name: Lebauer", "name: Sidne", "account: 8291",
                "name: Parkos", "name: Wilma", "address: 77 Barrow Ln", "phone: 2165550143", "ssn: 321549876",
                "health_plan: PPO-8842", "health_plan: 55231", "health_plan: GRP778120", "date: 20240217")) {
            assertTrue(found.contains(expected), () -> expected + " is not in " + found);
        }
        for (String kept : List.of("2345-7", "2106-3", "118", "70-99", "PENICILLIN", "NC", "ADT")) {
            assertFalse(found.stream().anyMatch(f -> f.endsWith(": " + kept)), () -> kept + " is in " + found);
        }
    }

    @Test
    void shouldReadTheHeadersSeparatorsWhenTheyAreOthers() {
        List<String> found = found("MSH#*+\\!#A#B\rPID#1##7741*9*X##Zorbex*Quentin##19610615\r");
        assertEquals(List.of("mrn: 7741", "name: Zorbex", "name: Quentin", "date: 19610615"), found);
    }

    @Test
    void shouldFindSegmentsWhenLineEndsAreWrittenOut() {
        List<String> found = found("got \"MSH|^~\\\\&|A\\rPID|1||77412||Zorbex^Quentin\\rPV1|1|I|||||||\"");
        assertTrue(found.containsAll(List.of("mrn: 77412", "name: Zorbex", "name: Quentin")), () -> "" + found);
    }

    @Test
    void shouldFindTheSameNameAndNumberAgainWhenAFieldHeldThem() {
        List<String> found = found("PID|1||H7741882||Zorbex^Quentin\n\nWe saw Zorbex today. Look up H7741882 first.");
        assertEquals(List.of("mrn: H7741882", "name: Zorbex", "name: Quentin", "name: Zorbex", "mrn: H7741882"),
                found);
    }

    @Test
    void shouldGiveOneSurrogateWhenAFieldAndALabelHoldTheSame() {
        String text = "PID|1||4471182||Okafor^Daniel||19610615||||12 Cedar Lane^^Salem^OR^97301||5035550142"
                + "|||||88120|219099999\n\nMr. Daniel Okafor, MRN 4471182, SSN 219-09-9999, born 1961-06-15";
        String made = new Deidentifier(new Pseudonymizer(new byte[32], 365, true),
                java.util.EnumSet.allOf(IdentifierKind.class), 0.7, Deidentifier.WhenUnsure.MASK).apply(text, "one")
                .text();
        String[] fields = made.substring(0, made.indexOf('\n')).split("\\|", -1);
        String[] name = fields[5].split("\\^");
        String birth = fields[7].substring(0, 4) + "-" + fields[7].substring(4, 6) + "-" + fields[7].substring(6);
        String rest = made.substring(made.indexOf('\n'));
        assertFalse(made.contains("4471182") || made.contains("Okafor") || made.contains("9999"), made);
        assertTrue(rest.contains("Mr. " + name[1] + " " + name[0]), made);
        assertTrue(rest.contains("MRN " + fields[3]), made);
        assertTrue(rest.replace("-", "").contains("SSN " + fields[19]), made);
        assertTrue(rest.contains("born " + birth), made);
    }

    @Test
    void shouldFindElementsWhenAClaimIsOfX12() {
        List<String> found = found("""
                BHT*0019*00*0123987*20240215*1023*CH~
                NM1*IL*1*ZORBEX*QUENTIN*A***MI*JS00111223333~N3*236 N MAIN ST~N4*GRENVILLE*FL*33413~
                DMG*D8*19430501*M~REF*SY*219099999~REF*EA*77-41882~
                NM1*85*2*BEN KILDARE SERVICE*****XX*9876543210~PER*IC*JERRY*TE*3055552222*FX*3055551111~
                CLM*26463774*100***11:B:1*Y*A*Y*I~DTP*472*RD8*20240103-20240105~HI*BK:0340*BF:V7389~
                """);
        for (String expected : List.of("other_id: 0123987", "date: 20240215", "name: ZORBEX", "name: QUENTIN",
                "health_plan: JS00111223333", "address: 236 N MAIN ST", "address: GRENVILLE", "address: 33413",
                "date: 19430501", "ssn: 219099999", "mrn: 77-41882", "national_id: 9876543210", "phone: 3055552222",
                "fax: 3055551111", "account: 26463774", "date: 20240103", "date: 20240105")) {
            assertTrue(found.contains(expected), () -> expected + " is not in " + found);
        }
        assertFalse(found.stream().anyMatch(f -> f.contains("0340") || f.contains("V7389")), () -> "" + found);
    }

    @Test
    void shouldFindPartiesWhenAMessageIsOfEdifact() {
        List<String> found = found("NAD+PAT+77412::91++Zorbex:Quentin+Elmweg 4+Grenville++48147+DE'"
                + "DTM+329:19610615:102'COM+0251 441882:TE'RFF+AHI:5512-88'");
        for (String expected : List.of("other_id: 77412", "name: Zorbex", "name: Quentin", "address: Elmweg 4",
                "address: Grenville", "address: 48147", "date: 19610615", "phone: 0251 441882",
                "other_id: 5512-88")) {
            assertTrue(found.contains(expected), () -> expected + " is not in " + found);
        }
    }

    @Test
    void shouldFindTaggedValuesWhenADumpIsOfDicom() {
        List<String> found = found("""
                (0008,0050) SH [A7741]                       #   6, 1 AccessionNumber
                (0010, 0010) Patient's Name                  PN: 'Zorbex^Quentin'
                (0010,0020) LO [77-41]                       #   6, 1 PatientID
                (0010,0030) DA [19310615]                    #   8, 1 PatientBirthDate
                (0010,1010) AS [093Y]                        #   4, 1 PatientAge
                (0018,0050) DS [0.625]                       #   6, 1 SliceThickness
                (0028,0010) US 512
                """);
        assertEquals(List.of("other_id: A7741", "name: Zorbex", "name: Quentin", "mrn: 77-41", "date: 19310615",
                "age: 093"), found);
    }

    @Test
    void shouldFindFieldsWhenAFileIsOfAPractice() {
        List<String> found = found("0153101Zorbex\r\n0163102Quentin\r\n017310315061961\r\n0203107Elmweg 12a\r\n"
                + "01380006301\r\n");
        assertTrue(found.containsAll(List.of("name: Zorbex", "name: Quentin", "date: 15061961",
                "address: Elmweg 12a")), () -> "found " + found);
    }

    @Test
    void shouldFindThePartsWhenLinesAreForMachines() {
        assertEquals(List.of("name: ERIKSSON", "name: ANNA", "name: MARIA", "license: L898902C36", "date: 740812",
                "date: 120415", "national_id: ZE184226B<<<<<10"),
                found("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10\n"));
        assertEquals(List.of("license: D231458907", "date: 740812", "date: 120415", "name: ERIKSSON", "name: ANNA",
                "name: MARIA"), found("I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\n"
                        + "ERIKSSON<<ANNA<MARIA<<<<<<<<<<\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "PID|a b|c\nThe PID controller|gain|0.5 and the OBX|NM|118|mg",
        "| PID | loop | gain |\n|---|---|---|\n| PV1 | 0.5 | 12 |",
        "shift left: x << 4; a<<b<<c; cout << \"done\" << endl;",
        "*REF*erence and **N3** bold * N4 * text; 3*4*5 = 60",
        "a + b + c' + d' = f'(x) + g'(x)",
        "(0028,0010) US 512\n(0018,0050) DS [0.625]\nf(00,11) is 3",
        "3101 and 3102 are even or odd"
    })
    void shouldFindNothingWhenTheMarksMeanOtherThings(String text) {
        assertEquals(List.of(), found(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"MSH", "MSH|", "MSH|^~\\&", "PID|", "PID|1|", "PID|1||4471182||A^B\n", "\\rPID|", "NM1*",
        "NM1*IL*1*A~", "NAD+", "NAD+A'", "?", "+'", "(0010,0010)", "(00", "<<", "P<", "A<<B\n", "3101", "0143101A\n",
        "ISA*", "~", "PID|^", "PID|1||~"})
    void shouldTakeLinearTimeWhenTextIsHostile(String unit) {
        IdentifierFinderTest.assertLinear(unit, 1 << 16);
    }

    private static List<String> found(String text) {
        return IdentifierFinder.find(text).stream()
                .map(f -> f.kind().key() + ": " + text.substring(f.from(), f.to()))
                .collect(Collectors.toList());
    }
}
