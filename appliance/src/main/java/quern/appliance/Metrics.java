package quern.appliance;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import quern.actors.House;
import quern.actors.serving.ServingObserver;
import quern.actors.serving.SubmitReply;
import quern.inference.AdapterRegistry;
import quern.inference.engine.EngineObserver;
import quern.inference.engine.EngineStats;
import quern.inference.engine.FinishReason;
import quern.inference.engine.Usage;
import quern.inference.packed.StreamedWeights;
import quern.kv.BlockObserver;

/**
 * What {@code /metrics} shows, in Prometheus' text form. Names are those of vLLM with our prefix, where they mean the
 * same; labels are few and never a request's or a user's.
 */
final class Metrics implements ServingObserver, AutoCloseable {

    /** The client strips an ending that vLLM gave this histogram's name. */
    private static final Pattern STEP_TOKENS = Pattern.compile("\\bquern_iteration_tokens(?=[_ ])");

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final boolean vllmNames;
    private final Buckets buckets = new Buckets(registry);
    private final EngineTimings engine = new EngineTimings(buckets);
    private final Timer firstToken =
            buckets.latency("quern.time.to.first.token", "From a request's arrival to the first token of an answer");
    private final Timer request = buckets.latency("quern.e2e.request.latency", "From a request's arrival to its end");
    private final DistributionSummary promptTokens =
            buckets.tokens("quern.request.prompt.tokens", "Prompt tokens a request");
    private final DistributionSummary answerTokens =
            buckets.tokens("quern.request.generation.tokens", "Generated tokens a request");
    private final Counter prompt = counter("quern.prompt.tokens", "Prompt tokens of completed requests");
    private final Counter cached = counter("quern.prompt.tokens.cached", "Of these, found in the prefix cache");
    private final Counter generated = counter("quern.generation.tokens", "Tokens generated for completed requests");
    private final Counter failed = counter("quern.request.failure", "Accepted requests that broke");

    private volatile String model = "";
    private volatile Optional<TierMeters> tiers = Optional.empty();

    /** @param vllmNames whether what vLLM has too is shown under its names as well */
    Metrics(boolean vllmNames) {
        this.vllmNames = vllmNames;
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        collections.bindTo(registry);
    }

    /** Begins to show the engine, the tiers and readiness. */
    void watch(House house) {
        Gauge.builder("quern.ready", house, h -> h.readiness().ready() ? 1 : 0)
                .description("1 when requests are served").register(registry);
        FunctionCounter.builder("quern.engine.failures", house, h -> h.all().stream()
                .mapToDouble(running -> running.board().failures()).sum())
                .description("Times the engine broke and was replaced").register(registry);
        gauge(house, "quern.num.requests.running", "Sequences in the next step", EngineStats::running);
        gauge(house, "quern.num.requests.waiting", "Sequences that wait", s -> s.waiting() + s.loading());
        Gauge.builder("quern.kv.cache.usage.perc", house, h -> h.board().stats()
                        .filter(s -> s.blocksTotal() > 0)
                        .map(s -> 1 - (double) s.blocksAvailable() / s.blocksTotal()).orElse(0.0))
                .description("Share of the arena's blocks in use, of the model served from the start")
                .register(registry);
        count(house, "quern.engine.steps", "Steps that ran the model", EngineStats::steps);
        count(house, "quern.engine.prompt.tokens", "Prompt rows computed", EngineStats::promptTokens);
        count(house, "quern.engine.completion.tokens", "Tokens produced", EngineStats::completionTokens);
        count(house, "quern.spec.decode.num.draft.tokens", "Tokens guessed", EngineStats::draftTokens);
        count(house, "quern.spec.decode.num.accepted.tokens", "Tokens guessed right", EngineStats::acceptedTokens);
        count(house, "quern.engine.tuning.tokens", "Tokens taken by tuning", EngineStats::tuningTokens);
        count(house, "quern.prefix.cache.queries", "Prompt tokens looked up in the cache",
                EngineStats::prefixQueryTokens);
        count(house, "quern.prefix.cache.hits", "Prompt tokens found in the cache", EngineStats::prefixHitTokens);
        count(house, "quern.num.preemptions", "Sequences that gave back their blocks", EngineStats::preemptions);
        count(house, "quern.preempted.tokens.restored", "Tokens of preempted sequences found or kept",
                EngineStats::restoredTokens);
        count(house, "quern.preempted.tokens.recomputed", "Tokens of preempted sequences computed again",
                EngineStats::recomputedTokens);
        gauge(house, "quern.preempted.bytes", "Copies of blocks of preempted sequences", EngineStats::keptBytes);
        count(house, "quern.prompt.tokens.forked", "Prompt tokens copied from a sequence at work",
                EngineStats::forkedTokens);
        count(house, "quern.request.expirations", "Sequences ended by their deadline", EngineStats::expirations);
        Gauge.builder("quern.engine.prompt.step.tokens", house,
                        h -> h.board().stats().map(EngineStats::promptStepTokens).orElse(0))
                .description("Prompt tokens the next step takes at most beside streams").register(registry);
        count(house, "quern.kv.load.failures", "Blocks a tier promised and did not deliver", EngineStats::loadFailures);
        tiers = Optional.of(TierMeters.watch(house, registry));
        weights(house, "quern.weights.read.bytes", "Bytes of layers read that do not stay in memory",
                StreamedWeights::readBytes);
        weights(house, "quern.weights.wait.seconds", "Steps' wait for layers to be read",
                weights -> weights.waitedNanos() / 1e9);
        watchAdapters(house);
        ModelMeters.watch(house, registry);
        house.whenRunning().thenAccept(this::name);
    }

