package quern.curation.generation;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import quern.curation.TextGenerator.Answer;
import quern.curation.text.BoundedText;

/** Reads an answer by a pattern of the recipe, as Data-Juicer does; in time that is bounded by the answer's length. */
final class PatternReader {

    private PatternReader() {}

    /**
     * The groups of the first match that begins where the answer does.
     *
     * @throws UnusableAnswer if there is none
     */
    static List<String> first(Pattern pattern, Answer answer) {
        Matcher matcher = pattern.matcher(new BoundedText(answer.text()));
        if (!matcher.lookingAt()) {
            throw new UnusableAnswer(answer.text().isBlank() ? "empty" : "not in the form of the pattern");
        }
        return groups(matcher);
    }

    /** The groups of every match; for a pattern without groups the match itself. */
    static List<List<String>> all(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(new BoundedText(text));
        List<List<String>> matches = new ArrayList<>();
        while (matcher.find()) {
            matches.add(groups(matcher));
        }
        return matches;
    }

    private static List<String> groups(Matcher matcher) {
        List<String> groups = new ArrayList<>();
        for (int group = 1; group <= matcher.groupCount(); group++) {
            groups.add(matcher.group(group) == null ? "" : matcher.group(group).strip());
        }
        if (groups.isEmpty()) {
            groups.add(matcher.group().strip());
        }
        return groups;
    }
}
