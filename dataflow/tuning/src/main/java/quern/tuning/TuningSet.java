package quern.tuning;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import quern.config.QuernException;
import quern.tuning.EvaluationGate.HeldOut;
import quern.tuning.gate.Check;
import quern.tuning.network.PackedBatch.Segment;

/**
 * Samples encoded for one run and split: what is learnt, and what is kept for the gate. On which side a sample is, is a
 * function of what it says, the share and the seed; where it stands, and which others there are, changes nothing.
 */
public final class TuningSet {

    private static final long SPLIT = -1;
    private static final int QUESTIONS_MAX = 64;

    /**
     * What encoding did.
     *
     * @param samples given
     * @param examples made of them, each an entry of a batch
     * @param cuts samples that lost their end, in the order given
     * @param skipped samples left out, by reason: where they were in what was given
     * @param labels tokens to be learnt, held-out ones included
     */
    public record Report(
            int samples, int examples, List<Cut> cuts, Map<String, List<Integer>> skipped, long labels) {}

    /**
     * @param sample its index in what was given
     * @param tokens lost
     */
    public record Cut(int sample, int tokens) {}

    /** There are samples, and none of them teaches anything. */
    public static final class NothingToLearn extends QuernException {

        private static final long serialVersionUID = 1L;

        private final transient Map<String, List<Integer>> skipped;

        NothingToLearn(int samples, Map<String, List<Integer>> skipped) {
            super(Category.ERROR, "no sample of " + samples + " is left to learn from; skipped: " + skipped.keySet());
            this.skipped = skipped;
        }

        /** Indices of the samples by reason. */
        public Map<String, List<Integer>> skipped() {
            return skipped;
        }
    }

    private final List<Segment> training = new ArrayList<>();
    private final List<Segment> heldOut = new ArrayList<>();
    private final List<Question> questions = new ArrayList<>();
    private final List<Segment> general = new ArrayList<>();
    private final List<EvaluationGate.EncodedCheck> checks = new ArrayList<>();
    private final List<Segment> validation = new ArrayList<>();
    private LeakProbe probe = LeakProbe.NONE;
    private final List<Cut> cuts = new ArrayList<>();
    private final Map<String, List<Integer>> skipped = new LinkedHashMap<>();
    private final long seed;
    private final long tokensMax;
    private final int samples;
    private long labels;
    private long tokens;

    private TuningSet(int samples, long seed, long tokensMax) {
        this.samples = samples;
        this.seed = seed;
        this.tokensMax = tokensMax;
    }

    /**
     * @param heldOutShare how likely each sample is held out, by its own hash; at least one where it is above 0 and
     *     there are two
     * @throws QuernException if nothing is left to learn
     */
    public static TuningSet of(
            List<TrainingSample> samples, ExampleEncoder encoder, double heldOutShare, long seed) {
        return of(samples, encoder, heldOutShare, seed, Long.MAX_VALUE);
    }

    /**
     * With a limit.
     *
     * @param tokensMax most tokens of all samples together
     * @throws QuernException if nothing is left to learn, or there is too much
     */
    public static TuningSet of(
            List<TrainingSample> samples, ExampleEncoder encoder, double heldOutShare, long seed, long tokensMax) {
        List<byte[]> contents = samples.stream().map(ContentHash::of).toList();
        List<Integer> order = ContentHash.order(contents, content -> content, seed, SPLIT);
        int kept = 0;
        if (heldOutShare > 0 && samples.size() > 1) {
            for (int index : order) {
                kept += ContentHash.share(ContentHash.key(contents.get(index), seed, SPLIT)) < heldOutShare ? 1 : 0;
            }
            kept = Math.clamp(kept, 1, samples.size() - 1);
        }
        return of(samples, order.subList(kept, order.size()), order.subList(0, kept), encoder,
                new TuningSet(samples.size(), seed, tokensMax));
    }

    /**
     * With a split of the caller's.
     *
     * @throws QuernException if nothing is left to learn
     */
    public static TuningSet of(
            List<TrainingSample> training, List<TrainingSample> heldOut, ExampleEncoder encoder, long seed) {
        List<TrainingSample> samples = new ArrayList<>(training);
        samples.addAll(heldOut);
        return of(samples, IntStream.range(0, training.size()).boxed().toList(),
                IntStream.range(training.size(), samples.size()).boxed().toList(), encoder,
                new TuningSet(samples.size(), seed, Long.MAX_VALUE));
    }

