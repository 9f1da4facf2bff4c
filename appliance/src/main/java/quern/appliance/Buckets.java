package quern.appliance;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** Histograms with buckets that are the same in every process, so that several can be added up. */
final class Buckets {

    private static final Duration[] LATENCIES = Stream.of(1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000,
            30_000, 60_000, 120_000).map(Duration::ofMillis).toArray(Duration[]::new);
    private static final Duration[] AGES = Stream.of(1, 10, 100, 1000, 5000, 10_000, 30_000, 60_000, 300_000,
            900_000, 3_600_000, 21_600_000).map(Duration::ofMillis).toArray(Duration[]::new);
    private static final double[] TOKENS = DoubleStream.iterate(1, tokens -> tokens <= 65536, tokens -> 4 * tokens)
            .toArray();

    private final MeterRegistry registry;

    Buckets(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Of what a client waits for. */
    Timer latency(String name, String description) {
        return timer(name, description, LATENCIES);
    }

    /** Of how long something stays. */
    Timer age(String name, String description) {
        return timer(name, description, AGES);
    }

    private Timer timer(String name, String description, Duration[] limits) {
        return Timer.builder(name).description(description).serviceLevelObjectives(limits).register(registry);
    }

    DistributionSummary tokens(String name, String description) {
        return DistributionSummary.builder(name).description(description)
                .serviceLevelObjectives(TOKENS).register(registry);
    }
}
