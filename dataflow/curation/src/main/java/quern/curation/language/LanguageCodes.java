package quern.curation.language;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.MissingResourceException;

/** ISO 639-3 codes as ISO 639-1, the macrolanguage's where the single language has none. */
final class LanguageCodes {

    private static final Map<String, String> TWO_LETTERS = twoLetters();

    private LanguageCodes() {}

    /** The two-letter code, or the code itself where there is none. */
    static String shortest(String iso3) {
        return TWO_LETTERS.getOrDefault(iso3, iso3);
    }

    private static Map<String, String> twoLetters() {
        Map<String, String> codes = new HashMap<>();
        for (String code : Locale.getISOLanguages()) {
            try {
                codes.put(Locale.of(code).getISO3Language(), code);
            } catch (MissingResourceException e) {
                continue;
            }
        }
        codes.putAll(Map.of("cmn", "zh", "nob", "no", "ekk", "et", "lvs", "lv", "pes", "fa", "plt", "mg", "zlm", "ms",
                "uzn", "uz", "arb", "ar", "pnb", "pa"));
        codes.putAll(Map.of("swh", "sw", "khk", "mn", "azj", "az", "als", "sq", "npi", "ne", "ory", "or", "gle", "ga"));
        return Map.copyOf(codes);
    }
}
