package quern.curation.augment;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Changes to English texts, by the names of Data-Juicer's {@code nlpaug_en_mapper}: three words in ten, at most ten,
 * and of a changed word three letters in ten.
 */
public enum EnglishAugmentation implements Augmentation {
    /** Leaves words out; one always stays. */
    DELETE_RANDOM_WORD,
    /** Exchanges neighbouring words. */
    SWAP_RANDOM_WORD,
    /** Writes words as people misspell them. */
    SPELLING_ERROR_WORD,
    /** Cuts words in two. */
    SPLIT_RANDOM_WORD,
    /** Hits keys beside the right ones. */
    KEYBOARD_ERROR_CHAR,
    /** Confuses letters and digits that look alike. */
    OCR_ERROR_CHAR,
    /** Leaves letters out. */
    DELETE_RANDOM_CHAR,
    /** Exchanges neighbouring letters. */
    SWAP_RANDOM_CHAR,
    /** Puts letters in. */
    INSERT_RANDOM_CHAR;

    private static final double SHARE = 0.3;
    private static final int LETTERS_MIN = 4;
    private static final String[] KEY_ROWS = {"1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"};
    private static final String[] ALIKE = {"0oO", "1lI", "5sS", "8B", "2zZ", "6b", "9gq", "rn", "vu", "ce", "hb", "fi"};
    private static final String[] MISSPELT = {"ie ei", "ei ie", "able ible", "ible able", "ance ence", "ence ance",
        "ant ent", "ent ant", "ph f", "ough uff", "tion sion", "cc c", "ss s", "ll l", "mm m", "nn n", "tt t", "rr r",
        "ea ee", "ou o", "ally aly", "gh g", "kn n", "wr r", "ck k", "ate it", "er re", "our or", "l ll", "m mm",
        "t tt"};

    @Override
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String once(String text, SplittableRandom random) {
        SpacedWords words = SpacedWords.of(text);
        switch (this) {
            case DELETE_RANDOM_WORD -> delete(words, random);
            case SWAP_RANDOM_WORD -> swap(words, random);
            case SPELLING_ERROR_WORD -> words.change(SHARE, random, EnglishAugmentation::hasLetters,
                    EnglishAugmentation::misspelt);
            case SPLIT_RANDOM_WORD -> words.change(SHARE, random, EnglishAugmentation::hasLetters, (word, r) -> {
                int at = 1 + r.nextInt(word.length() - 1);
                return Character.isLowSurrogate(word.charAt(at)) ? word
                        : word.substring(0, at) + " " + word.substring(at);
            });
            default -> words.change(SHARE, random, EnglishAugmentation::hasLetters, this::lettersChanged);
        }
        return words.text();
    }

    private static boolean hasLetters(String word) {
        return word.length() >= LETTERS_MIN && word.chars().anyMatch(EnglishAugmentation::isLetter);
    }

    private static boolean isLetter(int c) {
        return (c | 32) >= 'a' && (c | 32) <= 'z';
    }

    private static void delete(SpacedWords words, SplittableRandom random) {
        if (words.words.size() > 1) {
            BitSet picked = Picks.of(words.words.size(), SHARE, random);
            for (int i = picked.length() - 1; i >= 0 && words.words.size() > 1; i = picked.previousSetBit(i - 1)) {
                words.words.remove(i);
                words.gaps.remove(i);
            }
        }
    }

    private static void swap(SpacedWords words, SplittableRandom random) {
        if (words.words.size() > 1) {
            Picks.of(words.words.size() - 1, SHARE, random).stream().forEach(i -> {
                String word = words.words.get(i);
                words.words.set(i, words.words.get(i + 1));
                words.words.set(i + 1, word);
            });
        }
    }

    private static String misspelt(String word, SplittableRandom random) {
        List<String> candidates = new ArrayList<>();
        for (String rule : MISSPELT) {
            String right = rule.substring(0, rule.indexOf(' '));
            int at = word.indexOf(right, 1);
            if (at > 0) {
                candidates.add(word.substring(0, at) + rule.substring(right.length() + 1)
                        + word.substring(at + right.length()));
            }
        }
        return candidates.isEmpty() ? SWAP_RANDOM_CHAR.lettersChanged(word, random)
                : candidates.get(random.nextInt(candidates.size()));
    }

    private String lettersChanged(String word, SplittableRandom random) {
        BitSet picked = Picks.of(word.length(), SHARE, random);
        StringBuilder out = new StringBuilder(word);
        for (int i = picked.length() - 1; i >= 0; i = picked.previousSetBit(i - 1)) {
            char c = out.charAt(i);
            if (c >= 128) {
                continue;
            }
            switch (this) {
                case KEYBOARD_ERROR_CHAR -> out.setCharAt(i, neighbour(c, random));
                case OCR_ERROR_CHAR -> out.setCharAt(i, lookAlike(c, random));
                case DELETE_RANDOM_CHAR -> out.deleteCharAt(i);
                case INSERT_RANDOM_CHAR -> out.insert(i, (char) ('a' + random.nextInt(26)));
                default -> {
                    if (i + 1 < out.length() && out.charAt(i + 1) < 128) {
                        out.setCharAt(i, out.charAt(i + 1));
                        out.setCharAt(i + 1, c);
                    }
                }
            }
        }
        return out.toString();
    }

    private static char neighbour(char c, SplittableRandom random) {
        char lower = Character.toLowerCase(c);
        for (int row = 0; row < KEY_ROWS.length; row++) {
            int column = KEY_ROWS[row].indexOf(lower);
            if (column >= 0) {
                String near = near(row, column);
                char hit = near.charAt(random.nextInt(near.length()));
                return lower == c ? hit : Character.toUpperCase(hit);
            }
        }
        return c;
    }

    private static String near(int row, int column) {
        StringBuilder near = new StringBuilder();
        for (int r = Math.max(0, row - 1); r <= Math.min(KEY_ROWS.length - 1, row + 1); r++) {
            for (int k = column - 1; k <= column + 1; k++) {
                if (k >= 0 && k < KEY_ROWS[r].length() && !(r == row && k == column)) {
                    near.append(KEY_ROWS[r].charAt(k));
                }
            }
        }
        return near.toString();
    }

    private static char lookAlike(char c, SplittableRandom random) {
        for (String group : ALIKE) {
            int at = group.indexOf(c);
            if (at >= 0) {
                return group.charAt((at + 1 + random.nextInt(group.length() - 1)) % group.length());
            }
        }
        return c;
    }
}
