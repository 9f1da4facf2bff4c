package quern.appliance.http;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import quern.actors.Caller;
import quern.actors.fleet.KeepAlive;
import quern.actors.serving.Handling;
import quern.inference.engine.ServiceTier;
import quern.inference.engine.Terms;

/**
 * Whose request it is, when it came and what its headers say about its handling.
 *
 * @param arrivedNanos on {@link System#nanoTime}'s scale
 * @param requestId chosen by the caller
 * @param timeoutMs by header
 * @param batch whether it is a line of a batch; those are flexible
 */
record Arrival(
        Caller caller, long arrivedNanos, Optional<String> requestId, OptionalInt timeoutMs, boolean batch) {

    static final String REQUEST_ID = "X-Request-Id";
    static final String TIMEOUT = "X-Request-Timeout-Ms";

    private static final int TIMEOUT_MS_MAX = 86_400_000;
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Map<String, ServiceTier> TIERS = Map.of("auto", ServiceTier.STANDARD, "default",
            ServiceTier.STANDARD, "flex", ServiceTier.FLEX, "priority", ServiceTier.PRIORITY);

    /** @throws ApiError 400 naming the header at fault */
    static Arrival of(Call call) {
        Optional<String> id = header(call, REQUEST_ID);
        if (id.isPresent() && !ID.matcher(id.get()).matches()) {
            throw ApiError.badField(REQUEST_ID, "the header " + REQUEST_ID
                    + " is not 1 to 64 letters, digits, dots, hyphens or underscores");
        }
        Optional<String> timeout = header(call, TIMEOUT);
        return new Arrival(call.caller(), System.nanoTime(), id,
                timeout.isPresent() ? OptionalInt.of(milliseconds(timeout.get())) : OptionalInt.empty(), false);
    }

    /** A line of a batch, begun now. */
    static Arrival ofBatch(Caller caller) {
        return new Arrival(caller, System.nanoTime(), Optional.empty(), OptionalInt.empty(), true);
    }

    private static Optional<String> header(Call call, String name) {
        return call.request().getHeader(name).map(HttpHeader::value);
    }

    private static int milliseconds(String text) {
        String digits = text.strip();
        int value = digits.matches("\\d{1,8}") ? Integer.parseInt(digits) : 0;
        if (value < 1 || value > TIMEOUT_MS_MAX) {
            throw ApiError.badField(TIMEOUT, "the header " + TIMEOUT + " is not a whole number from 1 to "
                    + TIMEOUT_MS_MAX);
        }
        return value;
    }

    /** Reads {@code service_tier} and {@code timeout_ms}; of two time limits the shorter counts. */
    Handling handling(Fields body) {
        String asked = body.text("service_tier").orElse("auto");
        if (!TIERS.containsKey(asked)) {
            throw body.invalid("service_tier", "is not one of auto, default, flex, priority");
        }
        if (batch && !asked.equals("auto") && !asked.equals("flex")) {
            throw body.invalid("service_tier", "in a batch can be auto or flex only");
        }
        int limitMs = Math.min(timeoutMs.orElse(Integer.MAX_VALUE),
                body.integer("timeout_ms", 1, TIMEOUT_MS_MAX).orElse(Integer.MAX_VALUE));
        OptionalLong deadlineNanos = limitMs == Integer.MAX_VALUE
                ? OptionalLong.empty() : OptionalLong.of(arrivedNanos + TimeUnit.MILLISECONDS.toNanos(limitMs));
        return new Handling(requestId.orElseGet(Handling::newId),
                new Terms(batch ? ServiceTier.FLEX : TIERS.get(asked), deadlineNanos), keepAlive(body));
    }

    /**
     * How long the model stays loaded afterwards: {@code "5m"}, seconds, 0: not at all, below 0: for ever. Absent: as
     * configured. What is served from the start stays in any case.
     */
    static Optional<Duration> keepAlive(Fields body) {
        return body.raw("keep_alive").map(value -> (value.isNumber()
                ? Optional.of(KeepAlive.ofSeconds(value.doubleValue()))
                : value.isTextual() ? KeepAlive.parse(value.textValue()) : Optional.<Duration>empty())
                .orElseThrow(() -> body.invalid("keep_alive",
                        "is neither a number of seconds nor a time such as \"5m\"; below 0: for ever")));
    }

    /** The tier that served the request, as replies name it; absent unless the request asked for one. */
    static Optional<String> shownTier(Fields body, Handling handling) {
        return body.text("service_tier").map(asked -> switch (handling.terms().tier()) {
            case PRIORITY -> "priority";
            case STANDARD -> "default";
            case FLEX -> "flex";
        });
    }
}
