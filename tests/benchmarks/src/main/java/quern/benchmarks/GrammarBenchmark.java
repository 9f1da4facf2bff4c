package quern.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
 * begin as the schema says.
 */
public final class GrammarBenchmark {

    private static final int ANSWER_TOKENS = 200;
    private static final int ROUNDS = 15;
    private static final int STATES_MAX = 1 << 18;
    private static final long MEMORY_BYTES = 1L << 26;
    private static final String SCHEMA = """
            {"type": "array", "minItems": 60, "items": {"type": "object", "additionalProperties": false,
             "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0, "maximum": 120},
              "kind": {"enum": ["cat", "dog", "fox"]}}, "required": ["name", "age", "kind"]}}""";

    private GrammarBenchmark() {}

    public static void main(String[] arguments) throws IOException {
        Path directory = Files.createTempDirectory("quern-grammar");
        ApplianceConfig config = ConfigLoader.defaults(directory);
        try (Backend backend = BackendChoice.choose(new BackendConfig(BackendConfig.Choice.AUTO, 0)).backend();
                LoadedModel model = LoadedModel.load(ModelFiles.open(EmbeddedModel.unpack(directory)),
                        backend.kernels(), config.engine().product());
                TierStack pool = TierStack.inMemory(config.kv(), model.kvLayout(config.kv()).blockBytes())) {
            EngineLoop loop = new EngineLoop(model, pool, model.kvLayout(config.kv()), config.engine());
            long fromNs = System.nanoTime();
            TokenTrie trie = TokenTrie.of(model.tokenizer(), List.of());
            TokenGrammar grammar = new TokenGrammar(Grammar.ofSchema(new ObjectMapper().readTree(SCHEMA), "schema",
                    new GrammarLimits(STATES_MAX, SCHEMA.length())), trie, MEMORY_BYTES);
            double compileMs = (System.nanoTime() - fromNs) / 1e6;
            double[][] rates = new double[4][ROUNDS];
            long id = 1;
            for (int round = 0; round < ROUNDS; round++) {
                for (int kind = 0; kind < rates.length; kind++) {
                    SamplingParameters sampling = kind < 2
                            ? SamplingParameters.greedy(ANSWER_TOKENS) : SamplingParameters.plain(round, ANSWER_TOKENS);
                    rates[kind][round] = kind % 2 == 0
                            ? rate(loop, id++, model, sampling.ignoringEos(), Optional.empty())
                            : rate(loop, id++, model, sampling, Optional.of(grammar.mask()));
                }
            }
            System.out.printf(Locale.ROOT, "grammar, nano, vocabulary and schema ready in %.0f ms: greedy %.0f of %.0f "
                    + "tokens/s (%.2f), temperature 1 %.0f of %.0f tokens/s (%.2f)%n", compileMs, median(rates[1]),
                    median(rates[0]), median(rates[1]) / median(rates[0]), median(rates[3]), median(rates[2]),
                    median(rates[3]) / median(rates[2]));
        }
    }

    private static double rate(
            EngineLoop loop, long id, LoadedModel model, SamplingParameters sampling, Optional<TokenMask> mask) {
        int[] prompt = model.tokenizer().encode("Three animals", true);
        StringBuilder text = new StringBuilder();
        int tokens = 0;
        long fromNs = System.nanoTime();
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
        double seconds = (System.nanoTime() - fromNs) / 1e9;
        if (mask.isPresent() && !text.toString().strip().startsWith("[")) {
            throw new IllegalStateException("the answer left the schema: " + text);
        }
        return tokens / seconds;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
