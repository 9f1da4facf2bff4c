package quern.tuning;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import quern.tuning.TrainingSample.Completion;
import quern.tuning.network.PackedBatch;
import quern.tuning.network.PackedBatch.Segment;

/**
 * What a leak is looked for with.
 *
 * @param heldIn examples that are learnt
 * @param canaries random texts that are learnt, each once an epoch
 * @param candidates random texts of the same form that nothing learns
 */
public record LeakProbe(List<Segment> heldIn, List<Segment> canaries, List<Segment> candidates) {

    static final LeakProbe NONE = new LeakProbe(List.of(), List.of(), List.of());

    private static final int CANDIDATES = 255;
    private static final int SECRET_CHARS = 12;
    private static final String ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";
    private static final int PREFIX_TOKENS = 32;
    private static final int LEAST_TOKENS = 8;
    private static final int MOST_TOKENS = 32;

    /** @param canaries how many are planted; 0: there are no candidates either */
    static LeakProbe of(List<Segment> heldIn, int canaries, ExampleEncoder encoder, long seed) {
        SplittableRandom random = new SplittableRandom(seed ^ 0xCA11AB1EL);
        List<Segment> drawn = new ArrayList<>();
        for (int i = 0; i < (canaries == 0 ? 0 : canaries + CANDIDATES); i++) {
            drawn.addAll(encoder.encode(new Completion(
                    "The secret of the canary is ", secret(random), Optional.empty())).segments());
        }
        int planted = Math.min(canaries, drawn.size());
        return new LeakProbe(List.copyOf(heldIn), List.copyOf(drawn.subList(0, planted)),
                List.copyOf(drawn.subList(planted, drawn.size())));
    }

    private static String secret(SplittableRandom random) {
        StringBuilder secret = new StringBuilder();
        for (int i = 0; i < SECRET_CHARS; i++) {
            secret.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return secret.toString();
    }

    /** The beginning of an example, and how it goes on. */
    record Prefix(int[] prompt, int[] continuation) {}

    /**
     * Where an example's learnt part begins, or some tokens into a text that is learnt throughout; empty if too little
     * follows to speak of memory.
     */
    static Optional<Prefix> prefix(Segment example, Set<Integer> ends) {
        int[] labels = example.labels();
        int first = 0;
        while (first < labels.length && labels[first] == PackedBatch.NOT_COUNTED) {
            first++;
        }
        int at = first > 0 ? first : Math.min(PREFIX_TOKENS, labels.length / 2);
        int to = at;
        while (to < labels.length && to < at + MOST_TOKENS && labels[to] != PackedBatch.NOT_COUNTED
                && !ends.contains(labels[to])) {
            to++;
        }
        return to - at < LEAST_TOKENS ? Optional.empty() : Optional.of(new Prefix(
                Arrays.copyOf(example.tokens(), at + 1), Arrays.copyOfRange(labels, at, to)));
    }
}
