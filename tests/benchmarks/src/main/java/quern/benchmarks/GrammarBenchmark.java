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
import java.util.stream.IntStream;
import quern.config.ApplianceConfig;
import quern.config.BackendConfig;
import quern.config.ConfigLoader;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.inference.EmbeddedModel;
import quern.inference.LoadedModel;
import quern.inference.engine.EngineEvent;
import quern.inference.engine.EngineLoop;
import quern.inference.engine.SequenceRequest;
import quern.inference.format.ModelFiles;
import quern.inference.grammar.Grammar;
import quern.inference.grammar.GrammarLimits;
import quern.inference.grammar.TokenGrammar;
import quern.inference.grammar.TokenTrie;
import quern.inference.sampling.SamplingParameters;
import quern.inference.sampling.TokenMask;
import quern.kv.TierStack;

/**
 * Decoding bound to a JSON schema against free decoding, on the embedded model, in turns; every answer is checked to
 * begin as the schema says. Nothing is guessed ahead: free text that repeats itself would be faster for another reason.
 */
public final class GrammarBenchmark {

    private static final int ANSWER_TOKENS = 200;
    private static final int ROUNDS = Integer.getInteger("rounds", 21);
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int STATES_MAX = 1 << 18;
    private static final long MEMORY_BYTES = 1L << 26;
    private static final String SCHEMA = """
            {"type": "array", "minItems": 60, "items": {"type": "object", "additionalProperties": false,
             "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0, "maximum": 120},
              "kind": {"enum": ["cat", "dog", "fox"]}}, "required": ["name", "age", "kind"]}}""";

    /** Seconds a token. */
    private record Turn(double wall, double cpu) {}

    private GrammarBenchmark() {}

    public static void main(String[] arguments) throws IOException {
        Path directory = Files.createTempDirectory("quern-grammar");
        ApplianceConfig config = ConfigLoader.defaults(directory);
        BackendConfig threads = new BackendConfig(BackendConfig.Choice.AUTO, Integer.getInteger("threads", 0));
        try (Backend backend = BackendChoice.choose(threads).backend();
                LoadedModel model = LoadedModel.load(ModelFiles.open(EmbeddedModel.unpack(directory)),
                        backend.kernels(), config.engine().product());
                TierStack pool = TierStack.inMemory(config.kv(), model.kvLayout(config.kv()).blockBytes())) {
            EngineLoop loop = new EngineLoop(model, pool, model.kvLayout(config.kv()),
                    SpeculationBenchmark.withoutDrafts(config.engine()));
            long fromNs = System.nanoTime();
            TokenTrie trie = TokenTrie.of(model.tokenizer(), List.of());
            TokenGrammar grammar = new TokenGrammar(Grammar.ofSchema(new ObjectMapper().readTree(SCHEMA), "schema",
                    new GrammarLimits(STATES_MAX, SCHEMA.length())), trie, MEMORY_BYTES);
            System.out.printf(Locale.ROOT, "grammar, nano, vocabulary and schema ready in %.0f ms%n",
                    (System.nanoTime() - fromNs) / 1e6);
            long id = 1;
            for (boolean greedy : new boolean[] {true, false}) {
                Turn[][] turns = new Turn[2][ROUNDS];
                for (int round = 0; round < ROUNDS; round++) {
                    SamplingParameters sampling = greedy
                            ? SamplingParameters.greedy(ANSWER_TOKENS) : SamplingParameters.plain(round, ANSWER_TOKENS);
                    for (int turn = 0; turn < 2; turn++) {
                        int held = round + turn & 1;
                        turns[held][round] = held == 0
                                ? turn(loop, id++, model, sampling.ignoringEos(), Optional.empty())
                                : turn(loop, id++, model, sampling, Optional.of(grammar.mask()));
                    }
                }
                report(greedy ? "greedy" : "temperature 1", turns);
            }
        }
    }

    /** The first rounds, in which code is compiled, are left out. */
    private static void report(String name, Turn[][] turns) {
        int cold = ROUNDS / 3;
        double[] wall = IntStream.range(cold, ROUNDS).mapToDouble(i -> turns[0][i].wall / turns[1][i].wall).toArray();
        double[] cpu = IntStream.range(cold, ROUNDS).mapToDouble(i -> turns[0][i].cpu / turns[1][i].cpu).toArray();
        System.out.printf(Locale.ROOT, "%-13s held to it %.0f tokens/s, free %.0f: %.2f of the free rate (%.2f by the "
                + "engine thread's CPU time)%n", name, 1 / median(walls(turns[1])), 1 / median(walls(turns[0])),
                median(wall), median(cpu));
    }

    private static double[] walls(Turn[] turns) {
        return Arrays.stream(turns).mapToDouble(Turn::wall).toArray();
    }

    private static Turn turn(
            EngineLoop loop, long id, LoadedModel model, SamplingParameters sampling, Optional<TokenMask> mask) {
        int[] prompt = model.tokenizer().encode("Three animals", true);
        StringBuilder text = new StringBuilder();
        int tokens = 0;
        long fromNs = System.nanoTime();
        long fromCpuNs = THREADS.getCurrentThreadCpuTime();
        loop.submit(new SequenceRequest(id, prompt, sampling, "", Optional.empty(), false, 0, mask));
        while (loop.hasWork()) {
            List<EngineEvent> events = loop.step();
            loop.takeLoads().forEach(load -> loop.loaded(load, false));
            for (EngineEvent event : events) {
                if (event instanceof EngineEvent.TokenProduced produced) {
                    tokens++;
                    text.append(produced.text());
                }
            }
        }
        double cpu = (THREADS.getCurrentThreadCpuTime() - fromCpuNs) / 1e9;
        double wall = (System.nanoTime() - fromNs) / 1e9;
        if (mask.isPresent() && !text.toString().strip().startsWith("[")) {
            throw new IllegalStateException("the answer left the schema: " + text);
        }
        return new Turn(wall / tokens, cpu / tokens);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
