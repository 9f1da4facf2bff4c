package quern.inference.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import quern.gpu.scalar.ScalarKernels;
import quern.config.QuernException;

class SamplerTest {

    private static final float[] LOGITS = {0, (float) Math.log(2), (float) Math.log(5), Float.NEGATIVE_INFINITY};

    private final Sampler sampler = new Sampler(LOGITS.length, new ScalarKernels());

    private int draw(SamplingParameters parameters, long seed, int position) {
        return sampler.draw(LOGITS, 0, parameters, seed,
                new Sampler.History(new int[position], position, position), Optional.empty());
    }

    @Test
    void shouldDrawByProbabilityWhenNothingIsCut() {
        int[] counts = new int[LOGITS.length];
        int draws = 80_000;
        int[] tokens = new int[draws];
        for (int position = 1; position <= draws; position++) {
            counts[sampler.draw(LOGITS, 0, SamplingParameters.plain(0, 1), 77,
                    new Sampler.History(tokens, position, position), Optional.empty())]++;
        }
        assertEquals(draws / 8.0, counts[0], 400);
        assertEquals(draws / 4.0, counts[1], 500);
        assertEquals(draws * 5 / 8.0, counts[2], 600);
        assertEquals(0, counts[3]);
    }

    @Test
    void shouldRepeatWhenSeedAndPositionAreEqualAndVaryWhenNot() {
        SamplingParameters plain = SamplingParameters.plain(0, 1);
        StringBuilder first = new StringBuilder();
        StringBuilder again = new StringBuilder();
        StringBuilder other = new StringBuilder();
        for (int position = 60; position >= 1; position--) {
            first.append(draw(plain, 5, position));
            other.append(draw(plain, 6, position));
        }
        for (int position = 60; position >= 1; position--) {
            again.append(draw(plain, 5, position));
        }
        assertEquals(first.toString(), again.toString());
        assertNotEquals(first.toString(), other.toString());
    }

    @Test
    void shouldGiveEachChoiceItsOwnSeedWhenOneIsShared() {
        assertEquals(9, Sampler.seedOf(9, 0));
        assertNotEquals(Sampler.seedOf(9, 1), Sampler.seedOf(9, 2));
    }

    @Test
    void shouldReportTheModelsOwnDistributionWhenLogprobsAreAsked() {
        TokenLogprobs logprobs = sampler.logprobs(LOGITS, 0, 0, 2);
        assertEquals(Math.log(1 / 8.0), logprobs.logprob(), 1e-6);
        assertEquals(List.of(2, 1), logprobs.top().stream().map(TokenLogprobs.Entry::token).toList());
        assertEquals(Math.log(5 / 8.0), logprobs.top().getFirst().logprob(), 1e-6);
        assertTrue(sampler.logprobs(LOGITS, 0, 0, 0).top().isEmpty());
    }

    @Test
    void shouldDrawOnlyWhatIsAllowedWhenMasked() {
        BitSet allowed = new BitSet();
        allowed.set(1);
        TokenMask mask = new FixedMask(allowed);
        for (int position = 1; position < 20; position++) {
            assertEquals(1, sampler.draw(LOGITS, 0, SamplingParameters.plain(3, 1), 3,
                    new Sampler.History(new int[20], 0, position), Optional.of(mask)));
        }
    }

    @Test
    void shouldDrawAllowedTokensAsOftenAsTheirSharesWhenMasked() {
        // Of the vocabulary, of which tokens 0, 1 and 2 weigh 1, 2 and 5, the first two are allowed, and many others.
        for (int vocabulary : new int[] {4, 3000}) {
            float[] logits = new float[vocabulary];
            Arrays.fill(logits, Float.NEGATIVE_INFINITY);
            System.arraycopy(LOGITS, 0, logits, 0, 3);
            for (int behind : new int[] {3, vocabulary}) {
                BitSet allowed = new BitSet();
                allowed.set(0, 2);
                allowed.set(3, behind);
                int[] drawn = new int[vocabulary];
                int draws = 6000;
                Sampler masked = new Sampler(vocabulary, new ScalarKernels());
                for (int position = 1; position <= draws; position++) {
                    drawn[masked.draw(logits, 0, SamplingParameters.plain(7, 1), 7,
                            new Sampler.History(new int[0], 0, position), Optional.of(new FixedMask(allowed)))]++;
                }
                assertEquals(draws, drawn[0] + drawn[1], "what is not allowed or impossible was drawn");
                assertEquals(draws / 3.0, drawn[0], 4 * Math.sqrt(draws * 2 / 9.0), "draws of token 0");
            }
        }
    }

    @Test
    void shouldNotAskForAllThatIsAllowedWhenTheFreeDrawIsAllowed() {
        TokenMask mask = new TokenMask() {

            @Override
            public BitSet allowed() {
                throw new AssertionError("all were asked for");
            }

            @Override
            public boolean allows(int token) {
                return true;
            }

            @Override
            public void accept(int token) {}
        };
        for (SamplingParameters parameters : List.of(SamplingParameters.greedy(1), SamplingParameters.plain(3, 1))) {
            for (int position = 1; position < 50; position++) {
                assertTrue(sampler.draw(LOGITS, 0, parameters, 3, new Sampler.History(new int[0], 0, position),
                        Optional.of(mask)) < 3);
            }
        }
    }

