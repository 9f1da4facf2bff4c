package quern.curation;

import java.util.ArrayList;
import java.util.List;

/**
 * A key of a recipe given beside it, as on a command line: {@code np} or {@code text_length_filter.min_len}.
 *
 * @param value as YAML
 */
public record RecipeOverride(String key, String value) {

    /**
     * Reads {@code --key value}, {@code --key=value} and {@code --key} alone, which means true.
     *
     * @throws IllegalArgumentException for words that are none of these
     */
    public static List<RecipeOverride> of(List<String> words) {
        List<RecipeOverride> overrides = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (!word.startsWith("--") || word.length() == 2) {
                throw new IllegalArgumentException("unknown argument '" + word + "'");
            }
            int equals = word.indexOf('=');
            if (equals > 0) {
                overrides.add(new RecipeOverride(word.substring(2, equals), word.substring(equals + 1)));
            } else if (i + 1 < words.size() && !words.get(i + 1).startsWith("--")) {
                overrides.add(new RecipeOverride(word.substring(2), words.get(++i)));
            } else {
                overrides.add(new RecipeOverride(word.substring(2), "true"));
            }
        }
        return overrides;
    }
}
