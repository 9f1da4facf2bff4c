package quern.inference.perplexity;

import java.util.Arrays;
import java.util.Optional;
import quern.config.QuernException;
import quern.gpu.tensor.ElementType;
import quern.inference.LoadedModel;
import quern.inference.engine.DirectRun;
import quern.inference.perplexity.PerplexityReport.Comparison;

/**
 * Perplexity as llama.cpp defines it: the text's tokens are cut into windows of the context's length, a rest is left
 * out; each window is run alone, its first token replaced by the beginning token where the model uses one; only the
 * predictions of the second half count, {@code context - context / 2 - 1} of them, so that each has at least half a
 * window before it. One {@link #step} is one window.
 *
 * <p>Beside another model the Kullback-Leibler divergence of this one from it is taken at the same positions.
 */
public final class PerplexityRun {

    /** Positions whose logits of the other model are kept at once. */
    private static final int KEPT_MAX = 32;

    private final LoadedModel model;
    private final Optional<LoadedModel> against;
    private final int contextTokens;
    private final ElementType cache;
    private final int[] tokens;
    private final boolean begins;
    private final Moments loss = new Moments();
    private final Moments otherLoss = new Moments();
    private final Moments divergence = new Moments();
    private long agreed;
    private int window;
    private long spentNs;

    /**
     * @param contextTokens tokens of a window, from 4
     * @param cache how keys and values are kept
     * @throws QuernException if the text has no whole window, the models' contexts are shorter, or their vocabularies
     *     differ
     */
    public PerplexityRun(
            LoadedModel model, Optional<LoadedModel> against, String text, int contextTokens, ElementType cache) {
        this.model = model;
        this.against = against;
        this.contextTokens = contextTokens;
        this.cache = cache;
        this.tokens = model.tokenizer().encode(text, true);
        this.begins = tokens.length > 0 && model.tokenizer().beginToken().isPresent()
                && tokens[0] == model.tokenizer().beginToken().getAsInt();
        check(model);
        against.ifPresent(this::check);
        if (tokens.length < contextTokens) {
            throw refused("the text has " + tokens.length + " tokens, expected at least one window of "
                    + contextTokens);
        }
    }

    private void check(LoadedModel one) {
        if (contextTokens < 4 || contextTokens > one.shape().contextTokens()) {
            throw refused("a window of " + contextTokens + " tokens, expected 4 to the "
                    + one.shape().contextTokens() + " of " + one.name());
        }
        if (one.shape().vocabulary() != model.shape().vocabulary()) {
            throw refused(one.name() + " has " + one.shape().vocabulary() + " tokens and " + model.name() + " "
                    + model.shape().vocabulary() + ", expected the same vocabulary");
        }
    }

    private static QuernException refused(String problem) {
        return new QuernException(QuernException.Category.ERROR, "perplexity: " + problem);
    }

    public int windows() {
        return tokens.length / contextTokens;
    }

    public boolean done() {
        return window == windows();
    }

    /** Runs the next window. */
    public void step() {
        int[] inputs = Arrays.copyOfRange(tokens, window * contextTokens, (window + 1) * contextTokens);
        if (begins) {
            inputs[0] = model.tokenizer().beginToken().orElseThrow();
        }
        int first = contextTokens / 2;
        try (DirectRun run = new DirectRun(model, Optional.empty(), cache);
                DirectRun other = new DirectRun(against.orElse(model), Optional.empty(), cache)) {
            spend(() -> run.append(Arrays.copyOf(inputs, first)));
            against.ifPresent(model -> other.append(Arrays.copyOf(inputs, first)));
            for (int from = first; from < contextTokens - 1; from += KEPT_MAX) {
                int to = Math.min(contextTokens - 1, from + KEPT_MAX);
                int[] part = Arrays.copyOfRange(inputs, from, to);
                float[][] kept = against.isPresent() ? keep(other, part) : null;
                int start = from;
                spend(() -> run.append(part, (position, logits, at) -> score(logits, at, inputs[position + 1],
                        kept == null ? null : kept[position - start])));
            }
        }
        window++;
    }

    private void spend(Runnable work) {
        long startedNs = System.nanoTime();
        work.run();
        spentNs += System.nanoTime() - startedNs;
    }

    private float[][] keep(DirectRun other, int[] part) {
        int vocabulary = model.shape().vocabulary();
        float[][] kept = new float[part.length][];
        int start = other.count();
        other.append(part, (position, logits, at) ->
                kept[position - start] = Arrays.copyOfRange(logits, at, at + vocabulary));
        return kept;
    }

    private void score(float[] logits, int at, int next, float[] other) {
        int vocabulary = model.shape().vocabulary();
        double sum = logSum(logits, at, vocabulary);
        loss.add(sum - logits[at + next]);
        if (other == null) {
            return;
        }
        double otherSum = logSum(other, 0, vocabulary);
        otherLoss.add(otherSum - other[next]);
        double kl = 0;
        int best = 0;
        int otherBest = 0;
        for (int i = 0; i < vocabulary; i++) {
            double logOther = other[i] - otherSum;
            kl += Math.exp(logOther) * (logOther - (logits[at + i] - sum));
            best = logits[at + i] > logits[at + best] ? i : best;
            otherBest = other[i] > other[otherBest] ? i : otherBest;
        }
        divergence.add(kl);
        agreed += best == otherBest ? 1 : 0;
    }

    private static double logSum(float[] logits, int at, int count) {
        float largest = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            largest = Math.max(largest, logits[at + i]);
        }
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += Math.exp(logits[at + i] - largest);
        }
        return largest + Math.log(sum);
    }

    /** Of the windows done. */
    public PerplexityReport report() {
        double perplexity = Math.exp(loss.mean());
        Optional<Comparison> comparison = against.map(other -> new Comparison(Math.exp(otherLoss.mean()),
                divergence.mean(), divergence.error(), (double) agreed / Math.max(1, divergence.count())));
        return new PerplexityReport(window, windows(), contextTokens, loss.count(), perplexity,
                perplexity * loss.error(), spentNs / 1e9, comparison);
    }
}
