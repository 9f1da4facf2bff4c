package quern.curation.augment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AugmentationTest {

    private static final String ENGLISH = "I am a deep learning engineer. I love coffee, 10 letters and quiet rooms.";
    private static final String CHINESE =
            "\u8FD9\u91CC\u4E00\u5171\u67095\u79CD\u4E0D\u540C\u7684\u9AD8\u5174\u65B9\u6CD5\uFF0C\u4EBA\u4EEC\u5F88"
            + "\u559C\u6B22\u5FEB\u4E50\u3002";

    private static List<Augmentation> all() {
        List<Augmentation> all = new ArrayList<>(List.of(EnglishAugmentation.values()));
        all.addAll(List.of(ChineseAugmentation.values()));
        return all;
    }

    @Test
    void shouldChangeTheTextAndDoItAgainTheSameWayWhenRepeated() {
        for (Augmentation method : all()) {
            String text = method instanceof EnglishAugmentation ? ENGLISH : CHINESE;
            String made = method.once(text, new SplittableRandom(5));
            assertNotEquals(text, made, method.key());
            assertEquals(made, method.once(text, new SplittableRandom(5)), method.key());
            assertFalse(made.isBlank(), method.key());
        }
    }

    @Test
    void shouldKeepWordsOrLettersAsTheMethodSays() {
        for (int seed = 0; seed < 50; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            assertTrue(EnglishAugmentation.DELETE_RANDOM_WORD.once(ENGLISH, random).length() < ENGLISH.length());
            assertEquals(sorted(ENGLISH), sorted(EnglishAugmentation.SWAP_RANDOM_WORD.once(ENGLISH, random)));
            assertEquals(ENGLISH.replace(" ", ""),
                    EnglishAugmentation.SPLIT_RANDOM_WORD.once(ENGLISH, random).replace(" ", ""));
            assertEquals(ENGLISH.length(), EnglishAugmentation.OCR_ERROR_CHAR.once(ENGLISH, random).length());
            assertEquals(ENGLISH.length(), EnglishAugmentation.KEYBOARD_ERROR_CHAR.once(ENGLISH, random).length());
            assertEquals(sorted(CHINESE), sorted(ChineseAugmentation.SWAP_RANDOM_CHAR.once(CHINESE, random)));
            assertEquals(CHINESE.length(), ChineseAugmentation.REPLACE_HOMOPHONE_CHAR.once(CHINESE, random).length());
        }
    }

    private static List<Integer> sorted(String text) {
        return text.chars().sorted().boxed().toList();
    }

    @Test
    void shouldLeaveTextsAloneWhenThereIsNothingToChange() {
        for (Augmentation method : all()) {
            for (String text : List.of("", " ", "\n\t", "\uD800", "\uD83D\uDE00", "a", "\u0000",
                    "\uD83D\uDE00 \uDC00")) {
                method.once(text, new SplittableRandom(1));
            }
            assertEquals("", method.once("", new SplittableRandom(1)), method.key());
            assertEquals(" ", method.once(" ", new SplittableRandom(1)), method.key());
        }
    }
}
