package quern.actors.fleet;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How long a model stays loaded that nobody uses, as requests say it: {@code "5m"}, seconds, 0 or below for ever. */
public final class KeepAlive {

    /** It stays. */
    public static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

    private static final double SECONDS_MAX = 3e8;
    private static final Pattern PART = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|s|m|h|d)");
    private static final Pattern WHOLE = Pattern.compile("(?:" + PART.pattern() + ")+");
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,9}(?:\\.\\d{1,9})?");

    private KeepAlive() {}

    /** Below 0: for ever. */
    public static Duration ofSeconds(double seconds) {
        return seconds < 0 || seconds > SECONDS_MAX ? FOREVER : Duration.ofMillis(Math.round(1000 * seconds));
    }

    /** {@code 5m}, {@code 1h30m}, {@code 300ms}, {@code -1m}, {@code 90}; empty if it is none. */
    public static Optional<Duration> parse(String text) {
        String given = text.strip();
        if (NUMBER.matcher(given).matches()) {
            return Optional.of(ofSeconds(Double.parseDouble(given)));
        }
        boolean negative = given.startsWith("-");
        String amount = negative ? given.substring(1) : given;
        if (!WHOLE.matcher(amount).matches()) {
            return Optional.empty();
        }
        double seconds = 0;
        for (Matcher part = PART.matcher(amount); part.find();) {
            seconds += Double.parseDouble(part.group(1)) * switch (part.group(2)) {
                case "ms" -> 1e-3;
                case "s" -> 1;
                case "m" -> 60;
                case "h" -> 3600;
                default -> 86_400;
            };
        }
        return Optional.of(negative ? FOREVER : ofSeconds(seconds));
    }
}
