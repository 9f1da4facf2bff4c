package quern.inference.perplexity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import quern.config.EngineConfig.Product;
import quern.config.QuernException;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.tensor.ElementType;
import quern.inference.ForwardRun;
import quern.inference.LoadedModel;
import quern.inference.SharedFiles;
import quern.inference.format.ModelFiles;

class PerplexityRunTest {

    private static final String TEXT = "Once upon a time, there was a little girl named Lily. She loved to play "
            + "outside in the park. One day, she saw a big, red ball. She wanted to play with it, but it was too "
            + "high. Lily's mom said, \"Lily, let's go to the park.\" Lily was sad and didn't know what to do. "
            + "\u00e9\u2603 \ud83d\ude00";
    private static final int CONTEXT = 40;

    private static LoadedModel load(String name) {
        return LoadedModel.load(ModelFiles.open(SharedFiles.at("models/stories260K/" + name)), new ScalarKernels(),
                Product.F32);
    }

    private static PerplexityReport run(LoadedModel model, Optional<LoadedModel> against) {
        var run = new PerplexityRun(model, against, TEXT, CONTEXT, ElementType.F32);
        while (!run.done()) {
            run.step();
        }
        return run.report();
    }

    @Test
    void shouldGiveTheExponentOfTheMeanLossOfSecondHalves() {
        try (LoadedModel model = load("stories260K.gguf")) {
            int[] tokens = model.tokenizer().encode(TEXT, true);
            int windows = tokens.length / CONTEXT;
            assertTrue(windows >= 2 && tokens.length % CONTEXT != 0, tokens.length + " tokens");
            double sum = 0;
            double squares = 0;
            int count = 0;
            for (int window = 0; window < windows; window++) {
                int[] inputs = Arrays.copyOfRange(tokens, window * CONTEXT, (window + 1) * CONTEXT);
                inputs[0] = 1;
                float[][] logits = ForwardRun.logits(model, inputs);
                for (int t = CONTEXT / 2; t < CONTEXT - 1; t++) {
                    double total = 0;
                    for (float logit : logits[t]) {
                        total += Math.exp(logit);
                    }
                    double loss = Math.log(total) - logits[t][inputs[t + 1]];
                    sum += loss;
                    squares += loss * loss;
                    count++;
                }
            }
            PerplexityReport report = run(model, Optional.empty());
            double expected = Math.exp(sum / count);
            assertEquals(expected, report.perplexity(), 1e-6 * expected);
            double variance = squares / count - sum / count * sum / count;
            assertEquals(expected * Math.sqrt(variance / (count - 1)), report.error(), 1e-6 * expected);
            assertEquals(windows * (CONTEXT - CONTEXT / 2 - 1), report.predictions());
            assertTrue(report.comparison().isEmpty());
        }
    }

    @Test
    void shouldFindNoDivergenceFromItselfAndSomeFromItsQuantisedForm() {
        try (LoadedModel model = load("stories260K.gguf"); LoadedModel same = load("hf");
                LoadedModel small = load("quant/stories260K-ffn192-q4_0.gguf")) {
            var self = run(model, Optional.of(same)).comparison().orElseThrow();
            assertEquals(0, self.divergence(), 1e-9);
            assertEquals(1, self.agreement());
            var other = run(small, Optional.of(model));
            var apart = other.comparison().orElseThrow();
            assertTrue(apart.divergence() > 0.01 && apart.divergence() < 1, "divergence " + apart.divergence());
            assertTrue(apart.agreement() < 1 && apart.agreement() > 0.3, "agreement " + apart.agreement());
            assertEquals(run(model, Optional.empty()).perplexity(), apart.perplexity(), 1e-9);
            assertTrue(other.perplexity() != apart.perplexity());
        }
    }

    @Test
    void shouldRefuseATextShorterThanAWindowAndAWindowLongerThanTheContext() {
        try (LoadedModel model = load("stories260K.gguf")) {
            var few = assertThrows(QuernException.class,
                    () -> new PerplexityRun(model, Optional.empty(), "Hello", CONTEXT, ElementType.F32));
            assertTrue(few.getMessage().contains("one window of 40"), few.getMessage());
            assertThrows(QuernException.class,
                    () -> new PerplexityRun(model, Optional.empty(), TEXT, 4096, ElementType.F32));
        }
    }
}
