package quern.curation.unicode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.text.Normalizer;
import org.junit.jupiter.api.Test;

class UnicodeFixerTest {

    /** The expected texts were made by running ftfy 6.3.1 over generated damage. */
    @Test
    void shouldGiveTheReferenceTextsWhenTextIsDamagedInManyWays() throws IOException {
        try (InputStream in = UnicodeFixerTest.class.getResourceAsStream("fixed-texts.json")) {
            for (JsonNode pair : JsonMapper.builder().build().readTree(in)) {
                String found = UnicodeFixer.fix(pair.get(0).asText(), Normalizer.Form.NFC);
                assertEquals(pair.get(1).asText(), found, pair::toString);
            }
        }
    }

    @Test
    void shouldGiveTheSameObjectWhenNothingIsWrong() {
        String text = "plain text, tabs\tand lines\n<b>even HTML</b>\n";
        assertSame(text, UnicodeFixer.fix(text, Normalizer.Form.NFC));
        String accents = "Müller à côté, naïve\nžluťoučký\n";
        assertSame(accents, UnicodeFixer.fix(accents, Normalizer.Form.NFC));
    }
}
