package quern.curation.grammar;

/** Counts the actions a text tells of: its full verbs. Auxiliary and modal verbs do not count. */
public interface ActionCounter {

    int actions(String text);

    /** The counter of a language, null where there is none: {@code en} and {@code zh} have one. */
    static ActionCounter of(String language) {
        return switch (language) {
            case "en" -> new EnglishActions();
            case "zh" -> new ChineseActions();
            default -> null;
        };
    }
}
