package quern.curation.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * An expression over the fields of a sample, read as Python reads it.
 *
 * <p>Numbers, texts in quotes, {@code True}, {@code False}, {@code None}, lists; field names, dotted ones too, and
 * {@code sample['a field']}; {@code + - * / // %}, comparisons (also chained), {@code in}, {@code not in},
 * {@code and}, {@code or}, {@code not}, {@code x if c else y}; {@code a[1]}, {@code a[2:-1]}; the functions of
 * {@link Functions}, also written as methods: {@code text.strip().lower()}. A field that is not there is
 * {@code None}. Texts count in Unicode code points.
 */
public final class Expression {

    /** How a comparison with nothing ends. */
    public enum Nothing {
        /** As in Python: equal to itself only, and never less or greater: that is an error of the sample. */
        STRICT,
        /** Every comparison with nothing is false, as in Data-Juicer's conditions. */
        FALSE
    }

    private final Term term;

    private Expression(Term term) {
        this.term = term;
    }

    /**
     * @param parameter what the text is called in messages
     * @throws IllegalArgumentException if the text is no expression; the message names the place
     */
    public static Expression parse(String parameter, String text, Nothing nothing) {
        return new Expression(new Parser(parameter, text, nothing == Nothing.FALSE).parse());
    }

    /**
     * Its value over a sample.
     *
     * @throws quern.curation.SampleException if the values do not fit the operations, or too much is made of them
     */
    public JsonNode over(ObjectNode sample) {
        return term.over(new Scope(sample));
    }

    /** Whether a value counts as true: not false, zero, empty or nothing. */
    public static boolean isTrue(JsonNode value) {
        if (value.isContainerNode()) {
            return !value.isEmpty();
        }
        return value.isBoolean() ? value.booleanValue() : value.isNumber() ? value.doubleValue() != 0
                : value.isTextual() && !value.textValue().isEmpty();
    }
}
