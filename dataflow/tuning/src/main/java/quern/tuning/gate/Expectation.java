package quern.tuning.gate;

import java.util.Locale;
import java.util.Optional;
import quern.inference.grammar.GrammarLimits;
import quern.inference.grammar.TextPattern;

/** What must be true of an answer. White space around the answer does not count. */
public sealed interface Expectation {

    /** The answer is this text and nothing more. */
    record Exact(String text, boolean ignoreCase) implements Expectation {}

    /** The answer has this text in it. */
    record Contains(String text, boolean ignoreCase) implements Expectation {}

    /** The answer has a match of the pattern in it. */
    record Regex(String pattern, TextPattern compiled) implements Expectation {

        static Regex of(String pattern, GrammarLimits limits) {
            return new Regex(pattern, TextPattern.within(pattern, "regex", limits));
        }
    }

    /** The answer is a JSON document of the schema. */
    record Schema(AnswerSchema schema) implements Expectation {}

    /**
     * A model says that what is asked is true of the answer.
     *
     * @param question to be answered with yes or no
     * @param model absent: the base of the model that is judged
     */
    record Judged(String question, Optional<String> model) implements Expectation {}

    /** Its name in a file of checks. */
    default String kind() {
        return switch (this) {
            case Exact exact -> "exact";
            case Contains contains -> "contains";
            case Regex regex -> "regex";
            case Schema schema -> "json_schema";
            case Judged judged -> "judge";
        };
    }

    /** As it stands in a file of checks. */
    default String shown() {
        return switch (this) {
            case Exact exact -> exact.text();
            case Contains contains -> contains.text();
            case Regex regex -> regex.pattern();
            case Schema schema -> schema.schema().text();
            case Judged judged -> judged.question();
        };
    }

    /**
     * What a text alone says.
     *
     * @return empty: a model has to be asked
     */
    default Optional<Verdict> of(String answer) {
        String said = answer.strip();
        return switch (this) {
            case Exact exact -> Optional.of(Verdict.of(folded(said, exact.ignoreCase()).equals(
                    folded(exact.text().strip(), exact.ignoreCase())), "it is another text"));
            case Contains contains -> Optional.of(Verdict.of(folded(said, contains.ignoreCase()).contains(
                    folded(contains.text(), contains.ignoreCase())), "the text is not in it"));
            case Regex regex -> Optional.of(Verdict.of(regex.compiled().isIn(said), "nothing in it matches"));
            case Schema schema -> Optional.of(schema.schema().judge(said));
            case Judged judged -> Optional.empty();
        };
    }

    private static String folded(String text, boolean ignoreCase) {
        return ignoreCase ? text.toLowerCase(Locale.ROOT) : text;
    }
}
