package quern.curation.deident;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What houses give within themselves: extensions, pagers, log-in names, specimens, forms; days of what was done. */
class InternalFormsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            the desk is on ext 4419, please             | phone: 4419
            the desk has extension: 418                 | phone: 418
            the desk (x4412) knows                      | phone: x4412
            ask at x417 today                           | phone: x417
            the registrar, bleep 612 or 613, comes      | phone: 612 or 613
            bleep holder 4412 comes                     | phone: 4412
            the pager number is 0417 tonight            | phone: 0417
            beeper: 60412                               | phone: 60412
            der Dienst hat Funk 4711 heute              | phone: 4711
            Durchwahl 417 ist besetzt                   | phone: 417
            Tel. 534 is the ward                        | phone: 534
            ring local 4417.                            | phone: 4417
            the desk (ext 417) knows                   | phone: 417
            Telefon Station: 534                       | phone: 534
            please dial 4417                           | phone: 4417
            bitte unter 4417 melden                    | phone: 4417
            to account 28 4417 90, BSB 064-312, now     | account: 28 4417 90 account: 064-312
            agent gbost4 took it                        | other_id: gbost4
            login: kvetnar                              | other_id: kvetnar
            it was keyed by hvarlo3 then                | other_id: hvarlo3
            booked_by=xchung                            | other_id: xchung
            {"updatedBy": "xchung"}                     | other_id: xchung
            sample H,24.1234567.K was lost              | other_id: H,24.1234567.K
            accident form CS-266804 was filed           | other_id: CS-266804
            the card is 1359978730 VB.                  | credit_card: 1359978730 VB
            member id?\\n[09:03] ann: u35336539 02      | health_plan: u35336539 02
            Dossier: 392-961                            | mrn: 392-961
            HCN 7420-133-097 KB                         | health_plan: 7420-133-097 KB
            CPSO 80617                                  | license: 80617
            cultures drawn 5/10 no growth               | date: 5/10
            my wife paid 25/3 there                     | date: 25/3
            paid by card 1/11                           | date: 1/11
            a bill of $640, for 8/14, ok               | date: 8/14
            5/10  Office visit level 3      120.00      | date: 5/10
            the next appt 5/10 is kept                 | date: 5/10
            absent 5/10, 6/10 and 7/10                 | date: 5/10 date: 6/10 date: 7/10
            the rota w/c 5/10 is out                   | date: 5/10
            5/10: seen at noon                         | date: 5/10
            13/9 1100 an assessor came                 | date: 13/9
            turns 95 on the day                        | age: 95
            Bed 4 had 95 yrs F                         | age: 95
            Birthday tea, 98 today!                     | age: 98
            Age group  95 yrs  F                        | age: 95
            As you are 98 this year we ask              | age: 98
            kindly note you're 101 now                  | age: 101
            we rang; for 95 she sounded well            | age: 95
            the secretary ext 103, please               | phone: 103
            dial 0117 928 5500, local 821.              | phone: 0117 928 5500 phone: 821
            the registrar RN, x412                      | phone: x412
            ask the desk  x110                          | phone: x110
            the stitches are out 7/5, all dry           | date: 7/5
            the copy was scanned 5/10; y                | date: 5/10
            my GP visited 8/10, all well                | date: 8/10
            24/9 11.50 the desk rang                    | date: 24/9
            Bogen 2  8.8.  Note und das Essen           | date: 8.8.
            Confirmation code: TCKFWL                   | other_id: TCKFWL
            record locator QWRTZP was sent              | other_id: QWRTZP
            Buchungscode: K7WRTP                        | other_id: K7WRTP
            your voucher code is KWPT-RRXN-QQLM today   | other_id: KWPT-RRXN-QQLM
            the confirmation code: tckfwl               | other_id: tckfwl
            Ausweis-Nr. LGHTKTRKN                       | national_id: LGHTKTRKN
            Personalausweis LVMGRRPMZ8 liegt vor        | national_id: LVMGRRPMZ8
            HCN 7420133097\\nKB                          | health_plan: 7420133097\\nKB
            """)
    void isFound(String text, String expected) {
        assertEquals(expected.replace("\\n", "\n"), found(text.replace("\\n", "\n")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"knee extension 110 and flexion 120", "Flex/Ext 130/0", "the local 2020 guidelines",
        "extension 4000 m", "magnification x400 and x 28 days", "phone 911 or tel 112", "Tel 2019 was a good year",
        "user: patient", "login: admin", "agent orange", "the agent   works", "sorted_by=price", "ordered_by=date",
        "the policy form 12-6 is new", "pain of 5/10 and rated 5/10", "sent 1/2 dose",
        "Barthel index of 6/20.", "5/10 reflexes normal", "the shift is 0700-1900 today", "Birthday cake, 98 kg",
        "for 5/10 pain", "dial 999 or 112",
        "Confirmation: PENDING", "confirmation code: pending",
        "Booking number: CANCELLED", "access: RESTRICTED", "reference number: NONE", "Reservation code: ONLINE",
        "the booking REMAINS open", "Ausweis abgelaufen", "Pass VERLOREN", "the dose was given 1/2 tab",
        "we completed 5/10 sessions", "pain came out 5/10 today", "the tablets, x100 mg", "a magnification, x400 here",
        "you are 98 percent done", "they are 100 metres off", "1.2.  Befund der Praxis", "hip ext 110, flexion 90",
        "the ward has local 300 beds", "call 3000 patients", "we rang 1430 yesterday", "Hip Ext 415 N", "Record: 12-5",
        "dossier 12"})
    void isLeft(String text) {
        assertEquals("", found(text));
    }

    @Test
    void anExtensionBehindATelephonesNumberStaysItsPart() {
        assertEquals("phone: 514) 728-2837, ext. 732", found("my tel. is (514) 728-2837, ext. 732, or here"));
    }

    private static String found(String text) {
        List<Finding> found = IdentifierFinder.find(text);
        return found.stream().map(f -> f.kind().key() + ": " + text.substring(f.from(), f.to()))
                .collect(Collectors.joining(" "));
    }
}
