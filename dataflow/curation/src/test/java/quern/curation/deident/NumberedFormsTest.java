package quern.curation.deident;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Short numbers of people at work, of things, of codes that open something; short forms of days and ages. */
class NumberedFormsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Spoke with Warden 4471 on Monday                        | 4471
            Noted by attendant T19: gate left open                  | T19
            Put under seal by PC WARSAME #4471 at noon              | 4471
            Crew: FF Rees-Jones (7868), pump operator               | 7868
            His things are in locker 48, top row                    | 48
            The grave is plot F62/63, by the wall                   | F62/63
            Bring the claim and voucher 0731                        | 0731
            The alarm code is 4411* at night                        | 4411*
            Das Paket liegt in Schlie\u00DFfach 27.                      | 27
            Garderobenmarke 3317 verloren                           | 3317
            Bd. 4, S. 88, Nr. 28 und die Taufe                      | 28
            Vordruck Nr. 7120934 liegt bei                          | 7120934
            Put it in deposit box 518 at the branch                 | 518
            The ticket, PIN 3672.                                   | 3672
            Keyed by,kvetnaro7,Counted                              | kvetnaro7
            Asked for by the user kmurphy, terminal out of order    | kmurphy
            The coach went with van 21407 to the match              | 21407
            Trailer BQTU 518 was left at the dock                   | BQTU 518
            """)
    void isFound(String text, String expected) {
        assertEquals(expected, found(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Model 3200 replaces models 2100", "Form 1099 and form WC-14", "box 12 of the form",
        "The pump took 45 minutes", "bus 42 to the station", "the officer had 12 years", "seal 50% of them",
        "a locker 2.5 m high", "each seat 350 euros", "ticket 12/3 to pay", "area code 212", "The register of 2019",
        "tags 001-148 in use", "the test was negative. ICD-10: see below", "the ticket costs 30 euros",
        "Glucose 118 reference 65-99", "the donor age 44", "driver 3, officer 2", "in film 2019 he died"})
    void isLeft(String text) {
        assertEquals("", found(text));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            First,Last,House,Postcode,Env\\nAnna,Weber,Flat 6, 40 Chapel Hill,BN3 9KW,17978 | 17978
            First,Last,House,Postcode,Env\\nAnna,Weber,Old Mill, Wend, Thorne,BN3 9KW,41  | ''
            """)
    void isFoundWhereAnAddressHasCommas(String text, String expected) {
        assertEquals(expected, found(text.replace("\\n", "\n")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Operative with van, ETA 20/6 am                           | 20/6
            chapel 13/4 11.20, organist there                         | 13/4
            bag handed over 16/9, signed by her                       | 16/9
            seen 3/2/2024; the coat went to lost property 9/11, paid  | 3/2/2024 9/11
            trimethoprim since 1/2/2024, 200 mg BD 3/7.               | 1/2/2024
            Apgars 8/9, weight known                                  | ''
            vision 20/40, reading glasses                             | ''
            She is now in her ninety-eighth year and well             | ninety-eighth
            the ninety-day year                                       | ''
            You can text 89417 to opt out                             | 89417
            a text 4000 long                                          | ''
            """)
    void isFoundAsDayAgeOrShortCode(String text, String expected) {
        assertEquals(expected, IdentifierFinder.find(text).stream().filter(f -> f.kind() != IdentifierKind.NAME)
                .map(f -> text.substring(f.from(), f.to())).collect(Collectors.joining(" ")));
    }

    private static String found(String text) {
        return IdentifierFinder.find(text).stream().filter(f -> f.kind() != IdentifierKind.NAME
                && f.kind() != IdentifierKind.DATE && f.kind() != IdentifierKind.ADDRESS)
                .map(f -> text.substring(f.from(), f.to())).collect(Collectors.joining(" "));
    }
}
