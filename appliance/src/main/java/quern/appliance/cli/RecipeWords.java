package quern.appliance.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A command line on which keys of a recipe stand beside options, as Data-Juicer's users type it: {@code --np 8} means
 * {@code --np=8}, wherever the recipe stands.
 */
final class RecipeWords {

    private RecipeWords() {}

    /**
     * Joins each word that begins with {@code --} and is no option to the value behind it.
     *
     * @param options that the verb knows, with their dashes
     */
    static List<String> joined(List<String> words, Set<String> options) {
        List<String> joined = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            boolean isKey = word.startsWith("--") && word.length() > 2 && word.indexOf('=') < 0
                    && !options.contains(word);
            if (isKey && i + 1 < words.size() && !words.get(i + 1).startsWith("--")) {
                joined.add(word + "=" + words.get(++i));
            } else {
                joined.add(word);
            }
        }
        return joined;
    }
}
