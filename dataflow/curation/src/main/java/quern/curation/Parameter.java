package quern.curation;

/**
 * A parameter of an operator.
 *
 * @param name recipe key
 * @param kind what values it takes
 * @param absent value where the recipe gives none
 */
public record Parameter(String name, Kind kind, Object absent) {

    /** Values a parameter takes; the Java type that {@link Arguments} holds is in parentheses. */
    public enum Kind {
        /** True or false (Boolean). */
        BOOL("true or false"),
        /** A whole number (Long). */
        WHOLE("a whole number"),
        /** A number (Double). */
        NUMBER("a number"),
        /** A text (String). */
        TEXT("a text"),
        /** A text or nothing (String or null). */
        TEXT_OR_NOTHING("a text"),
        /** A whole number or nothing (Long or null). */
        WHOLE_OR_NOTHING("a whole number"),
        /** A number or nothing (Double or null). */
        NUMBER_OR_NOTHING("a number"),
        /** A text or a list of texts ({@code List<String>}). */
        TEXTS("a text or a list of texts"),
        /** A list of whole numbers ({@code List<Long>}). */
        WHOLES("a list of whole numbers"),
        /** Any scalar or list of scalars ({@code List<Object>}). */
        VALUES("a value or a list of values"),
        /** Names and texts in order ({@code Map<String, String>}). */
        ENTRIES("names with a text each"),
        /** A list of operators with their parameters ({@code List<Object>} as YAML gives it). */
        STEPS("a list of operators"),
        /** Names and values ({@code Map<String, Object>}). */
        MAP("names and values"),
        /** The path of a JSONL file (String) or samples written out ({@code List<Map>}), or nothing (null). */
        SAMPLES("the path of a JSONL file or a list of samples");

        private final String expected;

        Kind(String expected) {
            this.expected = expected;
        }

        /** What is expected, in words. */
        public String expected() {
            return expected;
        }
    }
}
