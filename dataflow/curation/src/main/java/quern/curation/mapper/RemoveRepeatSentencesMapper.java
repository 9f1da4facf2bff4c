package quern.curation.mapper;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import quern.curation.TextMapper;
import quern.curation.text.LetterCase;
import quern.curation.text.PythonText;

/**
 * Keeps the first occurrence of each sentence of a document. Very short sentences are always kept.
 *
 * <p>Recipe key {@code remove_repeat_sentences_mapper}. A sentence ends after a stop, question or exclamation mark
 * that no closing quote follows, after two ellipses, and after a stop and its closing quote; the character after a
 * stop is never a stop itself. Compatible with Data-Juicer 1.4.3.
 *
 * @param ignoreSpecial whether sentences are compared by letters, digits and Chinese characters only
 */
public record RemoveRepeatSentencesMapper(String textKey, boolean lowerCase, boolean ignoreSpecial, int minLength)
        implements TextMapper {

    private static final String NO_QUOTE = "([^\u2019\u201D])";
    private static final Pattern AFTER_STOP = Pattern.compile("([.\u3002!\uFF01\uFF1F?])" + NO_QUOTE);
    private static final Pattern AFTER_ELLIPSES = Pattern.compile("(\u2026{2})" + NO_QUOTE);
    private static final Pattern AFTER_QUOTE = Pattern.compile("([.\u3002!\uFF01\uFF1F?{6}\u20262][\u2019\u201D])"
            + NO_QUOTE);

    @Override
    public String name() {
        return "remove_repeat_sentences_mapper";
    }

    @Override
    public String map(String text) {
        Set<String> seen = new HashSet<>();
        StringBuilder result = new StringBuilder(text.length());
        for (String line : text.split("\n", -1)) {
            for (String sentence : sentences(line)) {
                String key = key(sentence);
                if (key.codePointCount(0, key.length()) < minLength || seen.add(key)) {
                    result.append(sentence);
                }
            }
            result.append('\n');
        }
        return result.substring(0, result.length() - 1);
    }

    private String key(String sentence) {
        String key = PythonText.strip(sentence);
        key = lowerCase ? LetterCase.lower(key) : key;
        return ignoreSpecial ? CodePointKeep.keep(key, RemoveRepeatSentencesMapper::isCompared) : key;
    }

    private static boolean isCompared(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x4E00 && c <= 0x9FA5
                || c == ' '
                || c == '\t';
    }

    private static String[] sentences(String line) {
        String broken = AFTER_STOP.matcher(line).replaceAll("$1\n$2");
        broken = AFTER_ELLIPSES.matcher(broken).replaceAll("$1\n$2");
        return AFTER_QUOTE.matcher(broken).replaceAll("$1\n$2").split("\n", -1);
    }
}
