package quern.curation.chinese;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * From one Chinese (or Japanese) script to another, as OpenCC does it: the text is cut at the longest known phrases,
 * and each piece goes through chains of dictionaries of which the first that knows a word decides, longest first.
 */
public enum ScriptConversion {
    /** Simplified to traditional. */
    S2T("", "STPhrases STCharacters"),
    /** Traditional to simplified. */
    T2S("", "TSPhrases TSCharacters"),
    /** Simplified to traditional, Taiwan. */
    S2TW("STPhrases", "STPhrases STCharacters", "TWVariantsPhrases TWVariants"),
    /** Traditional, Taiwan, to simplified. */
    TW2S("TSPhrases", "TWVariantsRevPhrases TWVariantsRev", "TSPhrases TSCharacters"),
    /** Simplified to traditional, Hong Kong. */
    S2HK("STPhrases", "STPhrases STCharacters", "HKVariantsPhrases HKVariants"),
    /** Traditional, Hong Kong, to simplified. */
    HK2S("TSPhrases", "HKVariantsRevPhrases HKVariantsRev", "TSPhrases TSCharacters"),
    /** Simplified to traditional with the words of Taiwan. */
    S2TWP("STPhrases", "STPhrases STCharacters", "TWPhrases TWVariantsPhrases TWVariants"),
    /** Traditional with the words of Taiwan to simplified with those of the mainland. */
    TW2SP("TSPhrases", "TWPhrasesRev TWVariantsRevPhrases TWVariantsRev", "TSPhrases TSCharacters"),
    /** Traditional to traditional, Taiwan. */
    T2TW("", "TWVariantsPhrases TWVariants"),
    /** Traditional, Taiwan, to traditional. */
    TW2T("", "TWVariantsRevPhrases TWVariantsRev"),
    /** Traditional, Hong Kong, to traditional. */
    HK2T("", "HKVariantsRevPhrases HKVariantsRev"),
    /** Traditional to traditional, Hong Kong. */
    T2HK("", "HKVariantsPhrases HKVariants"),
    /** Traditional to new Japanese characters. */
    T2JP("", "JPShinjitaiCharactersRev"),
    /** New Japanese characters to traditional. */
    JP2T("", "JPShinjitaiPhrases JPShinjitaiCharacters");

    private final String cuts;
    private final List<String> chains;

    ScriptConversion(String cuts, String... chains) {
        this.cuts = cuts;
        this.chains = List.of(chains);
    }

    /** @param name as recipes write it, {@code s2t} for example; null where there is none such */
    public static ScriptConversion named(String name) {
        return Stream.of(values()).filter(one -> one.name().toLowerCase(Locale.ROOT).equals(name)).findFirst()
                .orElse(null);
    }

    /** The same object where nothing changes. */
    public String convert(String text) {
        List<ScriptDictionary[]> loaded = new ArrayList<>();
        for (String chain : chains) {
            loaded.add(Arrays.stream(chain.split(" ")).map(ScriptDictionary::named)
                    .toArray(ScriptDictionary[]::new));
        }
        StringBuilder result = new StringBuilder(text.length() + 16);
        ScriptDictionary phrases = cuts.isEmpty() ? null : ScriptDictionary.named(cuts);
        int from = 0;
        for (int at = 0; phrases != null && at < text.length(); ) {
            int length = phrases.match(text, at, text.length());
            if (length > 0) {
                convert(text.substring(from, at), loaded, result);
                convert(text.substring(at, at + length), loaded, result);
                from = at + length;
            }
            at += Math.max(1, length);
        }
        convert(text.substring(from), loaded, result);
        return result.compareTo(new StringBuilder(text)) == 0 ? text : result.toString();
    }

    private static void convert(String piece, List<ScriptDictionary[]> chains, StringBuilder result) {
        String converted = piece;
        for (ScriptDictionary[] chain : chains) {
            converted = through(converted, chain);
        }
        result.append(converted);
    }

    private static String through(String text, ScriptDictionary[] chain) {
        StringBuilder result = null;
        int copied = 0;
        for (int at = 0; at < text.length(); ) {
            int length = 0;
            for (int i = 0; i < chain.length && length == 0; i++) {
                length = chain[i].match(text, at, text.length());
                if (length > 0) {
                    result = result == null ? new StringBuilder(text.length() + 8) : result;
                    result.append(text, copied, at).append(chain[i].of(text.substring(at, at + length)));
                    copied = at + length;
                }
            }
            at += Math.max(1, length);
        }
        return result == null ? text : result.append(text, copied, text.length()).toString();
    }
}
