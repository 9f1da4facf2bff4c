package quern.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import quern.benchmarks.letters.Letter;
import quern.benchmarks.letters.LetterWriter;

class WardLettersTest {

    private static final long SEED = 31;
    private static final Set<String> KINDS = Set.of("account", "address", "age", "credit_card", "date", "device",
            "email", "fax", "health_plan", "iban", "ip", "license", "mrn", "name", "national_id", "other_id", "phone",
            "ssn", "url", "vehicle");

    private final List<Letter> letters = LetterWriter.ward(1000, SEED);

    @Test
    void shouldPlantWhereItSaysWhenLettersAreWritten() {
        check(letters);
    }

    @Test
    void shouldPlantWhereItSaysWhenTradesAreWritten() {
        List<Letter> trades = LetterWriter.trade(240, SEED);
        check(trades);
        assertEquals(trades, LetterWriter.trade(240, SEED));
        Map<String, Integer> counts = new HashMap<>();
        trades.forEach(letter -> letter.planted().forEach(p -> counts.merge(p.kind(), 1, Integer::sum)));
        assertEquals(KINDS, counts.keySet());
        assertTrue(trades.stream().noneMatch(letter -> letter.text().contains("{") && !letter.text().contains("\"")),
                "a slot that was not filled");
    }

    private static void check(List<Letter> letters) {
        for (Letter letter : letters) {
            int at = 0;
            for (Letter.Planted planted : letter.planted()) {
                assertTrue(planted.from() >= at && planted.to() > planted.from()
                        && planted.to() <= letter.text().length(), planted + " in " + letter.text());
                String value = letter.text().substring(planted.from(), planted.to());
                assertEquals(value.strip(), value);
                assertTrue(value.chars().anyMatch(Character::isLetterOrDigit), value);
                at = planted.to();
            }
        }
    }

    @Test
    void shouldPlantEnoughOfEveryKindWhenThereAreAThousand() {
        Map<String, Integer> counts = new HashMap<>();
        letters.forEach(letter -> letter.planted().forEach(p -> counts.merge(p.kind(), 1, Integer::sum)));
        assertEquals(KINDS, counts.keySet());
        counts.forEach((kind, count) -> assertTrue(count >= 25, kind + ": " + count));
    }

    @Test
    void shouldBeAsLongAsDocumentsAreWhenFilled() {
        Set<String> heads = new HashSet<>();
        for (Letter letter : letters) {
            int length = letter.text().length();
            assertTrue(length >= 300 && length <= 4000, length + " characters: " + letter.text());
            assertTrue(!letter.text().contains("[[") && !letter.text().contains("]]"), letter.text());
        }
        LetterWriter.ward(100, SEED).forEach(letter -> heads.add(letter.text().replaceAll("(?s)\\W+", "")));
        assertEquals(100, heads.size());
    }

    @Test
    void shouldWriteTheSameWhenTheSeedIsTheSame() {
        assertEquals(letters, LetterWriter.ward(1000, SEED));
        assertEquals(letters.subList(0, 50), LetterWriter.ward(50, SEED));
        assertNotEquals(letters, LetterWriter.ward(1000, SEED + 1));
    }

    @Test
    void shouldHoldTheirCheckDigitsWhenNumbersHaveOne() {
        int checked = 0;
        for (Letter letter : letters) {
            for (Letter.Planted planted : letter.planted()) {
                String value = letter.text().substring(planted.from(), planted.to()).replaceAll("[\\s-]", "");
                if (planted.kind().equals("credit_card")) {
                    assertTrue(luhnHolds(value), value);
                    checked++;
                } else if (planted.kind().equals("iban")) {
                    assertEquals(BigInteger.ONE, ibanRest(value), value);
                    checked++;
                } else if (planted.kind().equals("vehicle") && value.length() == 17) {
                    assertTrue(value.charAt(8) == 'X' || Character.isDigit(value.charAt(8)), value);
                    checked++;
                }
            }
        }
        assertTrue(checked > 300, checked + " numbers with a check digit");
    }

    private static boolean luhnHolds(String digits) {
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(digits.length() - 1 - i) - '0';
            sum += i % 2 == 0 ? digit : digit * 2 / 10 + digit * 2 % 10;
        }
        return sum % 10 == 0;
    }

    private static BigInteger ibanRest(String iban) {
        StringBuilder digits = new StringBuilder();
        (iban.substring(4) + iban.substring(0, 4)).chars().forEach(c -> digits.append(Character.digit(c, 36)));
        return new BigInteger(digits.toString()).mod(BigInteger.valueOf(97));
    }
}
