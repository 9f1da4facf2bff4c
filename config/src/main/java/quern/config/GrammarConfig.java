package quern.config;

/**
 * Answers bound to a schema, and tools.
 *
 * @param statesMax states of one compiled schema or pattern; a larger one is refused with 400
 * @param schemaMax longest schema
 * @param compiledMax compiled schemas that are kept for later requests
 * @param memory what one of them may remember of which tokens may come where
 * @param toolsMax tools of one request
 */
public record GrammarConfig(int statesMax, DataSize schemaMax, int compiledMax, DataSize memory, int toolsMax) {

    public GrammarConfig {
        new Bounds()
                .within("statesMax", statesMax, 1000, 1 << 24)
                .within("schemaMax", schemaMax, "1KiB", "64MiB")
                .within("compiledMax", compiledMax, 1, 1 << 16)
                .within("memory", memory, "1MiB", "16GiB")
                .within("toolsMax", toolsMax, 1, 4096)
                .enforce();
    }
}
