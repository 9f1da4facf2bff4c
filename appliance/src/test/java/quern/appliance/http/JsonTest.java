package quern.appliance.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {

    private static JsonNode parse(String text) {
        return Json.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{\"a\": 1e99999999999} | a",
        "{\"a\": {\"b\": [0, {\"c\": -1E+99999999999}]}} | a.b[1].c",
        "{\"x\": [1, [2e-99999999999]]} | x[1][0]"})
    void shouldNameThePlaceOfANumberBeyondAllRanges(String text, String place) {
        ApiError error = assertThrows(ApiError.class, () -> parse(text));
        assertEquals(400, error.status());
        assertEquals(place, error.param().orElse("none"), error.getMessage());
    }

    @Test
    void shouldRefuseATextOfManyTinyParts() {
        String body = "{\"prompt\": [" + "[],".repeat(1 << 20) + "[]]}";
        ApiError error = assertThrows(ApiError.class, () -> parse(body));
        assertEquals(400, error.status());
        assertTrue(error.getMessage().contains("Token count"), error.getMessage());
    }

    @Test
    void shouldReadALargeArrayOfTokens() {
        String body = "{\"prompt\": [" + "17,".repeat((1 << 20) - 1) + "17]}";
        assertEquals(1 << 20, parse(body).path("prompt").size());
    }

    @Test
    void shouldKeepEveryDigitOfANumber() {
        assertEquals("0.1000000000000000000001", parse("{\"a\": 0.1000000000000000000001}").path("a").decimalValue()
                .toString());
    }
}
