package quern.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DataSizeTest {

    @ParameterizedTest
    @CsvSource({"64MiB,67108864", "1GiB,1073741824", "512kib,524288", "100B,100", "2 TiB,2199023255552"})
    void shouldReadUnitsOfPowersOf1024(String text, long bytes) {
        assertEquals(bytes, DataSize.parse(text).bytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "12", "MiB", "-1B", "1.5GiB", "9223372036854775807TiB", "10MB"})
    void shouldRefuseWhenTextIsNoSize(String text) {
        assertThrows(IllegalArgumentException.class, () -> DataSize.parse(text));
    }

    @Test
    void shouldPrintTheLargestWholeUnit() {
        assertEquals("64MiB", new DataSize(64L << 20).toString());
        assertEquals("1025B", new DataSize(1025).toString());
    }
}
