package quern.inference.grammar;

import java.nio.charset.StandardCharsets;

/**
 * A regular expression that is looked for in texts, without ever going back: time grows with the text's length alone,
 * whatever the pattern is. For one thread at a time.
 */
public final class TextPattern {

    private static final long REMEMBERED_BYTES_MAX = 16 << 20;

    private final Reading reading;

    private TextPattern(Grammar grammar) {
        this.reading = new Reading(grammar);
    }

    /**
     * Found where a text holds a match somewhere; {@code ^} and {@code $} stand for the text's ends.
     *
     * @param at what the pattern's place is called in a refusal
     * @throws GrammarException if it is malformed, looks around or refers back, or is too large
     */
    public static TextPattern within(String pattern, String at, GrammarLimits limits) {
        GrammarBuilder builder = new GrammarBuilder(limits.statesMax());
        return new TextPattern(builder.build(
                builder.add(at, RegularExpression.within(pattern, Spelling.PLAIN, at))));
    }

    public boolean isIn(String text) {
        MatchState state = reading.start();
        for (byte symbol : text.getBytes(StandardCharsets.UTF_8)) {
            if (reading.rememberedBytes() > REMEMBERED_BYTES_MAX) {
                reading.forget();
            }
            state = reading.next(state, symbol & 0xff);
            if (state.dead()) {
                return false;
            }
        }
        return state.ends;
    }
}
