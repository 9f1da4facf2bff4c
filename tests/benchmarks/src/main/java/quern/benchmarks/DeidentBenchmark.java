package quern.benchmarks;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import quern.benchmarks.letters.Letter;
import quern.benchmarks.letters.LetterWriter;
import quern.benchmarks.letters.Scores;
import quern.curation.deident.Deidentifier;
import quern.curation.deident.IdentifierFinder;
import quern.curation.deident.IdentifierKind;
import quern.curation.deident.Masker;
import quern.curation.deident.Pseudonymizer;
import quern.curation.deident.Replacer;

/**
 * Recall and precision of de-identification over generated letters with planted identities, by kind, for the sets that
 * rules were tuned on, the held-out one and the blind one; then how fast one core masks and pseudonymises the letters.
 * What is unsure counts as found, as the operators' defaults mask it.
 *
 * <p>Arguments: letters of each set (default 2,000); {@code halves} for the ward set alone, its templates of even and
 * of odd number apart: rules were mended by the even ones, the odd ones tell whether that holds for others.
 */
public final class DeidentBenchmark {

    private static final int ROUNDS = 5;
    private static final long SEED = 20_240_501;

    private DeidentBenchmark() {}

    public static void main(String[] args) {
        int letters = args.length > 0 ? Integer.parseInt(args[0]) : 2000;
        System.out.printf("%s, %s%n", System.getProperty("java.vm.version"), LocalDate.now());
        if (args.length > 1 && args[1].equals("halves")) {
            String set = args.length > 2 ? args[2] : "ward";
            List<Letter> all = switch (set) {
                case "ward" -> LetterWriter.ward(letters, SEED);
                case "trade" -> LetterWriter.trade(letters, SEED);
                default -> throw new IllegalArgumentException("no set '" + set + "' in halves, expected ward or trade");
            };
            print(set + " set, even templates", half(all, 0));
            print(set + " set, odd templates", half(all, 1));
            return;
        }
        print("tuning set", LetterWriter.tuning(letters, SEED));
        print("second set", LetterWriter.second(letters, SEED));
        print("third set", LetterWriter.third(letters, SEED));
        List<Letter> heldOut = LetterWriter.heldOut(letters, SEED);
        print("held-out set", heldOut);
        print("blind set", LetterWriter.blind(letters, SEED));
        print("independent set", LetterWriter.independent(letters, SEED));
        print("fresh set", LetterWriter.fresh(letters, SEED));
        print("care set", LetterWriter.care(letters, SEED));
        print("ward set", LetterWriter.ward(letters, SEED));
        print("trade set", LetterWriter.trade(letters, SEED));
        byte[] key = "a key of the benchmark".getBytes(StandardCharsets.UTF_8);
        speed("mask", new Masker(false), heldOut);
        speed("pseudonymize", new Pseudonymizer(key, 365, true), heldOut);
    }

    /** Finds what there is in letters and compares it with what was planted. */
    public static Scores score(List<Letter> letters) {
        Scores scores = new Scores();
        for (Letter letter : letters) {
            scores.add(letter, IdentifierFinder.find(letter.text()).stream()
                    .map(f -> new Letter.Planted(f.kind().key(), f.from(), f.to())).toList());
        }
        return scores;
    }

    /** Every second letter: templates take turns, and there are as many of even as of odd number. */
    private static List<Letter> half(List<Letter> letters, int first) {
        List<Letter> half = new ArrayList<>();
        for (int i = first; i < letters.size(); i += 2) {
            half.add(letters.get(i));
        }
        return half;
    }

    private static void print(String name, List<Letter> letters) {
        Scores scores = score(letters);
        System.out.printf("%n%s, %d letters%n%-14s%9s%9s%11s%8s%n", name, letters.size(), "kind", "planted", "recall",
                "precision", "named");
        for (Map.Entry<String, Scores.Count> entry : scores.counts().entrySet()) {
            Scores.Count count = entry.getValue();
            System.out.printf("%-14s%9d%9.3f%11.3f%8.3f%n", entry.getKey(), count.planted(), count.recall(),
                    count.precision(), count.named());
        }
        System.out.printf("of the characters replaced, %.3f were planted%n", scores.characterPrecision());
    }

    private static void speed(String name, Replacer replacer, List<Letter> letters) {
        Deidentifier deidentifier = new Deidentifier(replacer, EnumSet.allOf(IdentifierKind.class), 0.7,
                Deidentifier.WhenUnsure.MASK);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i + 1 < letters.size(); i += 2) {
            texts.add(letters.get(i).text() + "\n" + letters.get(i + 1).text());
        }
        long bytes = texts.stream().mapToLong(text -> text.getBytes(StandardCharsets.UTF_8).length).sum();
        double best = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            texts.forEach(text -> deidentifier.apply(text, "benchmark"));
            best = Math.min(best, (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start) / 1e9);
        }
        System.out.printf("%n%s: %.2f MB in texts of %d characters, best of %d rounds %.2f MB/s per core%n", name,
                bytes / 1e6, bytes / Math.max(1, texts.size()), ROUNDS, bytes / 1e6 / best);
    }
}
