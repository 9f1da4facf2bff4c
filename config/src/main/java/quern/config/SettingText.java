package quern.config;

import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The texts of single values. Every method throws {@link IllegalArgumentException} saying what was expected. */
final class SettingText {

    private static final Pattern DURATION = Pattern.compile("(\\d{1,15})\\s*(ns|us|ms|s|m|h|d)");

    private SettingText() {}

    static Object parse(String text, Class<?> type) {
        if (type == int.class) {
            return whole(text, Integer.MIN_VALUE, Integer.MAX_VALUE).intValueExact();
        } else if (type == long.class) {
            return whole(text, Long.MIN_VALUE, Long.MAX_VALUE).longValueExact();
        } else if (type == double.class) {
            return number(text);
        } else if (type == boolean.class) {
            return flag(text);
        } else if (type == String.class) {
            return text;
        } else if (type == Path.class) {
            return path(text);
        } else if (type == Duration.class) {
            return duration(text);
        } else if (type == DataSize.class) {
            return DataSize.parse(text);
        } else if (type.isEnum()) {
            return constant(text, type);
        }
        throw new IllegalStateException("no text form for " + type);
    }

    private static BigDecimal whole(String text, long min, long max) {
        try {
            BigDecimal value = new BigDecimal(text.strip());
            // Bounding the scale first keeps 1e999999999 from being written out.
            boolean sane = Math.abs((long) value.scale()) < 64 && value.stripTrailingZeros().scale() <= 0;
            boolean aboveMin = sane && value.compareTo(BigDecimal.valueOf(min)) >= 0;
            if (aboveMin && value.compareTo(BigDecimal.valueOf(max)) <= 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("expected a whole number, found '" + text + "'", e);
        }
        throw new IllegalArgumentException("expected a whole number within " + min + " and " + max
                + ", found '" + text + "'");
    }

    private static double number(String text) {
        try {
            double value = Double.parseDouble(text.strip());
            if (Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("expected a number, found '" + text + "'", e);
        }
        throw new IllegalArgumentException("expected a finite number, found '" + text + "'");
    }

    private static boolean flag(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on" -> true;
            case "false", "no", "off" -> false;
            default -> throw new IllegalArgumentException("expected true or false, found '" + text + "'");
        };
    }

    static Path path(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("expected a path, found an empty text");
        }
        try {
            boolean home = text.equals("~") || text.startsWith("~/");
            return home ? Path.of(System.getProperty("user.home") + text.substring(1)) : Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("expected a path: " + e.getReason(), e);
        }
    }

    private static Duration duration(String text) {
        Matcher matcher = DURATION.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "expected a duration with its unit, e.g. 50ms, 10s, 5m, 2h, found '" + text + "'");
        }
        long count = Long.parseLong(matcher.group(1));
        try {
            return switch (matcher.group(2)) {
                case "ns" -> Duration.ofNanos(count);
                case "us" -> Duration.ofNanos(Math.multiplyExact(count, 1000L));
                case "ms" -> Duration.ofMillis(count);
                case "s" -> Duration.ofSeconds(count);
                case "m" -> Duration.ofMinutes(count);
                case "h" -> Duration.ofHours(count);
                default -> Duration.ofDays(count);
            };
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("duration '" + text + "' is too long", e);
        }
    }

    private static Object constant(String text, Class<?> type) {
        Object[] constants = type.getEnumConstants();
        for (Object constant : constants) {
            if (name(constant).replace('_', '-').equalsIgnoreCase(text.strip().replace('_', '-'))) {
                return constant;
            }
        }
        String names = String.join(", ", Arrays.stream(constants).map(SettingText::name).toList());
        throw new IllegalArgumentException("expected one of " + names + ", found '" + text + "'");
    }

    /** Words are joined as in keys; what stands beside a digit is part of a name, as in q8_0. */
    private static String name(Object constant) {
        return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replaceAll("(?<=[a-z])_(?=[a-z])", "-");
    }
}
