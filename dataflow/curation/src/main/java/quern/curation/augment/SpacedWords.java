package quern.curation.augment;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import quern.curation.text.PythonText;

/** A text as words and the white space behind each. */
final class SpacedWords {

    final List<String> words = new ArrayList<>();
    final List<String> gaps = new ArrayList<>();
    private String head = "";

    static SpacedWords of(String text) {
        SpacedWords all = new SpacedWords();
        for (int at = 0; at < text.length(); ) {
            int end = run(text, at, false);
            int gap = run(text, end, true);
            if (end == at && all.words.isEmpty()) {
                all.head = text.substring(at, gap);
            } else {
                all.words.add(text.substring(at, end));
                all.gaps.add(text.substring(end, gap));
            }
            at = gap;
        }
        return all;
    }

    private static int run(String text, int from, boolean space) {
        int at = from;
        while (at < text.length() && PythonText.isBlank(text.substring(at, at + 1)) == space) {
            at++;
        }
        return at;
    }

    /** Changes a share of the words that fit. */
    void change(double share, SplittableRandom random, Predicate<String> fits,
            BiFunction<String, SplittableRandom, String> change) {
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            if (fits.test(words.get(i))) {
                places.add(i);
            }
        }
        if (!places.isEmpty()) {
            Picks.of(places.size(), share, random).stream().map(places::get)
                    .forEach(i -> words.set(i, change.apply(words.get(i), random)));
        }
    }

    String text() {
        StringBuilder out = new StringBuilder(head);
        for (int i = 0; i < words.size(); i++) {
            out.append(words.get(i)).append(gaps.get(i));
        }
        return out.toString();
    }
}
