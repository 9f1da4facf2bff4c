package quern.curation.deident;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** With numbers that standards, registries and textbooks print as examples. */
class ChecksumsTest {

    @Test
    void shouldAcceptPublishedExamples() {
        assertTrue(Checksums.luhn("4111111111111111"));
        assertTrue(Checksums.luhn("79927398713"));
        assertTrue(Checksums.npi("1234567893"));
        assertTrue(Checksums.nhs("9434765919"));
        assertTrue(Checksums.iban("GB82WEST12345698765432"));
        assertTrue(Checksums.iban("DE89370400440532013000"));
        assertTrue(Checksums.iban("FR1420041010050500013M02606"));
        assertTrue(Checksums.vin("1M8GDM9AXKP042788"));
        assertTrue(Checksums.vin("11111111111111111"));
        assertTrue(Checksums.steuerId("86095742719"));
        assertTrue(Checksums.krankenversicherte("A123456780"));
        assertTrue(Checksums.dea("AB1234563"));
        assertTrue(Checksums.nir("255081416802538"));
    }

    @Test
    void shouldRefuseWhenOneDigitIsChanged() {
        assertFalse(Checksums.luhn("4111111111111112"));
        assertFalse(Checksums.npi("1234567894"));
        assertFalse(Checksums.nhs("9434765918"));
        assertFalse(Checksums.iban("GB82WEST12345698765433"));
        assertFalse(Checksums.vin("1M8GDM9A1KP042788"));
        assertFalse(Checksums.steuerId("86095742718"));
        assertFalse(Checksums.krankenversicherte("A123456781"));
        assertFalse(Checksums.dea("AB1234562"));
        assertFalse(Checksums.nir("255081416802539"));
    }

    @Test
    void shouldMakeTheDigitThatIsAccepted() {
        assertEquals('1', Checksums.luhnDigit("411111111111111"));
        assertEquals("82", Checksums.ibanDigits("GB", "WEST12345698765432"));
        assertEquals('X', Checksums.vinDigit("1M8GDM9A_KP042788".replace('_', '0')));
    }
}