    private void watchAdapters(House house) {
        adapters(house, "quern.adapters", "Adapters that can be asked for", stats -> stats.known());
        adapters(house, "quern.adapters.resident", "Adapters in memory", stats -> stats.resident());
        adapters(house, "quern.adapters.resident.bytes", "Bytes of adapters in memory",
                AdapterRegistry.Stats::residentBytes);
        FunctionCounter.builder("quern.adapter.loads", house, h -> adapters(h, AdapterRegistry.Stats::loads))
                .description("Adapters brought into memory").register(registry);
        FunctionCounter.builder("quern.adapter.evictions", house, h -> adapters(h, AdapterRegistry.Stats::evictions))
                .description("Adapters that left memory for others").register(registry);
    }

    private void adapters(
            House house, String name, String description, ToDoubleFunction<AdapterRegistry.Stats> value) {
        Gauge.builder(name, house, h -> adapters(h, value)).description(description).register(registry);
    }

    private static double adapters(House house, ToDoubleFunction<AdapterRegistry.Stats> value) {
        return house.all().stream().map(running -> running.parts().model().adapters().stats())
                .mapToDouble(value).sum();
    }

    private void name(House.Running running) {
        var parts = running.parts();
        model = parts.servedId();
        Map<String, String> selection = parts.choice().backend().kernels().selection();
        Gauge.builder("quern.kernel.selection.info", () -> 1)
                .description("The kernels in use")
                .tags("backend", parts.choice().backend().kernels().name(),
                        "product", parts.model().product().name().toLowerCase(Locale.ROOT),
                        "lanes", selection.getOrDefault("lanes", "none"),
                        "attention", selection.getOrDefault("attention", "scalar"),
                        "kv_type", parts.config().kv().type().name().toLowerCase(Locale.ROOT),
                        "threads", Integer.toString(parts.choice().backend().team().threads()))
                .register(registry);
    }

    private void weights(House house, String name, String description, ToDoubleFunction<StreamedWeights> value) {
        FunctionCounter.builder(name, house, h -> h.running().flatMap(running -> running.parts().model().streamed())
                .map(value::applyAsDouble).orElse(0.0)).description(description).register(registry);
    }

    private void gauge(House house, String name, String description, ToDoubleFunction<EngineStats> value) {
        Gauge.builder(name, house, h -> engine(h, value)).description(description).register(registry);
    }

    private void count(House house, String name, String description, ToDoubleFunction<EngineStats> value) {
        FunctionCounter.builder(name, house, h -> engine(h, value)).description(description).register(registry);
    }

    private static double engine(House house, ToDoubleFunction<EngineStats> value) {
        return house.fleet().engines(house.board().stats()).stream().mapToDouble(value).sum();
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }

    /** Everything, as Prometheus reads it. */
    String scrape() {
        tiers.ifPresent(TierMeters::refresh);
        String all = STEP_TOKENS.matcher(registry.scrape()).replaceAll("$0_total");
        return vllmNames ? all + VllmNames.of(all, model) : all;
    }

    @Override
    public EngineObserver engine() {
        return engine;
    }

    @Override
    public BlockObserver blocks() {
        return engine;
    }

    @Override
    public void rejected(SubmitReply.Rejected reason) {
        Counter.builder("quern.request.rejected").description("Requests refused").tag("reason", switch (reason) {
            case SubmitReply.Overloaded overloaded -> "overloaded";
            case SubmitReply.UnknownModel unknown -> "unknown_model";
            case SubmitReply.PromptTooLong tooLong -> "prompt_too_long";
            case SubmitReply.Invalid invalid -> "invalid";
            case SubmitReply.NotReady notReady -> "not_ready";
            case SubmitReply.ModelLoading loading -> "model_loading";
            case SubmitReply.ModelFailed loadFailed -> "model_failed";
            case SubmitReply.Broken broken -> "broken";
        }).register(registry).increment();
    }

    @Override
    public void firstToken(Duration sinceSubmit) {
        firstToken.record(sinceSubmit);
    }

    @Override
    public void answered(FinishReason reason) {
        Counter.builder("quern.request.success").description("Answers that ended")
                .tag("finished_reason", reason.name().toLowerCase(Locale.ROOT)).register(registry).increment();
    }

    @Override
    public void completed(Usage usage, Duration sinceSubmit) {
        request.record(sinceSubmit);
        prompt.increment(usage.promptTokens());
        cached.increment(usage.cachedTokens());
        generated.increment(usage.completionTokens());
        promptTokens.record(usage.promptTokens());
        answerTokens.record(usage.completionTokens());
    }

    @Override
    public void broken() {
        failed.increment();
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
