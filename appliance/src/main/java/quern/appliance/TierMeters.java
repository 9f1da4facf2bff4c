package quern.appliance;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import quern.actors.House;
import quern.inference.cache.TierRates;
import quern.kv.BlockPool.Tier;
import quern.kv.TierStats;

/**
 * What {@code /metrics} shows of the tiers of blocks. Each loaded model has an arena and rates of its own, under its
 * name; the tiers on disk are one for all models and have the label {@code model=""}. What a model did is gone from
 * here when it is unloaded.
 */
final class TierMeters {

    private static final List<Tier> DISK = List.of(Tier.WARM, Tier.COLD);

    private final House house;
    private final MeterRegistry registry;
    private final Map<String, Shown> shown = new HashMap<>();

    /** @param model weak, for an unloaded one keeps its memory as long as anybody knows it */
    private record Shown(WeakReference<House.Running> model, List<Meter> meters) {}

    private TierMeters(House house, MeterRegistry registry) {
        this.house = house;
        this.registry = registry;
    }

    static TierMeters watch(House house, MeterRegistry registry) {
        TierMeters meters = new TierMeters(house, registry);
        for (Tier tier : DISK) {
            Tags tags = tags(tier, "");
            meters.stats(house, tags, h -> shared(h, tier));
        }
        return meters;
    }

    private static Optional<TierStats> shared(House house, Tier tier) {
        return house.running().map(running -> running.parts().machine().blocks().stats().get(tier));
    }

    private static Tags tags(Tier tier, String model) {
        return Tags.of("tier", tier.name().toLowerCase(Locale.ROOT), "model", model);
    }

    /** Takes note of models that came and went. */
    synchronized void refresh() {
        List<House.Running> loaded = house.all();
        shown.entrySet().removeIf(one -> {
            House.Running known = one.getValue().model().get();
            boolean here = loaded.stream().anyMatch(running -> running == known);
            if (!here) {
                one.getValue().meters().forEach(registry::remove);
            }
            return !here;
        });
        loaded.forEach(running -> shown.computeIfAbsent(
                running.name(), name -> new Shown(new WeakReference<>(running), meters(running))));
    }

    private List<Meter> meters(House.Running running) {
        List<Meter> meters = new ArrayList<>(stats(running, tags(Tier.HOT, running.name()),
                one -> Optional.ofNullable(one.parts().tiers().stats().get(Tier.HOT))));
        for (Tier tier : DISK) {
            Tags tags = tags(tier, running.name());
            meters.add(Gauge.builder("quern.kv.load.seconds", running,
                            one -> rate(one, tier).loadNanos().orElse(0) / 1e9)
                    .description("A block takes to be loaded, lately").tags(tags).register(registry));
            meters.add(count(running, "quern.kv.loads", "Blocks loaded", tags, one -> rate(one, tier).loads()));
            meters.add(choice(running, tags.and("choice", "load"), one -> rate(one, tier).chosenToLoad()));
            meters.add(choice(running, tags.and("choice", "compute"), one -> rate(one, tier).chosenToCompute()));
        }
        return meters;
    }

    private static TierRates.Rate rate(House.Running running, Tier tier) {
        return running.board().rates().rate(tier);
    }

    private Meter choice(House.Running running, Tags tags, ToDoubleFunction<House.Running> value) {
        return count(running, "quern.kv.choices",
                "Blocks found in a tier: loaded, or computed anew where that is faster", tags, value);
    }

    private <T> List<Meter> stats(T of, Tags tags, Function<T, Optional<TierStats>> stats) {
        List<Meter> meters = new ArrayList<>();
        for (Figure figure : Figure.values()) {
            String name = "quern.kv.tier." + figure.name().toLowerCase(Locale.ROOT);
            ToDoubleFunction<T> value = one -> stats.apply(one).map(figure.value::applyAsDouble).orElse(0.0);
            meters.add(figure.counts ? count(of, name, figure.description, tags, value)
                    : Gauge.builder(name, of, value).description(figure.description).tags(tags).register(registry));
        }
        return meters;
    }

    private <T> Meter count(T of, String name, String description, Tags tags, ToDoubleFunction<T> value) {
        return FunctionCounter.builder(name, of, value).description(description).tags(tags).register(registry);
    }

    private enum Figure {
        HITS(true, "Look-ups that found a block", TierStats::hits),
        MISSES(true, "Look-ups that did not", TierStats::misses),
        EVICTIONS(true, "Blocks that left", TierStats::evictions),
        CORRUPTIONS(true, "Blocks that were not what their key says: misses", TierStats::corruptions),
        PROMOTIONS(true, "Blocks that came back from the tier below", TierStats::promotions),
        BYTES(false, "Bytes of the blocks held", TierStats::bytes);

        private final boolean counts;
        private final String description;
        private final ToDoubleFunction<TierStats> value;

        Figure(boolean counts, String description, ToDoubleFunction<TierStats> value) {
            this.counts = counts;
            this.description = description;
            this.value = value;
        }
    }
}
