package quern.curation.qa;

import java.util.List;
import quern.curation.text.LetterCase;

/** Ways to ask for a fact. */
final class Phrasing {

    private static final List<String> DETERMINERS =
            List.of("the", "a", "an", "my", "our", "your", "this", "each", "every", "how", "what");

    private Phrasing() {}

    /** All phrasings, the plainest first. */
    static List<String> of(Fact fact) {
        String subject = fact.subject();
        return switch (fact.kind()) {
            case SECTION -> section(subject.contains(" ") ? lowerArticle(subject) : withArticle(subject));
            case DEFINITION -> definition("is", subject);
            case DEFINITION_OF_MANY -> definition("are", subject);
            case PROPERTY -> property(lowerFirst(bare(fact.property())), withArticle(subject));
            case ACTION -> action(fact.property(), subject);
        };
    }

    private static List<String> section(String subject) {
        return List.of("What does the document say about " + subject + "?", "Tell me about " + subject + ".",
                "What should I know about " + subject + "?", "What can you tell me about " + subject + "?",
                "Give me one sentence about " + subject + ".", "What is written about " + subject + "?");
    }

    private static List<String> definition(String verb, String subject) {
        return List.of("What " + verb + " " + subject + "?", "Tell me what " + subject + " " + verb + ".",
                "Can you explain what " + subject + " " + verb + "?", "How would you describe " + subject + "?",
                "In a few words, what " + verb + " " + subject + "?", "Do you know what " + subject + " " + verb + "?");
    }

    private static List<String> property(String property, String subject) {
        String of = property + " of " + subject;
        String verb = property.matches(".*[^suiSUI]s") ? "are" : "is";
        return List.of("What " + verb + " the " + of + "?", "Tell me the " + of + ".",
                "Which " + property + " does " + subject + " have?", "I need the " + of + ".",
                "What does the document say about the " + of + "?", "Can you tell me the " + of + "?");
    }

    private static List<String> action(String verb, String subject) {
        return List.of("What does " + subject + " " + verb + "?", "Tell me what " + subject + " will " + verb + ".",
                "Do you know what " + subject + " " + verb + "s?", "What exactly does " + subject + " " + verb + "?",
                "According to the document, what does " + subject + " " + verb + "?", "Say what " + subject
                + " would " + verb + ".");
    }

    /** A name without marks of Markdown and without a number before it. */
    static String plain(String name) {
        return name.replaceAll("[*_`\"]+", "").replaceFirst("^\\d+(?:\\.\\d+)*[.)]?\\s+(?=\\p{L})", "").strip();
    }

    /** The name with an article, unless each of its words is capitalised as in a proper name. */
    static String withArticle(String name) {
        String first = LetterCase.lower(name.split(" ")[0]);
        boolean has = DETERMINERS.contains(first);
        boolean proper = name.matches("\\P{Ll}\\S*(?: \\P{Ll}\\S*)+");
        return has ? lowerArticle(name) : proper ? name : "the " + name;
    }

    /** The name with a lower-case article, for the middle of a sentence. */
    static String lowerArticle(String name) {
        return name.matches("(?:The|A|An) .*") ? lowerFirst(name) : name;
    }

    /** The first letter in lower case, unless the word is an abbreviation or a mixed name. */
    static String lowerFirst(String words) {
        boolean plain = words.length() == 1 || words.length() > 1 && !Character.isUpperCase(words.charAt(1))
                && !Character.isDigit(words.charAt(1));
        return plain ? LetterCase.lower(words.substring(0, 1)) + words.substring(1) : words;
    }

    private static String bare(String property) {
        return property.replaceFirst("(?i)^the ", "");
    }
}
