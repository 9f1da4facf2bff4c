package quern.curation.deident;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses, days, ages, numbers and names in unusual forms, each told by what stands beside it. */
class WrittenFormsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            lives at 18-K Birch Street now                    | address: 18-K Birch Street
            at N6120 Cedar Road, she said                     | address: N6120 Cedar Road
            to 2210 County Road 45 South, please              | address: 2210 County Road 45 South
            at 31 Avenue K, Galveston, TX 77550               | address: 31 Avenue K
            at RR 3 Box 71, Ely, MN 55731                     | address: RR 3 Box 71
            of 415 St. Anne Ave, Apt 2B today                 | address: 415 St. Anne Ave, Apt 2B
            of 23 Calle de la Luna, she                       | address: 23 Calle de la Luna
            at 88 Aspen, Salem, OR 97301                      | address: 88 Aspen
            of 7 Heol Fawr, Cardiff                           | address: 7 Heol Fawr
            of 9 Briggate, a nurse                            | address: 9 Briggate
            of The Old Bakery, Church Lane, Ely, CB7 4AB      | address: The Old Bakery, Church Lane
            Flat 4 Nelson House, Dock Street.                 | address: Flat 4 Nelson House, Dock Street
            in Stratford-upon-Avon, CV37 6BB                  | address: Stratford-upon-Avon, CV37 6BB
            She lives at P.O. Box 88, Waycross; he works.     | address: Waycross
            Er wohnt noch Im Grund 60, sagt sie               | address: Im Grund 60
            Anschrift: Unter den Eichen 5 b, 12203 Berlin     | address: Unter den Eichen 5 b
            Die Rechnung geht an Mainzer Allee 4-13, danke    | address: Mainzer Allee 4-13
            the bus from Cedar Falls broke down               | address: Cedar Falls
            signed 3-7-09 by both                             | date: 3-7-09
            who will see him 6/2 at 10:30                     | date: 6/2
            moved out on 7 / 9 and now                        | date: 7 / 9
            the anniversary (5/1) was hard                    | date: 5/1
            patch was changed 17/4 by her                     | date: 17/4
            Der Termin war 21.6. nicht da und die Frau        | date: 21.6.
            Die OP (Aufnahme 04.11., 9 Uhr) ist mit der Frau  | date: 04.11.
            Die VO v. 13.8.16 ist der Frau und mir recht      | date: 13.8.16
            the patch changed 27 mar and again                | date: 27 mar
            last fall may 14th, seen then                     | date: may 14th
            I do not think a shunt at 98 would help           | age: 98
            a shunt at one hundred and three is too much      | age: one hundred and three
            Told me she's 94 and done                         | age: 94
            Age/Sex: 94/F today                               | age: 94
            Age (yrs): 93                                     | age: 93
            MCARE 2J14 P84 DG08 was shown                     | health_plan: 2J14 P84 DG08
            laut Karte: P094 529 466 und mehr                 | health_plan: P094 529 466
            NI NR-67-86-85-B was given                        | national_id: NR-67-86-85-B
            cuff serial no. CRT 43079 H.                      | device: CRT 43079 H
            Unser Zeichen: S 19 64755 N                       | other_id: S 19 64755 N
            Das Verfahren S 28 KR 255/19 ruht                 | other_id: S 28 KR 255/19
            Passport copy (N 5750 8991) was kept              | license: N 5750 8991
            a nurse (her GMC 751 4963) came                   | license: 751 4963
            paid with 4794 - 5733-2247-0061 then              | credit_card: 4794 - 5733-2247-0061
            Parkausweis f. K EX 930 liegt bei                 | vehicle: K EX 930
            see billing.example.us/pay now                    | url: billing.example.us/pay
            the crew was D Trujillo and one more              | name: D Trujillo
            CLIENT Whitlock, Vikram   SOC 12                  | name: Whitlock, Vikram
            OCC   MBEKI,CLIFFORD  SEAT 3                      | name: MBEKI,CLIFFORD
            given 00:41 by H Ferris-Lowe there                | name: H Ferris-Lowe
            the doctor on call, Okafora, who will see him     | name: Okafora
            for an hour with Xochitl, the neighbor from us    | name: Xochitl
            Scribe: Guadalupe Featherston                     | name: Guadalupe Featherston
            this was dictated by B. Q. Le of the team         | name: B. Q. Le
            Deputy Stubbleton was sent                        | name: Stubbleton
            SOLEDAD HILL, ATTORNEY AT LAW                     | name: SOLEDAD HILL
            Randomized. Initials: HCK  and number             | name: HCK
            wie mit Ernst besprochen, und die Mutter          | name: Ernst
            der Hund ist mit frau Sommer gekommen             | name: Sommer
            Slept well. Still 95 until the party.             | age: 95
            PT AGE AT VISIT 94, FEMALE                        | age: 94
            age (years)    94                                 | age: 94
            Sex/Age: F/93                                     | age: 93
            "name": "x", "age":97                             | age: 97
            seen (w., geb. 01.02.1930 (94))                   | age: 94
            FHx: mother 94 alive and well                     | age: 94
            card 4 1 1 1  1 1 1 1  1 1 1 1  1 1 1 1 shown     | credit_card: 4 1 1 1  1 1 1 1  1 1 1 1  1 1 1 1
            paid 4111.1111.1111.1111 then                     | credit_card: 4111.1111.1111.1111
            Pmt - card 4014    -25.00                         | credit_card: 4014
            he wrote 1 2 3 - 4 5 - 6 7 8 9 there              | ssn: 1 2 3 - 4 5 - 6 7 8 9
            the last four of her social: 6789                 | ssn: 6789
            SSN (no dashes) 219099999                         | ssn: 219099999
            Member ID (see card)          ANK 609505528       | health_plan: ANK 609505528
            issued under MCE 144220254 by them                | other_id: MCE 144220254
            Logger SN-824041-U. Results                       | device: SN-824041-U
            specimen BB-4929- 47 is negative                  | other_id: BB-4929- 47
            her booking PG6X7M was lost                       | other_id: PG6X7M
            at 03:49 user kbsps59 opened it                   | other_id: kbsps59
            app user moss.ruhv, last sync                     | other_id: moss.ruhv
            known under the name "sunny_ep590"                | other_id: sunny_ep590
            the van KR 0BA27 was seen                         | vehicle: KR 0BA27
            moved to Didsbury in mar '22 and stayed           | date: mar '22
            THE 28TH DAY OF SEPTEMBER 2014 AND                | date: 28TH DAY OF SEPTEMBER 2014
            call 9857847190 s.marsh@example.com now           | phone: 9857847190
            at C/ Mayor, 3, 3\u00BA B, 28013 Madrid, she      | address: C/ Mayor, 3, 3\u00BA B
            of Via dei Mille 12, 20121 Milano, he             | address: Via dei Mille 12
            at ul. 3 Maja 5/7, 00-316 Warszawa, since         | address: 00-316 Warszawa
            of Oude Singel 12, 2312 AB Leiden, he             | address: 2312 AB Leiden
            at Storgatan 4, 114 55 Stockholm, she             | address: 114 55 Stockholm
            of Salthill, Galway, H91 A2C4, he                 | address: Salthill, Galway, H91 A2C4
            the clinic's (01) 604 3444 is new                 | phone: (01) 604 3444
            the line 08-123 45 67 is busy                     | phone: 08-123 45 67
            her car 161-D-12345 was seen                      | vehicle: 161-D-12345
            a van 1-ABC-123 was seen                          | vehicle: 1-ABC-123
            Birth date      04 12 1961                        | date: 04 12 1961
            She was born in 1931, lived there                 | date: 1931
            SSN ending 4471 on file                           | ssn: 4471
            mum's 93 next week, come                          | age: 93
            Please ring Hope on Monday, she said              | name: Hope
            her aunt Soledad (daughter) said so               | name: Soledad
            at 3 Elm Road, Salthill, Co. Galway, H91 A2C4, he | address: , Salthill, Co. Galway, H91 A2C4
            With love, Quux Zorb, Zorbton, 17/07/2017         | address: Zorbton
            we met on the fourth of June twenty twenty-three  | date: the fourth of June twenty twenty-three
            born January second, nineteen sixty-one, in town  | date: January second, nineteen sixty-one
            """)
    void shouldFindWhenWhatStandsBesideSaysSo(String text, String expected) {
        List<String> found = found(text);
        assertTrue(found.contains(expected), () -> "found " + found);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "Strength 4/5, pain 8/10, ate 1/2 oatmeal, nodes (2/17), vision 20/40.",
        "Kreatinin war 1.2. Der Patient und die Frau bekommen 3.4 mg.",
        "Take 1-1-1 daily, CAS 50-78-2, 5-4-10 units, a 3-2-10 record.",
        "Es sind 47,5 Punkte von 100, Grenze 40 und mehr.",
        "Sats at 95 and the rate at 98 would be normal.",
        "A trial of NSAIDs and 4 Green tablets, 2 The day before.",
        "BP 131/65 P 58, HR 122  RR 20, CRP 112, CHA2DS2-VASc 4, NCT04771234, W8200.",
        "Vitamin D Deficiency, hepatitis B Virus, Gleason 3+4=7, Norton 21, Rockwood 6.",
        "Die Diagnose ist M. Basedow, und der Ernst ist klar.",
        "Fluids at 100 would do; 12 may be too many.",
        "Apgar 8/9/10, Epworth 11/24, Creatinine eGFR 74 mL/min/1.73 m2, glucose 118 MG/DL|70-99.",
        "Trial registered as NCT04368728; BRCA1 c.5266dupC (p.Gln1756Profs); rs80357906.",
        "Regulation (EU) 2016/679 and 93/42/EEC; Augmentin 875/125 1 tab, 875/125 1-0-1.",
        "The user manual v2.1 has a name \"plain\" and a user interface.",
        "In 2019 the Old team saw 12 of 14 in Room 3, Bay C.",
        "Firmware 3.2.1.7, client 5.17.3.0, codec H.264, viewer version 10.2.0.1.",
        "Please ring Radiology on 4, call Cardiology at 9; see Table 93 next page.",
        "Via Foley catheter 16 Fr; 12 of 14 did; the year 1931 was dry."
    })
    void shouldFindNothingWhenNumbersCountOrMeasure(String text) {
        assertEquals(List.of(), found(text));
    }

    @Test
    void shouldFindTheAnswerWhenTheLineBeforeAskedForIt() {
        List<String> found = found("[10:02] agent: last four of your social?\n[10:03] caller: 4471\n"
                + "[10:04] agent: may I have your member id\n[10:05] caller: sure it's ZKQ 88124471\n");
        assertTrue(found.containsAll(List.of("ssn: 4471", "health_plan: ZKQ 88124471")), () -> "found " + found);
    }

    @Test
    void shouldFindTheValueBelowWhenAFormHasItsHeadsAbove() {
        List<String> found = found("1. PLAN [ ] OTHER [x] AND A LONG LINE     1a. INSURED'S I.D. NUMBER\n"
                + "                                          ZKQ88124\n"
                + "2. PATIENT'S NAME     3. BIRTH DATE     SEX\nQuux, Zorb            04 12 1961        M [X]\n");
        assertTrue(found.containsAll(List.of("health_plan: ZKQ88124", "name: Quux, Zorb", "date: 04 12 1961")),
                () -> "found " + found);
    }

    @Test
    void shouldFindTheNameAboveAnAddressWhenNoDictionaryKnowsIt() {
        List<String> found = found("Notice\n\nQUANG O NG\n53 Elm Street\nYakima, WA 98907\n\nDear member");
        assertTrue(found.contains("name: QUANG O NG"), () -> "found " + found);
    }

    @Test
    void shouldFindInitialsWhenTheNameStandsElsewhere() {
        List<String> found = found("With regards,\n\nWilhelmina W. Amundson, MD\nWWA/Loretta\n");
        assertTrue(found.contains("name: WWA"), () -> "found " + found);
    }

    @ParameterizedTest
    @ValueSource(strings = {"12 A, ", "1 Oak, 2 Elm, ", "The House, ", "Flat 1 A ", "RR 1 ", "1/2 at ", "1.2. ",
        "Im Tal 6, ", "at 98 ", "from A B ", "W1 ", "1-1-11 ", "A B,C ", "AB,CD ", "X, who ", "by A ", "ABC/d\n",
        "S 2 ", "4 1 1 1 ", "4 - ", "user a.b_", "Mother 94 ", "age at (", "SSN (a b) ", "ABC 123456 ",
        "Leeds LS1 1AA, ",
        "1 Elm, Ely, MN 55731\n"})
    void shouldTakeLinearTimeWhenTextIsHostile(String unit) {
        IdentifierFinderTest.assertLinear(unit, 1 << 16);
    }

    private static List<String> found(String text) {
        return IdentifierFinder.find(text).stream()
                .map(f -> f.kind().key() + ": " + text.substring(f.from(), f.to()))
                .collect(Collectors.toList());
    }
}
