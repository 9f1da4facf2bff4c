package quern.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import quern.config.ApplianceConfig;
import quern.config.BackendConfig;
import quern.config.ConfigLoader;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.gpu.tensor.ElementType;
import quern.inference.EmbeddedModel;
import quern.inference.LoadedModel;
import quern.inference.engine.EngineEvent;
import quern.inference.engine.EngineLoop;
import quern.inference.engine.SequenceRequest;
import quern.inference.format.ModelFile;
import quern.inference.format.ModelFiles;
import quern.inference.format.RandomShape;
import quern.inference.grammar.Grammar;
import quern.inference.grammar.GrammarLimits;
import quern.inference.grammar.TokenGrammar;
import quern.inference.grammar.TokenTrie;
import quern.inference.sampling.SamplingParameters;
import quern.inference.sampling.TokenMask;
import quern.kv.TierStack;

/**
 * Decoding bound to a JSON schema against free decoding, in turns; every answer is checked to begin as the schema says.
 * On the embedded model, and on one of 0.5 billion random weights and 151,936 tokens, which has no idea of JSON: hardly
 * anything it would like to write is allowed. By a schema that is new with each answer, and by one that earlier
 * answers had. Nothing is guessed ahead: free text that repeats itself would be faster for another reason.
 */
public final class GrammarBenchmark {

    private static final int ROUNDS = Integer.getInteger("rounds", 21);
    private static final int FREE = 0;
    private static final int FRESH = 1;
    private static final int KNOWN = 2;
    private static final int KINDS = 3;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int STATES_MAX = 1 << 18;
    private static final long MEMORY_BYTES = 1L << 26;
    private static final String SCHEMA = """
            {"type": "object", "additionalProperties": false, "required": ["id", "customer", "lines", "status"],
             "properties": {
              "id": {"type": "string", "pattern": "^ORD-[0-9]{6}$"},
              "customer": {"type": "object", "additionalProperties": false, "required": ["name", "address"],
               "properties": {"name": {"type": "string", "minLength": 1, "maxLength": 60},
                "address": {"type": "object", "additionalProperties": false, "required": ["street", "zip"],
                 "properties": {"street": {"type": "string"}, "zip": {"type": "string", "pattern": "^[0-9]{5}$"}}}}},
              "lines": {"type": "array", "minItems": 60, "items": {"type": "object", "additionalProperties": false,
               "required": ["name", "kind", "count", "tags"], "properties": {"name": {"type": "string"},
                "kind": {"enum": ["cat", "dog", "fox", "hen"]},
                "count": {"type": "integer", "minimum": 1, "maximum": 120}, "price": {"type": "number"},
                "tags": {"type": "array", "maxItems": 4, "items": {"enum": ["new", "sale", "gift"]}}}}},
              "status": {"enum": ["open", "paid", "shipped"]}}}""";

    /** Seconds a token; the longest step in seconds. */
    private record Turn(double wall, double cpu, double longest) {}

    private GrammarBenchmark() {}

    public static void main(String[] arguments) throws IOException {
        Path directory = Files.createTempDirectory("quern-grammar");
        ApplianceConfig config = ConfigLoader.defaults(directory);
        BackendConfig threads = new BackendConfig(BackendConfig.Choice.AUTO, Integer.getInteger("threads", 0));
        try (Backend backend = BackendChoice.choose(threads).backend()) {
            measure("nano", ModelFiles.open(EmbeddedModel.unpack(directory)), backend, config, ROUNDS, 200);
            measure("0.5B Q8_0", SyntheticModel.open(RandomShape.QWEN2_5_0_5B, ElementType.Q8_0), backend, config,
                    Math.min(ROUNDS, 5), 48);
        }
    }

