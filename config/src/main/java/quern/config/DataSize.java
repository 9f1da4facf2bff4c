package quern.config;

import java.util.Locale;

/** A number of bytes, written {@code 64MiB}, {@code 1GiB}, {@code 512KiB} or {@code 100B} (powers of 1024). */
public record DataSize(long bytes) {

    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

    public DataSize {
        if (bytes < 0) {
            throw new IllegalArgumentException("negative size " + bytes);
        }
    }

    /** @throws IllegalArgumentException if the text is not a number followed by one of the units */
    public static DataSize parse(String text) {
        String trimmed = text.strip();
        long factor = 1L << (10 * (UNITS.length - 1));
        for (int i = UNITS.length - 1; i >= 0; i--, factor >>= 10) {
            if (trimmed.toLowerCase(Locale.ROOT).endsWith(UNITS[i].toLowerCase(Locale.ROOT))) {
                String digits = trimmed.substring(0, trimmed.length() - UNITS[i].length()).strip();
                try {
                    return new DataSize(Math.multiplyExact(Long.parseLong(digits), factor));
                } catch (ArithmeticException | NumberFormatException e) {
                    throw new IllegalArgumentException("size '" + text + "', expected e.g. 64MiB", e);
                }
            }
        }
        throw new IllegalArgumentException("size '" + text + "', expected a number and one of B KiB MiB GiB TiB");
    }

    @Override
    public String toString() {
        int unit = 0;
        long value = bytes;
        while (unit < UNITS.length - 1 && value != 0 && value % 1024 == 0) {
            value /= 1024;
            unit++;
        }
        return value + UNITS[unit];
    }
}
