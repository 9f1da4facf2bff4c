package quern.curation.language;

import java.lang.Character.UnicodeScript;
import java.util.EnumMap;
import java.util.Map;

/** How many letters of a text belong to which script, and what that says about its language. */
final class Scripts {

    /** Scripts that only one widespread language is written in. */
    private static final Map<UnicodeScript, String> DECISIVE = Map.of(
            UnicodeScript.HANGUL, "ko", UnicodeScript.THAI, "th", UnicodeScript.GREEK, "el", UnicodeScript.ARMENIAN,
            "hy", UnicodeScript.GEORGIAN, "ka", UnicodeScript.TAMIL, "ta", UnicodeScript.TELUGU, "te",
            UnicodeScript.KANNADA, "kn", UnicodeScript.MALAYALAM, "ml", UnicodeScript.GUJARATI, "gu");
    private static final int KANA_SHARE = 10;

    private final Map<UnicodeScript, Integer> letters = new EnumMap<>(UnicodeScript.class);
    private int all;

    Scripts(String text) {
        text.codePoints().filter(Character::isLetter).forEach(c -> {
            letters.merge(UnicodeScript.of(c), 1, Integer::sum);
            all++;
        });
    }

    int letterCount() {
        return all;
    }

    /** Share of the letters in a script, 0 without letters. */
    double share(UnicodeScript script) {
        return all == 0 ? 0 : (double) letters.getOrDefault(script, 0) / all;
    }

    /** The script most letters are in; null without letters. */
    UnicodeScript dominant() {
        return letters.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey).orElse(null);
    }

    /**
     * The language the dominant script decides, or null where it does not. Han with some kana is Japanese, without it
     * Chinese.
     */
    String language() {
        int kana = letters.getOrDefault(UnicodeScript.HIRAGANA, 0) + letters.getOrDefault(UnicodeScript.KATAKANA, 0);
        int han = letters.getOrDefault(UnicodeScript.HAN, 0);
        if (2 * (kana + han) > all && all > 0) {
            return KANA_SHARE * kana > han + kana ? "ja" : "zh";
        }
        UnicodeScript dominant = dominant();
        return dominant == null ? null : DECISIVE.get(dominant);
    }

    /** Share of the letters that speak for {@link #language()}. */
    double languageShare() {
        UnicodeScript dominant = dominant();
        boolean eastAsian = dominant == UnicodeScript.HAN || dominant == UnicodeScript.HIRAGANA
                || dominant == UnicodeScript.KATAKANA;
        return eastAsian
                ? share(UnicodeScript.HAN) + share(UnicodeScript.HIRAGANA) + share(UnicodeScript.KATAKANA)
                : share(dominant);
    }
}
