package quern.config;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Checks of a record's components, all made before the first failure is thrown. */
final class Bounds {

    /** Components outside their bounds, each with what was expected and found. */
    static final class OutOfBounds extends IllegalArgumentException {

        private static final long serialVersionUID = 1L;
        private final transient Map<String, String> byComponent;

        private OutOfBounds(Map<String, String> byComponent) {
            super(String.valueOf(byComponent));
            this.byComponent = byComponent;
        }

        Map<String, String> byComponent() {
            return byComponent;
        }
    }

    private final Map<String, String> byComponent = new LinkedHashMap<>();

    Bounds within(String component, double value, double min, double max) {
        return check(component, value >= min && value <= max,
                "expected " + plain(min) + " to " + plain(max) + ", found " + plain(value));
    }

    Bounds atLeast(String component, double value, double min) {
        return check(component, value >= min, "expected at least " + plain(min) + ", found " + plain(value));
    }

    Bounds above(String component, double value, double min) {
        return check(component, value > min, "expected more than " + plain(min) + ", found " + plain(value));
    }

    Bounds within(String component, DataSize value, String min, String max) {
        boolean inside = value.bytes() >= DataSize.parse(min).bytes() && value.bytes() <= DataSize.parse(max).bytes();
        return check(component, inside, "expected " + min + " to " + max + ", found " + value);
    }

    Bounds within(String component, Duration value, Duration min, Duration max) {
        boolean inside = value.compareTo(min) >= 0 && value.compareTo(max) <= 0;
        return check(component, inside, "expected " + min + " to " + max + ", found " + value);
    }

    Bounds check(String component, boolean fine, String text) {
        if (!fine) {
            byComponent.putIfAbsent(component, text);
        }
        return this;
    }

    /** @throws OutOfBounds if any check failed */
    void enforce() {
        if (!byComponent.isEmpty()) {
            throw new OutOfBounds(byComponent);
        }
    }

    private static String plain(double value) {
        boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
        return whole ? Long.toString((long) value) : Double.toString(value);
    }
}
