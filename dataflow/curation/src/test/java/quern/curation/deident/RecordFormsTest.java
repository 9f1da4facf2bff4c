package quern.curation.deident;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Identities behind the keys of records: JSON, XML, YAML, logs, tables with heads, cards, calendars. */
class RecordFormsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"firstName": "quibly", "lastName": "zorbex"}                      | name: zorbex
            {"family":"Zorbex","given":["Quibly","Jan"]}                       | name: Jan
            {"patient_id": "77412"}                                            | mrn: 77412
            {"dateOfBirth":"19610615"}                                         | date: 19610615
            {"addressLine1": "Villa Quibly"}                                   | address: Villa Quibly
            {"line":["534 Quibly"],"city":"Zorbton"}                           | address: Zorbton
            {"postalCode": "3999"}                                             | address: 3999
            {"policyNumber":"ZX8812","plan":"gold"}                            | health_plan: ZX8812
            {"identifier":[{"system":"urn:x","value":"Z77412"}]}               | mrn: Z77412
            {"identifier":[{"system":"http://hl7.org/fhir/sid/us-ssn","value":"219099999"}]} | ssn: 219099999
            {"telecom":[{"system":"phone","value":"5556 473"}]}                | phone: 5556 473
            {\\"lastName\\":\\"zorbex\\"}                                      | name: zorbex
            {'surname': 'zorbex'}                                              | name: zorbex
            <family value="zorbex"/>                                           | name: zorbex
            <n1:lastName>zorbex</n1:lastName>                                  | name: zorbex
            <given qualifier="CL">quibly</given>                               | name: quibly
            <streetAddressLine>Villa Quibly</streetAddressLine>                | address: Villa Quibly
            <birthTime value="19610615"/>                                      | date: 19610615
            <id extension="77-412" root="1.2.3"/>                              | mrn: 77-412
            <id root="2.16.840.1.113883.4.1" extension="219099999"/>           | ssn: 219099999
            <telecom use="HP" value="tel:5556473"/>                            | phone: 5556473
            <mrn>77412</mrn>                                                   | mrn: 77412
            patient_name: Quibly Zorbex                                        | name: Quibly Zorbex
            memberId: ZX 8812 77                                               | health_plan: ZX 8812 77
            level=info user=qzorbex action=open                                | other_id: qzorbex
            last_name=Zorbex city=Zorbton status=ok                            | address: Zorbton
            serial_number="QX-77-A"                                            | device: QX-77-A
            ?surname=Zorbex&vin=12345ABC                                       | name: Zorbex
            """)
    void shouldFindTheValueWhenAKeyNamesIt(String text, String expected) {
        List<String> found = found(text);
        assertTrue(found.contains(expected), () -> "found " + found);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{\"firstName\": \"string\", \"lastName\": null, \"city\": \"\"}",
        "String lastName = person.getLastName(); this.firstName = firstName;",
        "font_family: 'Helvetica', \"fontFamily\": \"Arial\", line_height: 12, \"line\": 42",
        "{\"ipAddress\": true, \"address\": \"0x7ffe\", \"phoneRequired\": false}",
        "<name>parser</name> <line>12</line> <city/> <value>42</value>",
        "if (user == null || phone != 3) { city = \"\"; }",
        "last_name: ${customer.last} and first_name: %s",
        "{\"value\": \"118\", \"unit\": \"mg\"}",
        "the city: a place; his address: none"
    })
    void shouldFindNothingWhenAValueIsNobodys(String text) {
        assertEquals(List.of(), found(text));
    }

    @Test
    void shouldFindPropertiesWhenACardOrACalendarIsRead() {
        List<String> found = found("""
                BEGIN:VCARD
                N:Zorbex;Quibly;Jan;Dr.;
                item1.ADR;TYPE=home:;;Villa Quibly;Zorbton;CA;91921;USA
                TEL;TYPE=cell:5556473
                TEL;VALUE=uri;TYPE=fax:tel:5556474
                BDAY:19610615
                ORG:Zorb Works
                END:VCARD
                BEGIN:VEVENT
                DTSTART:20240102T120000Z
                ATTENDEE;ROLE=CHAIR;CN="Quux Blarney":mailto:qb@example.com
                END:VEVENT
                """);
        for (String expected : List.of("name: Zorbex", "name: Quibly", "name: Jan", "address: Villa Quibly",
                "address: Zorbton", "address: 91921", "phone: 5556473", "fax: 5556474", "date: 19610615",
                "date: 20240102T120000Z", "name: Quux Blarney", "email: qb@example.com")) {
            assertTrue(found.contains(expected), () -> expected + " is not in " + found);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\":", "ssn\":\"1", "\"value\":\"", "\"identifier\" \"value\":\"1", "<a ", "<mrn>", "<id",
        "<id extension=\"", "a_b: ", "firstName: A ", "user=", "city=A b ", "last_name=A ", "BEGIN:V", "N:A;",
        "BEGIN:V\nN:A;B\n", "ATTENDEE;CN=\"", "\"given\":[\"A\",", "aB: A=", "\\\"a\\\":"})
    void shouldTakeLinearTimeWhenTextIsHostile(String unit) {
        IdentifierFinderTest.assertLinear(unit, 1 << 16);
    }

    private static List<String> found(String text) {
        return IdentifierFinder.find(text).stream()
                .map(f -> f.kind().key() + ": " + text.substring(f.from(), f.to()))
                .collect(Collectors.toList());
    }
}
