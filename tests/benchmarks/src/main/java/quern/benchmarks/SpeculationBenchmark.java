package quern.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import quern.config.ApplianceConfig;
import quern.config.BackendConfig;
import quern.config.ConfigLoader;
import quern.config.EngineConfig;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.gpu.tensor.ElementType;
import quern.inference.EmbeddedModel;
import quern.inference.LoadedModel;
import quern.inference.engine.EngineEvent;
import quern.inference.engine.EngineLoop;
import quern.inference.engine.EngineStats;
import quern.inference.engine.SequenceRequest;
import quern.inference.engine.StepProfile;
import quern.inference.format.ModelFiles;
import quern.inference.format.RandomShape;
import quern.inference.sampling.SamplingParameters;
import quern.inference.sampling.TokenMask;
import quern.kv.TierStack;

/**
 * Decoding with guesses from the text itself against plain decoding, in turns. The embedded model goes on with texts
 * that repeat themselves and with some that do not; every answer is checked to be the same with and without guesses.
 * Then a model of 0.5 billion random weights is led through the very tokens that the embedded one wrote, so that its
 * guesses are right as often as those were: its own text would be noise.
 */
public final class SpeculationBenchmark {

    private static final int ANSWER_TOKENS = 128;
    private static final int ROUNDS = Integer.getInteger("rounds", 5);
    private static final int REPLAYED = 3;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final String PASSAGE = """
            The old mill stood at the bend of the river, where the water ran deep and slow. Every morning the miller \
            opened the gate, and the great wheel began to turn. Farmers came down the road with their carts full of \
            wheat and barley, and went home in the evening with sacks of flour. In winter, when the river froze, the \
            wheel stood still, and the miller mended his tools by the fire and told his children stories of the sea.""";

    /** A text to go on with. */
    private record Task(String name, String prompt, boolean repeats) {}

    private static final List<Task> TASKS = List.of(
            new Task("the passage again", PASSAGE + "\n\n" + PASSAGE.substring(0, 120), true),
            new Task("a list", "1. apples: red\n2. pears: green\n3. plums: blue\n".repeat(3) + "1. apples:", true),
            new Task("records", "{\"name\": \"Ann\", \"age\": 4, \"pet\": \"cat\"}\n".repeat(4) + "{\"name\":", true),
            new Task("a new story", "Once there was a fisherman who", false),
            new Task("the passage on", PASSAGE, false));

    /** A prompt and its answer. */
    private record Trace(int[] prompt, int[] answer) {}

    /** @param cpu the engine thread's seconds */
    private record Timed(int[] tokens, double seconds, double cpu) {}

    private SpeculationBenchmark() {}

    public static void main(String[] arguments) throws IOException {
        Path directory = Files.createTempDirectory("quern-speculation");
        ApplianceConfig config = ConfigLoader.defaults(directory);
        List<List<Trace>> traces = new ArrayList<>();
        BackendConfig threads = new BackendConfig(BackendConfig.Choice.AUTO, Integer.getInteger("threads", 0));
        try (Backend backend = BackendChoice.choose(threads).backend()) {
            System.out.printf(Locale.ROOT, "speculation, %s, up to %d guessed tokens%n",
                    backend.description(), config.engine().draftTokensMax());
            try (LoadedModel model = LoadedModel.load(ModelFiles.open(EmbeddedModel.unpack(directory)),
                    backend.kernels(), config.engine().product())) {
                try (Pair pair = new Pair(model, config)) {
                    for (Task task : TASKS) {
                        traces.add(pair.own(task));
                    }
                }
            }
            try (LoadedModel model = LoadedModel.load(SyntheticModel.open(RandomShape.QWEN2_5_0_5B, ElementType.Q8_0),
                    backend.kernels(), config.engine().product())) {
                try (Pair pair = new Pair(model, config)) {
                    for (int i = 0; i < TASKS.size(); i++) {
                        pair.replayed(TASKS.get(i), traces.get(i));
                    }
                }
            }
        }
    }

    /** One model served twice: with and without guesses. */
    private static final class Pair implements AutoCloseable {

        private final LoadedModel model;
        private final TierStack[] pools = new TierStack[2];
        private final EngineLoop[] loops = new EngineLoop[2];
        private long id;

        Pair(LoadedModel model, ApplianceConfig config) {
            this.model = model;
            for (int guessing = 0; guessing < 2; guessing++) {
                pools[guessing] = TierStack.inMemory(config.kv(), model.kvLayout(config.kv()).blockBytes());
                EngineConfig engine = guessing == 1 ? config.engine() : withoutDrafts(config.engine());
                loops[guessing] = new EngineLoop(model, pools[guessing], model.kvLayout(config.kv()), engine);
            }
            /* As an engine does that nobody asks, once for a model and machine. */
            for (int rows : new int[] {1, 2, 4, 8, 16, 128, 1, 2, 4, 8, 16, 128, 16, 128}) {
                StepProfile.rehearse(model, model.kvLayout(config.kv()), rows);
            }
            StepProfile profile = StepProfile.measure(model, model.kvLayout(config.kv()),
                    config.engine().maxBatchedTokens(), config.engine().scheduling().profile());
            loops[0].adopt(profile);
            loops[1].adopt(profile);
        }