    private static TuningSet of(List<TrainingSample> samples, List<Integer> training, List<Integer> heldOut,
            ExampleEncoder encoder, TuningSet set) {
        training.forEach(index -> set.add(index, encoder.encode(samples.get(index)), set.training));
        for (int index : heldOut) {
            set.add(index, encoder.encode(samples.get(index)), set.heldOut);
            if (set.questions.size() < QUESTIONS_MAX) {
                encoder.question(samples.get(index)).ifPresent(set.questions::add);
            }
        }
        set.cuts.sort(Comparator.comparingInt(Cut::sample));
        set.skipped.values().forEach(Collections::sort);
        set.setGeneral(generalText(), encoder);
        if (set.training.isEmpty()) {
            throw new NothingToLearn(set.samples, set.skipped);
        }
        return set;
    }

    private void setGeneral(List<String> passages, ExampleEncoder encoder) {
        general.clear();
        for (String passage : passages) {
            general.addAll(encoder.encode(new TrainingSample.Text(passage)).segments());
        }
    }

    /**
     * Takes what the user wants the gate to measure besides.
     *
     * @param given empty: none
     * @param passages instead of the general text that is built in; empty: that one
     * @throws QuernException ERROR if a check's question leaves no room for an answer, naming it
     */
    public TuningSet with(List<Check> given, List<String> passages, ExampleEncoder encoder) {
        given.forEach(check -> checks.add(new EvaluationGate.EncodedCheck(check, encoder.prompt(check))));
        if (!passages.isEmpty()) {
            setGeneral(passages, encoder);
        }
        return this;
    }

    /**
     * Takes samples that loss is measured on while a run goes on, instead of those that are held out.
     *
     * @param samples empty: those that are held out
     * @throws QuernException ERROR if none of them has a token to predict
     */
    public TuningSet validated(List<TrainingSample> samples, ExampleEncoder encoder) {
        samples.forEach(sample -> validation.addAll(encoder.encode(sample).segments()));
        if (!samples.isEmpty() && validation.isEmpty()) {
            throw new QuernException(QuernException.Category.ERROR,
                    "none of the " + samples.size() + " samples to validate on has a token to predict");
        }
        return this;
    }

    /** What loss is measured on while a run goes on, at most so many of them. */
    public List<Segment> validation(int max) {
        List<Segment> all = validation.isEmpty() ? heldOut : validation;
        return List.copyOf(all.subList(0, Math.min(max, all.size())));
    }

    /**
     * Looks for leaks of what is learnt.
     *
     * @param examples measured, at most
     * @param canaries random texts that are learnt besides, to see how well each is remembered
     */
    public TuningSet probed(int examples, int canaries, ExampleEncoder encoder) {
        probe = LeakProbe.of(training.stream().limit(examples).map(Segment::chosen).toList(), canaries, encoder, seed);
        training.addAll(probe.canaries());
        return this;
    }

    private void add(int index, ExampleEncoder.Encoded encoded, List<Segment> to) {
        to.addAll(encoded.segments());
        if (encoded.truncatedTokens() > 0 && encoded.skipReason().isEmpty()) {
            cuts.add(new Cut(index, encoded.truncatedTokens()));
        }
        encoded.skipReason().ifPresent(reason -> skipped.computeIfAbsent(
                reason, first -> new ArrayList<>()).add(index));
        for (Segment segment : encoded.segments()) {
            labels += labels(segment);
            tokens += segment.count();
        }
        if (tokens > tokensMax) {
            throw new QuernException(QuernException.Category.ERROR, "the samples have more than the " + tokensMax
                    + " tokens of tuning.tokens-max");
        }
    }

    /** Tokens of it that are learnt. */
    static long labels(Segment segment) {
        return Arrays.stream(segment.labels()).filter(label -> label >= 0).count();
    }

    /** Plain English about nothing in particular, to see whether a model forgets how to write. */
    private static List<String> generalText() {
        try (InputStream in = TuningSet.class.getResourceAsStream("general-text.txt")) {
            return List.of(new String(in.readAllBytes(), StandardCharsets.UTF_8).strip().split("\n\n+"));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    public Report report() {
        return new Report(
                samples, training.size() + heldOut.size(), List.copyOf(cuts), Map.copyOf(skipped), labels);
    }

    public List<Segment> training() {
        return List.copyOf(training);
    }

    public HeldOut heldOut() {
        return new HeldOut(List.copyOf(heldOut), List.copyOf(questions), List.copyOf(general),
                List.copyOf(checks), probe, seed);
    }

    /** Equal for equal examples, and for no others. */
    String identity() {
        MessageDigest digest = ContentHash.sha256();
        for (List<Segment> part : List.of(training, heldOut, validation)) {
            part.forEach(segment -> digest.update(ContentHash.of(segment)));
        }
        return training.size() + " and " + heldOut.size() + " examples " + HexFormat.of().formatHex(digest.digest());
    }

    /** Of its tokens and labels, in hex. */
    public static String sha256(Segment segment) {
        return HexFormat.of().formatHex(ContentHash.of(segment));
    }
}
