package quern.appliance;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.TimeUnit;
import quern.actors.House;
import quern.appliance.http.ModelStates;

/** What {@code /metrics} shows of models that are loaded when they are asked for. */
final class ModelMeters {

    private ModelMeters() {}

    static void watch(House house, MeterRegistry registry) {
        Gauge.builder("quern.models.loaded", house, h -> h.all().size())
                .description("Models loaded").register(registry);
        Gauge.builder("quern.models.memory.bytes", house, ModelStates::memoryBytes)
                .description("Weights and arenas of the models loaded or being loaded").register(registry);
        Gauge.builder("quern.models.memory.max.bytes", house, h -> h.fleet().budgetBytes())
                .description("What they may take together").register(registry);
        FunctionCounter.builder("quern.model.loads", house, h -> h.fleet().loads())
                .description("Models loaded because they were asked for").register(registry);
        FunctionTimer.builder("quern.model.load", house, h -> h.fleet().loads(), h -> h.fleet().loadSeconds(),
                TimeUnit.SECONDS).description("Time that loading them took").register(registry);
        FunctionCounter.builder("quern.model.load.failures", house, h -> h.fleet().failures())
                .description("Models that could not be loaded").register(registry);
        FunctionCounter.builder("quern.model.unloads", house, h -> h.fleet().unloads())
                .description("Models unloaded").register(registry);
    }
}
