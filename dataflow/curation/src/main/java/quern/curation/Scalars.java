package quern.curation;

import java.util.Locale;

/** YAML scalars read as what a parameter wants: YAML 1.1 gives {@code 1e5} as a text. */
final class Scalars {

    private Scalars() {}

    /** Null where the value is no number. */
    static Double number(Object value) {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        if (value instanceof String text && !text.isBlank() && text.length() <= 64
                && Character.digit(text.charAt(text.length() - 1), 10) >= 0) {
            try {
                return Double.valueOf(text.strip());
            } catch (NumberFormatException e) {
                return null;
            }
        }
        return null;
    }

    /** Null where the value is no whole number that fits. */
    static Long whole(Object value) {
        if (value instanceof Long number) {
            return number;
        }
        Double number = number(value);
        boolean fits = number != null && number == Math.rint(number) && Math.abs(number) <= 0x1p63;
        return fits ? Long.valueOf(number.longValue()) : null;
    }

    /** Null where the value is neither true nor false. */
    static Boolean bool(Object value) {
        if (value instanceof Boolean bool) {
            return bool;
        }
        return switch (String.valueOf(value).toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on" -> Boolean.TRUE;
            case "false", "no", "off" -> Boolean.FALSE;
            default -> null;
        };
    }
}
