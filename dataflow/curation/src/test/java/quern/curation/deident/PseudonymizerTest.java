package quern.curation.deident;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PseudonymizerTest {

    private static final byte[] KEY = SecretKey.of("a secret of this test");
    private static final Pseudonymizer PSEUDONYMIZER = new Pseudonymizer(KEY, 365, true);

    private static String apply(String text) {
        return apply(PSEUDONYMIZER, text);
    }

    private static String apply(Replacer replacer, String text) {
        return new Deidentifier(replacer, EnumSet.allOf(IdentifierKind.class), 0.7, Deidentifier.WhenUnsure.MASK)
                .apply(text, "doc").text();
    }

    private static String of(IdentifierKind kind, String text) {
        return PSEUDONYMIZER.replace(text, List.of(new Finding(kind, 0, text.length(), 1)), "doc").getFirst();
    }

    @Test
    void shouldGiveShortFormsTheSameNamesWhenAPersonIsNamedInFull() {
        String made = apply("Patient: Karen Miller\n\nMrs. Miller was well. MILLER, Karen came with her son Kevin "
                + "Miller. "
                + "Write to karen.miller@gmail.com or ask K. Miller.");
        Matcher full = Pattern.compile("Patient: (\\w+) (\\w+)\n").matcher(made);
        assertTrue(full.find(), made);
        String first = full.group(1);
        String last = full.group(2);
        assertTrue(made.contains("Mrs. " + last + " was well."), made);
        assertTrue(made.contains(last.toUpperCase(Locale.ROOT) + ", " + first + " came"), made);
        assertTrue(made.contains(first.toLowerCase(Locale.ROOT) + "." + last.toLowerCase(Locale.ROOT) + "@"), made);
        assertTrue(made.contains("ask " + first.charAt(0) + ". " + last), made);
        assertFalse(made.toLowerCase(Locale.ROOT).contains("miller") || made.contains("Karen"), made);
    }

    @Test
    void shouldGiveTheSameSurrogateInEveryTextWhenTheKeyIsTheSame() {
        String one = of(IdentifierKind.NAME, "Karen Miller");
        assertEquals(one, PSEUDONYMIZER.replace("and Karen Miller, Luis Baker",
                List.of(new Finding(IdentifierKind.NAME, 4, 16, 1), new Finding(IdentifierKind.NAME, 18, 28, 1)),
                "another").getFirst());
        assertNotEquals(one, new Pseudonymizer(SecretKey.of("another secret"), 365, true)
                .replace("Karen Miller", List.of(new Finding(IdentifierKind.NAME, 0, 12, 1)), "doc").getFirst());
    }

    @ParameterizedTest
    @ValueSource(strings = {"4111 1111 1111 1111", "3714 496353 98431"})
    void shouldKeepCheckDigitsValidWhenCardsChange(String card) {
        String made = of(IdentifierKind.CREDIT_CARD, card);
        assertTrue(Checksums.luhn(NumberSurrogates.canonical(made)), made);
        assertNotEquals(card, made);
        assertEquals(card.replaceAll("\\d", "#"), made.replaceAll("\\d", "#"));
    }

    @Test
    void shouldKeepCheckDigitsValidWhenNumbersChange() {
        assertTrue(Checksums.iban(NumberSurrogates.canonical(of(IdentifierKind.IBAN, "GB82 WEST 1234 5698 7654 32"))));
        assertTrue(Checksums.vin(of(IdentifierKind.VEHICLE, "1M8GDM9AXKP042788")));
        assertTrue(Checksums.npi(of(IdentifierKind.NATIONAL_ID, "1234567893")));
        assertTrue(Checksums.nhs(NumberSurrogates.canonical(of(IdentifierKind.NATIONAL_ID, "943 476 5919"))));
        assertTrue(Checksums.steuerId(NumberSurrogates.canonical(of(IdentifierKind.NATIONAL_ID, "86 095 742 719"))));
        assertTrue(Checksums.dea(of(IdentifierKind.NATIONAL_ID, "AB1234563")));
        assertTrue(Checksums.nir(of(IdentifierKind.NATIONAL_ID, "255081416802538")));
        assertTrue(Checksums.krankenversicherte(of(IdentifierKind.HEALTH_PLAN, "A123456780")));
        assertTrue(of(IdentifierKind.SSN, "219-09-9999").matches("9\\d\\d-[0-4]\\d-\\d{4}"));
        assertTrue(of(IdentifierKind.PHONE, "(617) 253-1234").matches("\\([2-9]\\d\\d\\) 555-01\\d\\d"));
        assertTrue(of(IdentifierKind.IP, "10.1.2.3").startsWith("198.1"));
        assertTrue(of(IdentifierKind.EMAIL, "x.y@z.org").endsWith(".example.org"));
        assertTrue(of(IdentifierKind.URL, "https://z.org/a/b").matches("https://[a-z]+\\.example\\.org/[a-z]+"));
    }

    @Test
    void shouldKeepTheEndOfANumberEqualWhenItIsWrittenInternationally() {
        String national = of(IdentifierKind.PHONE, "0711 1234567").replaceAll("\\D", "");
        String international = of(IdentifierKind.PHONE, "+49 (0)711 123-4567").replaceAll("\\D", "");
        assertEquals(national.substring(national.length() - 7), international.substring(international.length() - 7));
        assertTrue(international.startsWith("490"), international);
    }

    @Test
    void shouldKeepIntervalsAndWeekdaysWhenDatesMove() {
        String made = apply("Seen on Tuesday, March 12, 2019 and again on 2019-03-26; discharged 04/02/2019, home 5 "
                + "Apr. 2019.");
        Matcher dates = Pattern.compile("Tuesday, (\\w+ \\d+, \\d{4}) and again on (\\d{4}-\\d\\d-\\d\\d); discharged "
                + "(\\d\\d/\\d\\d/\\d{4}), home (\\d+ \\w+\\. \\d{4})\\.").matcher(made);
        assertTrue(dates.find(), made);
        LocalDate first = LocalDate.parse(dates.group(1), DateTimeFormatter.ofPattern("MMMM d, yyyy", Locale.ENGLISH));
        LocalDate second = LocalDate.parse(dates.group(2));
        LocalDate third = LocalDate.parse(dates.group(3), DateTimeFormatter.ofPattern("MM/dd/yyyy"));
        assertEquals(14, ChronoUnit.DAYS.between(first, second));
        assertEquals(7, ChronoUnit.DAYS.between(second, third));
        assertEquals(0, ChronoUnit.DAYS.between(LocalDate.of(2019, 3, 12), first) % 7);
        assertNotEquals(LocalDate.of(2019, 3, 12), first);
    }

    @Test
    void shouldMoveDatesAlikeWhenTheScopeIsTheSame() {
        List<Finding> whole = List.of(new Finding(IdentifierKind.DATE, 0, 10, 1));
        String one = PSEUDONYMIZER.replace("2019-03-26", whole, "person 1").getFirst();
        assertEquals(one, PSEUDONYMIZER.replace("2019-03-26", whole, "person 1").getFirst());
        boolean differs = false;
        for (int i = 2; i < 10; i++) {
            differs |= !one.equals(PSEUDONYMIZER.replace("2019-03-26", whole, "person " + i).getFirst());
        }
        assertTrue(differs);
    }

    @Test
    void shouldReadOrderFromOtherDatesWhenDigitsAllowBoth() {
        DateShift dayFirst = new DateShift(7, List.of("25/04/2019", "03/04/2019"), true);
        assertEquals("10/04/2019", dayFirst.shift("03/04/2019"));
        DateShift monthFirst = new DateShift(7, List.of("04/25/2019", "03/04/2019"), true);
        assertEquals("03/11/2019", monthFirst.shift("03/04/2019"));
        assertEquals("31. Dezember 1999", new DateShift(-1, List.of(), false).shift("1. Januar 2000"));
        assertEquals("March 2nd, 2020", new DateShift(1, List.of(), true).shift("March 1st, 2020"));
        assertNull(new DateShift(1, List.of(), true).shift("the ides"));
    }

    @Test
    void shouldChangeEveryOriginalWhenItIsReplaced() {
        String text = "Dr. Adelheid Ashacre, Adelheid; Mr. Benton Ashacre. MRN: 1234567, MRN: 7654321. Call "
                + "617-555-0123.";
        for (int i = 0; i < 800; i++) {
            Pseudonymizer other = new Pseudonymizer(SecretKey.of("key number " + i), 30, false);
            String made = apply(other, text);
            for (String original : List.of("Adelheid", "Ashacre", "Benton", "1234567", "7654321", "617-555-0123")) {
                assertFalse(made.contains(original), made);
            }
        }
    }

    @Test
    void shouldKeepYearsOnlyWhenTheyTellNoAgeOver89() {
        assertEquals("Seen [DATE 2019], born [DATE 1950].", apply(new Masker(true),
                "Seen 03/12/2019, born 12/01/1950."));
        assertEquals("Seen [DATE 2019], born [DATE].", apply(new Masker(true), "Seen 03/12/2019, born 12/01/1920."));
        assertEquals("Seen [DATE], she is [AGE] years old.", apply(new Masker(true),
                "Seen 03/12/2019, she is 93 years old."));
    }
}