    @Test
    void shouldAskForAllThatIsAllowedOnlyWhenSeveralDrawsWereNot() {
        BitSet allowed = new BitSet();
        allowed.set(1);
        int[] asked = new int[1];
        TokenMask mask = new TokenMask() {

            @Override
            public BitSet allowed() {
                asked[0]++;
                return allowed;
            }

            @Override
            public boolean allows(int token) {
                return token == 1;
            }

            @Override
            public void accept(int token) {}
        };
        int draws = 4000;
        for (int position = 1; position <= draws; position++) {
            assertEquals(1, sampler.draw(LOGITS, 0, SamplingParameters.plain(3, 1), 3,
                    new Sampler.History(new int[0], 0, position), Optional.of(mask)));
        }
        // Token 1 weighs a quarter: four draws in a row are others with the fourth power of three quarters.
        double share = Math.pow(0.75, 4);
        assertEquals(draws * share, asked[0], 4 * Math.sqrt(draws * share * (1 - share)));
    }

    @Test
    void shouldFailTypedWhenTheMaskLeavesNothingOrALogitIsNotANumber() {
        Sampler.History history = new Sampler.History(new int[1], 0, 1);
        SamplingParameters greedy = SamplingParameters.greedy(1);
        assertThrows(QuernException.class, () -> sampler.draw(
                LOGITS, 0, greedy, 0, history, Optional.of(new FixedMask(new BitSet()))));
        assertThrows(QuernException.class, () -> sampler.draw(
                new float[] {1, Float.NaN, 1, 1}, 0, greedy, 0, history, Optional.empty()));
        BitSet impossible = new BitSet();
        impossible.set(3);
        assertThrows(QuernException.class, () -> sampler.draw(
                LOGITS, 0, greedy, 0, history, Optional.of(new FixedMask(impossible))));
    }

    @Test
    void shouldFollowTheBiasWhenOneIsGiven() {
        SamplingParameters biased = new SamplingParameters(0, Truncation.NONE, 0, 0, 1, OptionalLong.empty(),
                Map.of(0, 50.0), false, 0, List.of(), 1, false);
        assertEquals(0, draw(biased, 0, 1));
    }

    @Test
    void shouldPenalizePresenceOnlyOfTheAnswerWhenThePromptHoldsTheToken() {
        SamplingParameters penalized = new SamplingParameters(0, Truncation.NONE, 100, 0, 1, OptionalLong.empty(),
                Map.of(), false, 0, List.of(), 1, false);
        int[] tokens = {2, 2};
        assertEquals(2, sampler.draw(
                LOGITS, 0, penalized, 0, new Sampler.History(tokens, 2, 2), Optional.empty()));
        assertEquals(1, sampler.draw(
                LOGITS, 0, penalized, 0, new Sampler.History(tokens, 1, 2), Optional.empty()));
    }

    @Test
    void shouldNameParameterAndRangeWhenOneIsOutOfRange() {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class,
                () -> new SamplingParameters(Double.NaN, Truncation.NONE, 0, 0, 1, OptionalLong.empty(), Map.of(),
                        false, 0, List.of(), 1, false));
        assertEquals("temperature is NaN, expected 0 to 100", refused.getMessage());
        assertThrows(IllegalArgumentException.class, () -> SamplingParameters.greedy(0));
        assertThrows(IllegalArgumentException.class, () -> SamplingParameters.greedy(1).withStop(List.of("")));
    }

    @Test
    void shouldDrawOnlyWhatTruncationLeavesWhenEachStepIsAsked() {
        // Probabilities are 1/8, 2/8, 5/8 and 0; the entropy is 0.90 nats, the surprises 2.08, 1.39 and 0.47.
        assertDrawn(List.of(2), new Truncation(0, 1, 1, 0, 1, 0, 0));
        assertDrawn(List.of(1, 2), new Truncation(0, 0, 0.8, 0, 1, 0, 0));
        assertDrawn(List.of(1, 2), new Truncation(0, 0, 1, 0.3, 1, 0, 0));
        assertDrawn(List.of(2), new Truncation(0, 0, 1, 0, 0.5, 0, 0));
        assertDrawn(List.of(1, 2), new Truncation(0, 0, 1, 0, 0.7, 0, 0));
        assertDrawn(List.of(2), new Truncation(1, 0, 1, 0, 1, 0, 0));
        assertDrawn(List.of(0, 1), new Truncation(0, 0, 1, 0, 1, 1, 0.2));
        assertDrawn(List.of(0, 1, 2), new Truncation(0, 0, 1, 0, 1, 0.5, 0.2));
    }

    private void assertDrawn(List<Integer> expected, Truncation truncation) {
        var parameters = new SamplingParameters(1, truncation, 0, 0, 1, OptionalLong.empty(), Map.of(), false, 0,
                List.of(), 1, false);
        var drawn = new java.util.TreeSet<Integer>();
        for (int position = 1; position < 300; position++) {
            drawn.add(draw(parameters, 8, position));
        }
        assertEquals(expected, List.copyOf(drawn), truncation.toString());
    }

    private record FixedMask(BitSet allowed) implements TokenMask {

        @Override
        public void accept(int token) {
            throw new UnsupportedOperationException("the sampler only asks");
        }
    }
}