    private static void measure(String name, ModelFile file, Backend backend, ApplianceConfig config, int rounds,
            int answerTokens) throws IOException {
        try (LoadedModel model = LoadedModel.load(file, backend.kernels(), config.engine().product());
                TierStack pool = TierStack.inMemory(config.kv(), model.kvLayout(config.kv()).blockBytes())) {
            EngineLoop loop = new EngineLoop(model, pool, model.kvLayout(config.kv()),
                    SpeculationBenchmark.withoutDrafts(config.engine()));
            long fromNs = System.nanoTime();
            TokenTrie trie = TokenTrie.of(model.tokenizer(), List.of());
            System.out.printf(Locale.ROOT, "grammar, %s, vocabulary of %d ready in %.0f ms%n", name,
                    trie.vocabulary(), (System.nanoTime() - fromNs) / 1e6);
            long id = 1;
            TokenGrammar known = firstUse(trie);
            for (boolean greedy : new boolean[] {true, false}) {
                Turn[][] turns = new Turn[KINDS][rounds];
                double[] firstUse = new double[rounds];
                for (int round = 0; round < rounds; round++) {
                    SamplingParameters sampling = greedy
                            ? SamplingParameters.greedy(answerTokens) : SamplingParameters.plain(round, answerTokens);
                    long fromCpuNs = THREADS.getCurrentThreadCpuTime();
                    TokenGrammar fresh = firstUse(trie);
                    firstUse[round] = (THREADS.getCurrentThreadCpuTime() - fromCpuNs) / 1e6;
                    for (int turn = 0; turn < KINDS; turn++) {
                        int kind = (round + turn) % KINDS;
                        turns[kind][round] = turn(loop, id++, model, sampling.ignoringEos(), kind == FREE
                                ? Optional.empty() : Optional.of((kind == FRESH ? fresh : known).mask()));
                    }
                }
                report(greedy ? "greedy" : "temperature 1", turns, firstUse);
            }
        }
    }

    private static TokenGrammar firstUse(TokenTrie trie) throws IOException {
        TokenGrammar grammar = new TokenGrammar(Grammar.ofSchema(new ObjectMapper().readTree(SCHEMA), "schema",
                new GrammarLimits(STATES_MAX, SCHEMA.length())), trie, MEMORY_BYTES);
        grammar.prepare();
        return grammar;
    }

    /** The first rounds, in which code is compiled, are left out. */
    private static void report(String name, Turn[][] turns, double[] firstUse) {
        int rounds = firstUse.length;
        int cold = rounds / 3;
        for (int kind : new int[] {FRESH, KNOWN}) {
            Turn[] held = turns[kind];
            IntStream warm = IntStream.range(cold, rounds);
            double[] wall = warm.mapToDouble(i -> turns[FREE][i].wall / held[i].wall).toArray();
            warm = IntStream.range(cold, rounds);
            double[] cpu = warm.mapToDouble(i -> turns[FREE][i].cpu / held[i].cpu).toArray();
            System.out.printf(Locale.ROOT, "%-13s %s schema %.0f tokens/s, free %.0f: %.2f of the free rate (%.2f by "
                    + "the engine thread's CPU time)%n", name, kind == FRESH ? "new" : "known",
                    1 / median(of(held, 0, Turn::wall)), 1 / median(of(turns[FREE], 0, Turn::wall)), median(wall),
                    median(cpu));
        }
        System.out.printf(Locale.ROOT, "%-13s a new schema takes %.1f ms before the engine sees it; longest step then "
                + "%.1f ms, of a free answer %.1f (CPU)%n", name, median(firstUse),
                1e3 * median(of(turns[FRESH], cold, Turn::longest)),
                1e3 * median(of(turns[FREE], cold, Turn::longest)));
    }

    private static double[] of(Turn[] turns, int from, ToDoubleFunction<Turn> figure) {
        return Arrays.stream(turns).skip(from).mapToDouble(figure).toArray();
    }

    private static Turn turn(
            EngineLoop loop, long id, LoadedModel model, SamplingParameters sampling, Optional<TokenMask> mask) {
        int[] prompt = model.tokenizer().encode("three animals", true);
        StringBuilder text = new StringBuilder();
        int tokens = 0;
        long longestNs = 0;
        long fromNs = System.nanoTime();
        long fromCpuNs = THREADS.getCurrentThreadCpuTime();
        loop.submit(new SequenceRequest(id, prompt, sampling, "", Optional.empty(), false, 0, mask));
        while (loop.hasWork()) {
            long stepNs = THREADS.getCurrentThreadCpuTime();
            List<EngineEvent> events = loop.step();
            longestNs = tokens == 0 ? 0 : Math.max(longestNs, THREADS.getCurrentThreadCpuTime() - stepNs);
            loop.takeLoads().forEach(load -> loop.loaded(load, false));
            for (EngineEvent event : events) {
                if (event instanceof EngineEvent.TokenProduced produced) {
                    tokens++;
                    text.append(produced.text());
                } else if (event instanceof EngineEvent.Failed failed) {
                    throw failed.cause();
                }
            }
        }
        double cpu = (THREADS.getCurrentThreadCpuTime() - fromCpuNs) / 1e9;
        double wall = (System.nanoTime() - fromNs) / 1e9;
        if (mask.isPresent() && !text.toString().replaceAll("\\s", "").startsWith("{\"id\":\"ORD-")) {
            throw new IllegalStateException("the answer left the schema: " + text);
        }
        return new Turn(wall / tokens, cpu / tokens, longestNs / 1e9);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
