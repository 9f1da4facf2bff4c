package quern.inference.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import quern.config.EngineConfig.Product;
import quern.config.KvConfig;
import quern.gpu.kernel.Kernels;
import quern.inference.cache.BlockLoad;
import quern.inference.engine.EngineRun.Answer;
import quern.inference.format.ModelFile;
import quern.inference.grammar.Grammar;
import quern.inference.grammar.GrammarLimits;
import quern.inference.grammar.TokenGrammar;
import quern.inference.grammar.TokenTrie;
import quern.inference.sampling.SamplingParameters;
import quern.inference.sampling.TokenLogprobs;
import quern.inference.sampling.TokenMask;

/**
 * A few requests to one model whose answers, with the logarithm of every token's probability at each step, must be the
 * same bits however they are run.
 */
final class Invariance {

    private static final int BLOCK = 8;
    private static final int POOL_BLOCKS = 400;
    private static final int[] CHUNKS = {1, 2, 3, 5, 8, 16, 31, 32, 33, 47, 64, 100, 128, 255, 256, 511, 512};

    /**
     * One way of running the requests.
     *
     * @param chunkTokens of one step
     * @param others random requests beside each of those that are checked
     * @param warm whether the cache holds the beginnings, {@code lower} whether it must load them
     */
    record Way(
            String backend, int chunkTokens, int draftTokensMax, int others, boolean warm, boolean lower, long seed) {

        static Way random(List<String> backends, long seed) {
            Random random = new Random(seed);
            boolean warm = random.nextBoolean();
            return new Way(backends.get(random.nextInt(backends.size())), CHUNKS[random.nextInt(CHUNKS.length)],
                    random.nextBoolean() ? random.nextInt(9) : 0, random.nextInt(16), warm,
                    warm && random.nextBoolean(), seed);
        }
    }

    private final ModelFile file;
    private final Product product;
    private final KvConfig.ElementType kvType;
    private final int vocabulary;
    private final TokenGrammar grammar;
    private final Map<Long, SequenceRequest> requests = new LinkedHashMap<>();
    private final Map<Long, Answer> expected = new LinkedHashMap<>();

    /**
     * @param longest tokens of the longest prompt
     * @param definition computes what is expected: each request alone, nothing cached, nothing guessed, in one chunk
     */
    Invariance(ModelFile file, Product product, KvConfig.ElementType kvType, int longest, Kernels definition) {
        this.file = file;
        this.product = product;
        this.kvType = kvType;
        this.vocabulary = file.shape().vocabulary();
        this.grammar = new TokenGrammar(
                Grammar.ofPattern("([0-9A-F]{1,3}:)+;", "pattern", new GrammarLimits(1 << 12, 1 << 12)),
                TokenTrie.of(file.tokenizer(), List.of()), 1 << 20);
        Random random = new Random(31);
        int[] shared = prompt(random, 27);
        List<int[]> prompts = List.of(prompt(random, 1), behind(shared, prompt(random, 6)), repeating(random, 40),
                behind(shared, prompt(random, longest - shared.length)), prompt(random, BLOCK));
        for (int i = 0; i < prompts.size(); i++) {
            SamplingParameters sampling = i % 2 == 0
                    ? SamplingParameters.greedy(8 + 6 * (i % 3)) : SamplingParameters.plain(i, 9);
            requests.put((long) i, new SequenceRequest(i, prompts.get(i),
                    sampling.withLogprobs(vocabulary).ignoringEos(), "", Optional.empty(), true, i, Optional.empty()));
        }
        requests.forEach((id, request) -> expected.put(id, alone(request, definition)));
    }

    /** The answer to one of the requests, as it is expected to be. */
    Answer expected(long id) {
        return expected.get(id);
    }

    int size() {
        return requests.size();
    }

    private Answer alone(SequenceRequest request, Kernels kernels) {
        EngineRun run = run(kernels, new Way("", 512, 0, 0, false, false, 0));
        run.submit(masked(request, request.id()));
        run.finish();
        close(run);
        return run.answer(request.id());
    }

