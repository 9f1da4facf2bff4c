package quern.curation.mapper;

import java.util.function.Predicate;

/**
 * Keeps some words of a text: split at line feeds, then tabs, then spaces, and joined again the same way without what
 * became empty.
 */
final class WordLines {

    private WordLines() {}

    static String keep(String text, Predicate<String> wanted) {
        StringBuilder result = new StringBuilder(text.length());
        boolean anyLine = false;
        for (String line : text.split("\n", -1)) {
            boolean anyField = false;
            for (String field : line.split("\t", -1)) {
                boolean anyWord = false;
                for (String word : field.split(" ", -1)) {
                    if (!word.isEmpty() && wanted.test(word)) {
                        result.append(anyWord ? " " : anyField ? "\t" : anyLine ? "\n" : "").append(word);
                        anyWord = true;
                        anyField = true;
                        anyLine = true;
                    }
                }
            }
        }
        return result.toString();
    }
}
