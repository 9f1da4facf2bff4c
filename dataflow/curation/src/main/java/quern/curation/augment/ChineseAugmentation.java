package quern.curation.augment;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Function;
import quern.curation.chinese.ChineseWords;

/**
 * Changes to Chinese texts, by the names of Data-Juicer's {@code nlpcda_zh_mapper}: one word or character in ten of
 * those that can be changed, at most ten.
 */
public enum ChineseAugmentation implements Augmentation {
    /** Puts other words of the same meaning. */
    REPLACE_SIMILAR_WORD,
    /** Puts other characters of the same sound. */
    REPLACE_HOMOPHONE_CHAR,
    /** Leaves characters out; one always stays. */
    DELETE_RANDOM_CHAR,
    /** Exchanges neighbouring characters. */
    SWAP_RANDOM_CHAR,
    /** Writes digits in another way. */
    REPLACE_EQUIVALENT_NUM;

    private static final double SHARE = 0.1;
    private static final List<String> DIGITS = List.of("0\u96F6\u3007\uFF10", "1\u4E00\u58F9\u2460\uFF11",
            "2\u4E8C\u8D30\u2461\uFF12", "3\u4E09\u53C1\u2462\uFF13", "4\u56DB\u8086\u2463\uFF14",
            "5\u4E94\u4F0D\u2464\uFF15", "6\u516D\u9646\u2465\uFF16", "7\u4E03\u67D2\u2466\uFF17",
            "8\u516B\u634C\u2467\uFF18", "9\u4E5D\u7396\u2468\uFF19");

    @Override
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String once(String text, SplittableRandom random) {
        return switch (this) {
            case REPLACE_SIMILAR_WORD -> replaced(ChineseWords.split(text), ChineseWords::synonyms, random);
            case REPLACE_HOMOPHONE_CHAR -> replaced(characters(text), ChineseWords::homophones, random);
            case REPLACE_EQUIVALENT_NUM -> replaced(characters(text), ChineseAugmentation::equivalents, random);
            case DELETE_RANDOM_CHAR, SWAP_RANDOM_CHAR -> moved(characters(text), random);
        };
    }

    private static List<String> characters(String text) {
        return new ArrayList<>(text.codePoints().mapToObj(Character::toString).toList());
    }

    private static List<String> equivalents(String character) {
        return DIGITS.stream().filter(group -> group.contains(character)).findFirst()
                .map(group -> group.codePoints().mapToObj(Character::toString).toList()).orElse(List.of());
    }

    private static String replaced(List<String> parts, Function<String, List<String>> others,
            SplittableRandom random) {
        List<String> result = new ArrayList<>(parts);
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < result.size(); i++) {
            String part = result.get(i);
            if (others.apply(part).stream().anyMatch(other -> !other.equals(part))) {
                places.add(i);
            }
        }
        if (places.isEmpty()) {
            return String.join("", parts);
        }
        Picks.of(places.size(), SHARE, random).stream().map(places::get).forEach(i -> {
            String part = result.get(i);
            List<String> choices = others.apply(part).stream().filter(other -> !other.equals(part)).toList();
            result.set(i, choices.get(random.nextInt(choices.size())));
        });
        return String.join("", result);
    }

    private String moved(List<String> characters, SplittableRandom random) {
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < characters.size(); i++) {
            boolean pair = this == DELETE_RANDOM_CHAR || i + 1 < characters.size() && isHan(characters.get(i + 1));
            if (isHan(characters.get(i)) && pair) {
                places.add(i);
            }
        }
        if (places.isEmpty() || characters.size() == 1) {
            return String.join("", characters);
        }
        for (int i : Picks.of(places.size(), SHARE, random).stream().map(places::get).toArray()) {
            if (this == DELETE_RANDOM_CHAR) {
                characters.set(i, "");
            } else {
                characters.set(i, characters.set(i + 1, characters.get(i)));
            }
        }
        return String.join("", characters);
    }

    private static boolean isHan(String character) {
        return !character.isEmpty()
                && Character.UnicodeScript.of(character.codePointAt(0)) == Character.UnicodeScript.HAN;
    }
}