    private EngineRun run(Kernels kernels, Way way) {
        return new EngineRun(file, kernels, product, POOL_BLOCKS, BLOCK,
                EngineRun.config(way.chunkTokens, Math.min(way.chunkTokens, 16), way.draftTokensMax,
                        EngineRun.SCHEDULING), kvType);
    }

    private static void close(EngineRun run) {
        run.pool.close();
    }

    /** The last request is bound to a grammar; a mask is good for one run. */
    private SequenceRequest masked(SequenceRequest request, long id) {
        Optional<TokenMask> mask = request.id() == requests.size() - 1
                ? Optional.of(grammar.mask()) : Optional.empty();
        return new SequenceRequest(id, request.prompt(), mask.isEmpty() ? request.sampling()
                : SamplingParameters.plain(7, 12).withLogprobs(vocabulary),
                request.cache().tenant(), request.adapter(), request.retain(), request.choice(), mask);
    }

    /** Runs all requests this way and compares. */
    void check(Kernels kernels, Way way, String what) {
        Random random = new Random(way.seed);
        EngineRun run = run(kernels, way);
        long other = 1000;
        if (way.warm) {
            for (SequenceRequest request : requests.values()) {
                int[] known = Arrays.copyOf(request.prompt(), 1 + random.nextInt(request.prompt().length));
                run.submit(other++, known, SamplingParameters.greedy(1));
            }
            run.finish();
            if (way.lower) {
                run.pool.evictAll();
            }
        }
        List<SequenceRequest> coming = new ArrayList<>();
        requests.forEach((id, request) -> coming.add(masked(request, id)));
        for (int i = 0; i < way.others; i++) {
            coming.add(random.nextInt(coming.size() + 1), other(random, other++));
        }
        while (!coming.isEmpty() || run.loop.hasWork()) {
            for (int i = random.nextInt(4); i > 0 && !coming.isEmpty(); i--) {
                run.submit(coming.removeFirst());
            }
            run.step();
            for (BlockLoad load : run.loop.takeLoads()) {
                run.loop.loaded(load, run.pool.load(load.key(), load.tokens(), load.target()));
            }
        }
        run.finish();
        expected.forEach((id, answer) -> assertSame(answer, run.answer(id), what + ", " + way + ", request " + id));
        close(run);
    }

    static void assertSame(Answer expected, Answer found, String what) {
        assertEquals(expected.tokens, found.tokens, what);
        for (int i = 0; i < expected.logprobs.size(); i++) {
            TokenLogprobs wanted = expected.logprobs.get(i);
            TokenLogprobs got = found.logprobs.get(i);
            assertTrue(wanted.equals(got), () -> what + ": of token " + expected.logprobs.indexOf(wanted)
                    + " not all logits are the same bits: " + wanted.logprob() + " against " + got.logprob());
        }
        assertEquals(expected.finished().reason(), found.finished().reason(), what);
    }

    /** Any request, sometimes beginning like one that is checked, sometimes of an adapter. */
    private SequenceRequest other(Random random, long id) {
        int[] prompt = prompt(random, 1 + random.nextInt(40));
        if (random.nextInt(3) == 0) {
            int[] like = requests.get((long) random.nextInt(requests.size())).prompt();
            prompt = behind(Arrays.copyOf(like, 1 + random.nextInt(like.length)), prompt);
        }
        List<Optional<String>> adapters = List.of(Optional.empty(), Optional.of("one"), Optional.of("two"));
        return new SequenceRequest(id, prompt, SamplingParameters.plain(random.nextLong(), 1 + random.nextInt(12)),
                "", adapters.get(random.nextInt(3)), random.nextBoolean(), 0, Optional.empty());
    }

    private int[] prompt(Random random, int count) {
        return random.ints(count, 0, vocabulary - 1).toArray();
    }

    /** A phrase again and again, which is easily guessed. */
    private int[] repeating(Random random, int count) {
        int[] phrase = prompt(random, 5);
        int[] tokens = new int[count];
        Arrays.setAll(tokens, place -> phrase[place % phrase.length]);
        return tokens;
    }

    private static int[] behind(int[] first, int[] second) {
        int[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
