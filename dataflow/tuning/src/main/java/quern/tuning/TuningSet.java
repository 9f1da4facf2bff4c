package quern.tuning;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import quern.config.QuernException;
import quern.tuning.EvaluationGate.HeldOut;
import quern.tuning.gate.Check;
import quern.tuning.network.PackedBatch.Segment;

/**
 * Samples encoded for one run and split: what is learnt, and what is kept for the gate. The split is a function of the
 * samples, the share and the seed.
 */
public final class TuningSet {

    private static final long SPLIT = 0x5b17;
    private static final int QUESTIONS_MAX = 64;

    /**
     * What encoding did.
     *
     * @param samples given
     * @param examples made of them, each an entry of a batch
     * @param truncated samples that lost their end
     * @param skipped samples left out, by reason
     * @param labels tokens to be learnt, held-out ones included
     */
    public record Report(int samples, int examples, int truncated, Map<String, Integer> skipped, long labels) {}

    private final List<Segment> training = new ArrayList<>();
    private final List<Segment> heldOut = new ArrayList<>();
    private final List<Question> questions = new ArrayList<>();
    private final List<Segment> general = new ArrayList<>();
    private final List<EvaluationGate.EncodedCheck> checks = new ArrayList<>();
    private LeakProbe probe = LeakProbe.NONE;
    private final Map<String, Integer> skipped = new LinkedHashMap<>();
    private final long seed;
    private int truncated;
    private long labels;
    private final int samples;

    private TuningSet(int samples, long seed) {
        this.samples = samples;
        this.seed = seed;
    }

    /**
     * @param heldOutShare of the samples, at least one where it is above 0 and there are two
     * @throws QuernException if nothing is left to learn
     */
    public static TuningSet of(
            List<TrainingSample> samples, ExampleEncoder encoder, double heldOutShare, long seed) {
        List<TrainingSample> order = new ArrayList<>(samples);
        BatchPacker.shuffle(order, new SplittableRandom(seed ^ SPLIT));
        int kept = heldOutShare == 0 || samples.size() < 2
                ? 0 : Math.clamp(Math.round(samples.size() * heldOutShare), 1, samples.size() - 1);
        return of(order.subList(kept, order.size()), order.subList(0, kept), encoder, seed);
    }

    /**
     * With a split of the caller's.
     *
     * @throws QuernException if nothing is left to learn
     */
    public static TuningSet of(
            List<TrainingSample> training, List<TrainingSample> heldOut, ExampleEncoder encoder, long seed) {
        TuningSet set = new TuningSet(training.size() + heldOut.size(), seed);
        training.forEach(sample -> set.add(encoder.encode(sample), set.training));
        for (TrainingSample sample : heldOut) {
            set.add(encoder.encode(sample), set.heldOut);
            if (set.questions.size() < QUESTIONS_MAX) {
                encoder.question(sample).ifPresent(set.questions::add);
            }
        }
        set.setGeneral(generalText(), encoder);
        if (set.training.isEmpty()) {
            throw new QuernException(QuernException.Category.ERROR, "no sample of " + set.samples
                    + " is left to learn from; skipped: " + set.skipped);
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
     * Looks for leaks of what is learnt.
     *
     * @param examples measured, at most
     * @param canaries random texts that are learnt besides, to see how well each is remembered
     */
    public TuningSet probed(int examples, int canaries, ExampleEncoder encoder) {
        probe = LeakProbe.of(training.subList(0, Math.min(examples, training.size())), canaries, encoder, seed);
        training.addAll(probe.canaries());
        return this;
    }

    private void add(ExampleEncoder.Encoded encoded, List<Segment> to) {
        to.addAll(encoded.segments());
        truncated += encoded.truncatedTokens() > 0 ? 1 : 0;
        encoded.skipReason().ifPresent(reason -> skipped.merge(reason, 1, Integer::sum));
        for (Segment segment : encoded.segments()) {
            labels += Arrays.stream(segment.labels()).filter(label -> label >= 0).count();
        }
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
        return new Report(samples, training.size() + heldOut.size(), truncated, Map.copyOf(skipped), labels);
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
        MessageDigest digest = sha256();
        for (List<Segment> part : List.of(training, heldOut)) {
            for (Segment segment : part) {
                add(digest, segment.tokens());
                add(digest, segment.labels());
            }
        }
        return training.size() + " and " + heldOut.size() + " examples " + HexFormat.of().formatHex(digest.digest());
    }

    static String sha256(Segment segment) {
        MessageDigest digest = sha256();
        add(digest, segment.tokens());
        add(digest, segment.labels());
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static void add(MessageDigest digest, int[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (values.length + 1));
        bytes.asIntBuffer().put(values.length).put(values);
        digest.update(bytes);
    }
}