        /** The model's own greedy text, or a drawn one where it shall not repeat itself. */
        List<Trace> own(Task task) {
            int[] prompt = model.tokenizer().encode(task.prompt(), true);
            List<Trace> traces = new ArrayList<>();
            double[][] seconds = new double[2][ROUNDS];
            double[][] cpu = new double[2][ROUNDS];
            EngineStats before = loops[1].stats();
            int tokens = 0;
            for (int round = 0; round < ROUNDS; round++) {
                SamplingParameters sampling = (task.repeats() && round % 2 == 0
                        ? SamplingParameters.greedy(ANSWER_TOKENS)
                        : SamplingParameters.plain(round, ANSWER_TOKENS)).ignoringEos();
                int[] plain = null;
                for (int turn = 0; turn < 2; turn++) {
                    int guessing = round + turn & 1;
                    Timed timed = run(guessing, prompt, sampling, Optional.empty());
                    seconds[guessing][round] = timed.seconds;
                    cpu[guessing][round] = timed.cpu;
                    require(plain == null || java.util.Arrays.equals(plain, timed.tokens), task);
                    plain = timed.tokens;
                    tokens = plain.length;
                }
                traces.add(new Trace(prompt, plain));
            }
            report("nano", task, tokens, seconds, cpu, before);
            return traces;
        }

        /** Another model's text. */
        void replayed(Task task, List<Trace> traces) {
            double[][] seconds = new double[2][Math.min(REPLAYED, traces.size())];
            double[][] cpu = new double[2][seconds[0].length];
            EngineStats before = loops[1].stats();
            for (int round = 0; round < seconds[0].length; round++) {
                Trace trace = traces.get(round);
                for (int turn = 0; turn < 2; turn++) {
                    int guessing = round + turn & 1;
                    Timed timed = run(guessing, trace.prompt, SamplingParameters.greedy(trace.answer.length)
                            .ignoringEos(), Optional.of(new Script(trace.answer)));
                    seconds[guessing][round] = timed.seconds;
                    cpu[guessing][round] = timed.cpu;
                    require(java.util.Arrays.equals(trace.answer, timed.tokens), task);
                }
            }
            report("0.5B Q8_0", task, traces.getFirst().answer.length, seconds, cpu, before);
        }

        /** From the first token to the last. */
        private Timed run(int guessing, int[] prompt, SamplingParameters sampling, Optional<TokenMask> mask) {
            EngineLoop loop = loops[guessing];
            List<Integer> tokens = new ArrayList<>();
            long fromNs = 0;
            long fromCpuNs = 0;
            loop.submit(new SequenceRequest(
                    ++id, prompt, sampling, "salt " + new Random(id).nextLong(), Optional.empty(), false, 0, mask));
            while (loop.hasWork()) {
                for (EngineEvent event : loop.step()) {
                    if (event instanceof EngineEvent.TokenProduced produced) {
                        tokens.add(produced.token());
                        if (tokens.size() == 1) {
                            fromNs = System.nanoTime();
                            fromCpuNs = THREADS.getCurrentThreadCpuTime();
                        }
                    } else if (event instanceof EngineEvent.Failed failed) {
                        throw failed.cause();
                    }
                }
                loop.takeLoads().forEach(load -> loop.loaded(load, false));
            }
            return new Timed(tokens.stream().mapToInt(Integer::intValue).toArray(),
                    (System.nanoTime() - fromNs) / 1e9, (THREADS.getCurrentThreadCpuTime() - fromCpuNs) / 1e9);
        }

        private void report(String name, Task task, int tokens, double[][] seconds, double[][] cpu,
                EngineStats before) {
            EngineStats after = loops[1].stats();
            double plain = (tokens - 1) / EngineBenchmark.median(seconds[0]);
            double guessing = (tokens - 1) / EngineBenchmark.median(seconds[1]);
            System.out.printf(Locale.ROOT, "%-10s %-18s %8.1f tokens/s plain, %8.1f guessing: x %.2f "
                    + "(%.2f by the engine thread's CPU time), right %d of %d guessed, %.2f tokens a step%n", name,
                    task.name(), plain, guessing, guessing / plain,
                    EngineBenchmark.median(cpu[0]) / EngineBenchmark.median(cpu[1]),
                    after.acceptedTokens() - before.acceptedTokens(), after.draftTokens() - before.draftTokens(),
                    (after.completionTokens() - before.completionTokens()) / (double) (after.steps() - before.steps()));
        }

        @Override
        public void close() {
            for (TierStack pool : pools) {
                pool.close();
            }
        }
    }

    static EngineConfig withoutDrafts(EngineConfig config) {
        return new EngineConfig(config.model(), config.loadType(), config.contextTokens(), config.maxBatchedTokens(),
                config.sequencesMax(), config.queueMax(), config.choicesMax(), config.maxTokensDefault(), 0,
                config.product(), config.stepTarget(), config.pooling(), config.embeddingModel(),
                config.embeddingInputsMax(), config.scheduling());
    }

    private static void require(boolean same, Task task) {
        if (!same) {
            throw new IllegalStateException(task.name() + ": the answer differs when tokens are guessed");
        }
    }

    /** Lets nothing be drawn but the next token of a text. */
    private static final class Script implements TokenMask {

        private final int[] tokens;
        private int next;

        Script(int[] tokens) {
            this.tokens = tokens;
        }

        @Override
        public BitSet allowed() {
            BitSet only = new BitSet();
            only.set(tokens[next]);
            return only;
        }

        @Override
        public void accept(int token) {
            next++;
        }
    }
}
