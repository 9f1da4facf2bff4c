package quern.curation.deident;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses, days and ages in forms that no usual pattern holds, each told by what stands beside it. */
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
            Slept well. Still 95 until the party.             | age: 95
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
        "Fluids at 100 would do; 12 may be too many.",
        "In 2019 the Old team saw 12 of 14 in Room 3, Bay C."
    })
    void shouldFindNothingWhenNumbersCountOrMeasure(String text) {
        assertEquals(List.of(), found(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"12 A, ", "1 Oak, 2 Elm, ", "The House, ", "Flat 1 A ", "RR 1 ", "1/2 at ", "1.2. ",
        "Im Tal 6, ", "at 98 ", "from A B ", "W1 ", "1-1-11 ", "Leeds LS1 1AA, ", "1 Elm, Ely, MN 55731\n"})
    void shouldTakeLinearTimeWhenTextIsHostile(String unit) {
        IdentifierFinderTest.assertLinear(unit, 1 << 16);
    }

    private static List<String> found(String text) {
        return IdentifierFinder.find(text).stream()
                .map(f -> f.kind().key() + ": " + text.substring(f.from(), f.to()))
                .collect(Collectors.toList());
    }
}
