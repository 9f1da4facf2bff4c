package quern.inference.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import quern.gpu.scalar.ScalarKernels;
import quern.inference.SharedFiles;

class CandidatesTest {

    @TestFactory
    List<DynamicTest> shouldKeepTheReferencesTokensWhenStepsAreApplied() throws IOException {
        JsonNode cases = new ObjectMapper().readTree(
                Files.readAllBytes(SharedFiles.at("reference/sampling/cases.json")));
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(SharedFiles.at("reference/sampling/logits.f32")))
                .order(ByteOrder.LITTLE_ENDIAN);
        float[] logits = new float[cases.get("n").asInt()];
        bytes.asFloatBuffer().get(logits);
        int[] history = ints(cases.get("history"));
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode result : cases.get("results")) {
            tests.add(DynamicTest.dynamicTest(
                    result.get("name").asText() + " by " + result.get("engine").asText(),
                    () -> check(logits, history, result)));
        }
        assertTrue(tests.size() >= 28, tests.size() + " cases, expected at least 28");
        return tests;
    }

    private static void check(float[] logits, int[] history, JsonNode result) {
        Candidates candidates = new Candidates(logits.length, new ScalarKernels());
        candidates.load(logits, 0);
        for (JsonNode step : result.get("steps")) {
            apply(candidates, step.get(0).asText(), step.get(1), history);
        }
        int[] ids = candidates.ids();
        double[] probabilities = candidates.probabilities();
        assertEquals(result.get("kept").asInt(), ids.length);
        assertEquals(1.0, Arrays.stream(probabilities).sum(), 1e-9);
        for (int i = 0; i < result.get("listed").asInt(); i++) {
            assertEquals(result.get("ids").get(i).asInt(), ids[i], "place " + i);
            assertEquals(result.get("probs").get(i).asDouble(), probabilities[i], 1e-5, "place " + i);
        }
        if (result.has("last_id")) {
            assertEquals(result.get("last_id").asInt(), ids[ids.length - 1]);
            assertEquals(result.get("last_prob").asDouble(), probabilities[ids.length - 1], 1e-5);
        }
    }

    private static void apply(Candidates candidates, String step, JsonNode value, int[] history) {
        switch (step) {
            case "temperature" -> candidates.temperature(value.asDouble());
            case "top_k" -> candidates.topK(value.asInt());
            case "top_p" -> candidates.topP(value.asDouble());
            case "min_p" -> candidates.minP(value.asDouble());
            case "typical" -> candidates.typical(value.asDouble());
            case "top_n_sigma" -> candidates.topNSigma(value.asDouble());
            case "xtc" -> {
                assertEquals(1.0, value.get("probability").asDouble());
                candidates.excludeTop(value.get("threshold").asDouble());
            }
            case "repetition_penalty" ->
                candidates.penalizeRepetition(history, 0, history.length, value.asDouble());
            case "penalties" -> {
                int from = Math.max(0, history.length - value.get("last_n").asInt());
                candidates.penalizeRepetition(history, from, history.length, value.get("repeat").asDouble());
                candidates.penalizeOccurrence(history, from, history.length, value.get("presence").asDouble(),
                        value.get("frequency").asDouble());
            }
            default -> throw new IllegalArgumentException(step);
        }
    }

    private static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asInt();
        }
        return values;
    }

    @Test
    void shouldOrderLikeASortWhenLogitsTieAndSizesAreAwkward() {
        Random random = new Random(5);
        for (int size : new int[] {1, 2, 3, 31, 257, 1023, 5000}) {
            float[] logits = new float[size];
            for (int i = 0; i < size; i++) {
                logits[i] = random.nextInt(7) - 3 + (random.nextInt(4) == 0 ? random.nextFloat() : 0);
            }
            Integer[] expected = new Integer[size];
            Arrays.setAll(expected, i -> i);
            Arrays.sort(expected, Comparator.<Integer>comparingDouble(i -> -logits[i]).thenComparing(i -> i));
            for (int k : new int[] {1, 2, size / 2, size - 1, size}) {
                if (k < 1) {
                    continue;
                }
                Candidates candidates = new Candidates(size, new ScalarKernels());
                candidates.load(logits, 0);
                candidates.topK(k);
                int[] head = Arrays.stream(expected).limit(k).mapToInt(Integer::intValue).toArray();
                assertArrayEquals(head, candidates.ids(), "top " + k + " of " + size);
            }
        }
    }

    @Test
    void shouldKeepTheSamePrefixAsASortWhenTopPReachesBeyondTheFirstRun() {
        float[] logits = new float[3000];
        Random random = new Random(8);
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) (0.1 * random.nextGaussian());
        }
        Candidates candidates = new Candidates(logits.length, new ScalarKernels());
        candidates.load(logits, 0);
        candidates.topP(0.9);
        Candidates all = new Candidates(logits.length, new ScalarKernels());
        all.load(logits, 0);
        double sum = 0;
        int kept = 0;
        for (double probability : all.probabilities()) {
            kept++;
            sum += probability;
            if (sum >= 0.9) {
                break;
            }
        }
        assertArrayEquals(Arrays.copyOf(all.ids(), kept), candidates.ids());
    }

    @Test
    void shouldEqualAPlainWalkWhenTheVocabularyHasManyRuns() {
        Random random = new Random(9);
        for (float spread : new float[] {0.2f, 3f, 20f}) {
            float[] logits = new float[60_001];
            for (int i = 0; i < logits.length; i++) {
                logits[i] = i % 97 == 0 ? Float.NEGATIVE_INFINITY : spread * (float) random.nextGaussian();
            }
            logits[59_999] = logits[60_000];
            Integer[] order = new Integer[logits.length];
            Arrays.setAll(order, i -> i);
            Arrays.sort(order, Comparator.<Integer>comparingDouble(i -> -logits[i]).thenComparing(i -> i));
            Candidates candidates = new Candidates(logits.length, new ScalarKernels());
            candidates.load(logits, 0);
            assertEquals(order[0], candidates.greedy());
            double total = 0;
            for (float logit : logits) {
                total += Math.exp(logit - logits[order[0]]);
            }
            assertEquals(logits[order[0]] + Math.log(total), candidates.logMass(), 1e-6);
            for (int draw = 0; draw < 50; draw++) {
                double share = random.nextDouble();
                assertEquals(drawn(logits, logits[order[0]], share * total), candidates.draw(share));
            }
            candidates.minP(0.05);
            long likely = Arrays.stream(order).filter(i -> Math.exp(logits[i] - logits[order[0]]) >= 0.05).count();
            assertArrayEquals(Arrays.stream(order).limit(likely).mapToInt(i -> i).toArray(), candidates.ids());
            for (double share : new double[] {0.01, 0.3, 0.9}) {
                candidates.load(logits, 0);
                candidates.topP(share);
                double sum = 0;
                int kept = 0;
                while (sum < share * total) {
                    sum += Math.exp(logits[order[kept++]] - logits[order[0]]);
                }
                assertArrayEquals(Arrays.stream(order).limit(kept).mapToInt(i -> i).toArray(), candidates.ids());
            }
        }
    }

    private static int drawn(float[] logits, float largest, double wanted) {
        double sum = 0;
        for (int id = 0; id < logits.length; id++) {
            sum += Math.exp(logits[id] - largest);
            if (sum > wanted) {
                return id;
            }
        }
        return -1;
    }

    @Test
    void shouldChooseTheLowerIdWhenLogitsAreEqual() {
        Candidates candidates = new Candidates(4, new ScalarKernels());
        candidates.load(new float[] {1, 3, 3, 2}, 0);
        assertEquals(1, candidates.greedy());
        candidates.topK(1);
        assertArrayEquals(new int[] {1}, candidates.ids());
    }

    @Test
    void shouldLeaveOnlyAllowedTokensWhenMasked() {
        Candidates candidates = new Candidates(4, new ScalarKernels());
        candidates.load(new float[] {1, 3, 3, 2}, 0);
        BitSet allowed = new BitSet();
        allowed.set(0);
        allowed.set(3);
        candidates.keep(allowed);
        assertEquals(3, candidates.greedy());
        assertArrayEquals(new int[] {3, 0}, candidates.ids());
    }

    @Test
    void shouldNarrowManyAllowedTokensAsIfOthersWereImpossibleWhenMasked() {
        int vocabulary = 1000;
        Random random = new Random(5);
        float[] logits = new float[vocabulary];
        BitSet allowed = new BitSet();
        float[] others = new float[vocabulary];
        for (int id = 0; id < vocabulary; id++) {
            logits[id] = (float) (3 * random.nextGaussian());
            allowed.set(id, random.nextInt(3) > 0);
            others[id] = allowed.get(id) ? logits[id] : Float.NEGATIVE_INFINITY;
        }
        logits[allowed.nextClearBit(0)] = Float.NaN;
        List<Consumer<Candidates>> narrowings = List.of(c -> c.topK(10), c -> c.topK(900), c -> c.topP(0.9),
                c -> c.minP(0.1), c -> c.typical(0.8), c -> c.topNSigma(1), c -> c.excludeTop(0.01),
                c -> c.excludeTop(0));
        for (int i = 0; i < narrowings.size(); i++) {
            Candidates masked = new Candidates(vocabulary, new ScalarKernels());
            masked.load(logits, 0);
            masked.keep(allowed);
            narrowings.get(i).accept(masked);
            Candidates free = new Candidates(vocabulary, new ScalarKernels());
            free.load(others, 0);
            narrowings.get(i).accept(free);
            for (double share = 0; share < 1; share += 0.01) {
                int drawn = masked.draw(share);
                assertTrue(allowed.get(drawn), "narrowing " + i + " drew " + drawn);
                assertEquals(free.draw(share), drawn, "narrowing " + i + " at " + share);
            }
        }
    }

    @Test
    void shouldFindNothingWhenALogitIsNotANumber() {
        Candidates candidates = new Candidates(3, new ScalarKernels());
        candidates.load(new float[] {1, Float.NaN, 2}, 0);
        assertEquals(-1, candidates.greedy());
    }

    @Test
    void shouldRememberNothingWhenUsedAgainAfterPenalties() {
        Candidates candidates = new Candidates(3, new ScalarKernels());
        int[] history = {0, 0, 2};
        for (int i = 0; i < 2; i++) {
            candidates.load(new float[] {1, 1, 1}, 0);
            candidates.penalizeRepetition(history, 0, 3, 2);
            candidates.penalizeOccurrence(history, 0, 3, 0.25, 0.5);
            candidates.temperature(1);
            double[] probabilities = candidates.probabilities();
            double[] weights = {Math.exp(1), Math.exp(0.5 - 0.75), Math.exp(0.5 - 1.25)};
            assertEquals(weights[0] / (weights[0] + weights[1] + weights[2]), probabilities[0], 1e-6);
            assertArrayEquals(new int[] {1, 2, 0}, candidates.ids());
        }
    }
}
