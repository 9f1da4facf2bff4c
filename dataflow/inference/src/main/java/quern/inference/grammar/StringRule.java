package quern.inference.grammar;

import java.util.Map;

/** Texts of a schema: any, of a length, of a format, matching a pattern, or all of these. */
final class StringRule {

    private static final String DATE = "[12]\\d{3}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\\d|2[0-8])"
            + "|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)";
    private static final String TIME =
            "(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,6})?(?:Z|(?:[+-](?:0\\d|1[01])|\\+1[23]):[0-5]\\d)";
    private static final String OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final String LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9]|-[a-zA-Z0-9]){0,15}";
    private static final String HOST = LABEL + "(?:\\." + LABEL + "){0,2}\\.[a-zA-Z]{2,10}";
    private static final String PATH = "(?:/[a-zA-Z0-9._~-]{0,40}){0,8}(?:\\?[a-zA-Z0-9._~=&-]{0,80})?";

    private static final Map<String, String> FORMATS = Map.ofEntries(
            Map.entry("date", DATE), Map.entry("time", TIME), Map.entry("date-time", DATE + "T" + TIME),
            Map.entry("duration", "P(?:\\d{1,4}W|\\d{1,4}D(?:T\\d{1,4}[HMS])?|T\\d{1,4}[HMS])"),
            Map.entry("uuid", "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
            Map.entry("email", "[a-zA-Z0-9_+-]{1,24}(?:\\.[a-zA-Z0-9_+-]{1,16}){0,2}@" + HOST),
            Map.entry("hostname", HOST), Map.entry("ipv4", OCTET + "(?:\\." + OCTET + "){3}"),
            Map.entry("ipv6", "[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){7}"), Map.entry("uri", "https?://" + HOST + PATH));

    private final GrammarBuilder builder;
    private final SchemaFields fields;

    StringRule(GrammarBuilder builder, SchemaFields fields) {
        this.builder = builder;
        this.fields = fields;
    }

    Part part() {
        GrammarBudget budget = builder.budget();
        budget.at(fields.at());
        int min = fields.count("minLength", 0);
        int max = fields.count("maxLength", -1);
        if (max >= 0 && min > max) {
            throw fields.problem("minLength", "is greater than maxLength");
        }
        boolean counted = min > 0 || max >= 0;
        Automaton texts = null;
        String format = fields.text("format");
        if (format != null) {
            String pattern = FORMATS.get(format);
            if (pattern == null) {
                throw fields.problem("format", "'" + SchemaText.brief(format) + "' is not supported, expected one of "
                        + String.join(", ", FORMATS.keySet().stream().sorted().toList()));
            }
            texts = Automaton.of(RegularExpression.whole(pattern, Spelling.JSON, fields.at() + ".format"), budget);
        }
        String pattern = fields.text("pattern");
        if (pattern != null) {
            String at = fields.at() + ".pattern";
            budget.at(at);
            Automaton matching = Automaton.of(RegularExpression.within(pattern, Spelling.JSON, at), budget);
            texts = texts == null ? matching : texts.and(matching, budget);
        }
        if (texts == null && !counted) {
            return Part.call(builder.string());
        }
        budget.at(fields.at() + (max >= 0 ? ".maxLength" : ".minLength"));
        Part length = Part.repeat(Spelling.JSON.one(CodePoints.ALL), min, max);
        if (texts == null) {
            return quoted(length);
        }
        if (counted) {
            texts = texts.and(Automaton.of(length, budget), budget);
        }
        if (texts.isEmpty()) {
            throw fields.problem(pattern != null ? "pattern" : "format", "has no text that the other keywords allow");
        }
        return quoted(texts.part());
    }

    private static Part quoted(Part text) {
        return Part.row(Part.text("\""), text, Part.text("\""));
    }
}
