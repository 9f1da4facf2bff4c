package quern.curation.qa;

import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import quern.curation.text.LetterCase;

/**
 * A sentence of the form subject, verb, rest, in English: "The pump is a machine that ...", "The weight of the pump
 * is 3 kg", "The pump weighs 3 kg".
 */
record Statement(Fact fact) {

    private static final Map<String, String> VERBS = Map.ofEntries(Map.entry("has", "have"), Map.entry("costs", "cost"),
            Map.entry("weighs", "weigh"), Map.entry("lasts", "last"), Map.entry("holds", "hold"),
            Map.entry("needs", "need"),
            Map.entry("takes", "take"), Map.entry("uses", "use"), Map.entry("measures", "measure"),
            Map.entry("contains", "contain"),
            Map.entry("includes", "include"), Map.entry("requires", "require"), Map.entry("supports", "support"),
            Map.entry("provides", "provide"), Map.entry("covers", "cover"), Map.entry("produces", "produce"),
            Map.entry("accepts", "accept"), Map.entry("consumes", "consume"), Map.entry("stores", "store"));
    private static final Pattern BE = Pattern.compile("(\\S.{0,80}?)\\s+(is|are|means|refers to|stands "
            + "for)\\s+(\\S.*)", Pattern.DOTALL);
    private static final Pattern ACTION = Pattern.compile(
            "(\\S.{0,80}?)\\s+(" + String.join("|", VERBS.keySet()) + ")\\s+(\\S.*)", Pattern.DOTALL);
    private static final Pattern AND_VERB = Pattern.compile(",?\\s+and\\s+(?:" + String.join("|", VERBS.keySet())
            + ")\\s");
    /** "The memory of the base unit", "the base unit's memory". */
    private static final Pattern PROPERTY_OF = Pattern.compile(
            "(?:[Tt]he\\s+)?(\\S+(?:\\s+\\S+){0,2})\\s+of\\s+(\\S.*)", Pattern.DOTALL);
    private static final Pattern WHAT_IT_IS = Pattern.compile(
            "(?:an?|the|one|two|three|four|five|six|seven|eight|nine|ten|any|our|your|\\p{Nd}\\S*)\\s.*",
            Pattern.DOTALL);
    private static final Set<String> NO_SUBJECT = Set.of("it", "this", "that", "they", "he", "she", "there", "we",
            "you", "i", "these", "those", "what", "which", "who", "here", "if", "when", "where", "how", "why", "as",
            "but", "and", "or", "so", "then", "all", "each", "every", "both", "either", "some", "most", "many", "one",
            "my", "your", "our", "his", "her", "its", "their", "please", "because", "while",
            "after", "before", "once", "not", "no", "in", "on", "at", "for", "with", "by", "nothing", "everything",
            "a", "an");
    private static final Set<String> NO_ANSWER = Set.of("not", "also", "now", "still", "only", "very", "too", "so",
            "often", "always", "never", "being", "been", "available", "possible", "there", "why", "how", "what",
            "where", "when", "that", "because");
    private static final int SUBJECT_WORDS_MAX = 7;

    /** Null where the sentence is none of these forms, or what it speaks about is not named in it. */
    static Statement of(String text, Span sentence) {
        String content = text.substring(sentence.from(), sentence.to());
        if (content.endsWith("?") || content.endsWith(":")) {
            return null;
        }
        Matcher be = BE.matcher(content);
        if (be.matches()) {
            Statement statement = being(text, sentence, be);
            if (statement != null) {
                return statement;
            }
        }
        Matcher action = ACTION.matcher(content);
        return action.matches() ? acting(text, sentence, action) : null;
    }

    private static Statement being(String text, Span sentence, Matcher match) {
        String subject = Phrasing.plain(match.group(1).replaceAll("\\s+", " "));
        String verb = match.group(2);
        Span answer = answer(text, sentence, match.start(3));
        String rest = answer.in(text);
        if (!isSubject(subject) || startsWithAny(rest, NO_ANSWER)) {
            return null;
        }
        boolean plain = verb.equals("is") || verb.equals("are");
        Matcher property = PROPERTY_OF.matcher(subject);
        if (plain && property.matches() && !rest.matches("\\S+(?:ed|ing)\\b.*")) {
            return new Statement(new Fact(Fact.Kind.PROPERTY, property.group(2), property.group(1), answer));
        }
        if (plain && !WHAT_IT_IS.matcher(rest).matches()) {
            return null;
        }
        Fact.Kind kind = verb.equals("are") ? Fact.Kind.DEFINITION_OF_MANY : Fact.Kind.DEFINITION;
        return new Statement(new Fact(kind, Phrasing.lowerArticle(subject), "", answer));
    }

    private static Statement acting(String text, Span sentence, Matcher match) {
        String subject = Phrasing.plain(match.group(1).replaceAll("\\s+", " "));
        Matcher next = AND_VERB.matcher(match.group(3));
        int end = next.find() ? match.start(3) + next.start() : match.end(3);
        Span answer = Span.trimmed(text, sentence.from() + match.start(3), sentence.from() + end, ".!");
        if (!isSubject(subject) || startsWithAny(answer.in(text), NO_ANSWER)
                || startsWithAny(answer.in(text), Set.of("to"))) {
            return null;
        }
        return new Statement(new Fact(Fact.Kind.ACTION, Phrasing.lowerArticle(subject), VERBS.get(match.group(2)),
                answer));
    }

    private static Span answer(String text, Span sentence, int from) {
        return Span.trimmed(text, sentence.from() + from, sentence.to(), ".!");
    }

    /** A few words, none of which points elsewhere. */
    private static boolean isSubject(String subject) {
        boolean plain = subject.split(" ").length <= SUBJECT_WORDS_MAX && subject.indexOf(',') < 0
                && subject.indexOf(';') < 0
                && subject.indexOf(':') < 0 && subject.indexOf('"') < 0;
        String withoutArticle = subject.replaceFirst("(?i)^(?:a|an|the) ", "");
        return plain && !startsWithAny(withoutArticle, NO_SUBJECT)
                && !withoutArticle.matches("(?i).*\\b(?:that|which|who|and i|if)\\b.*");
    }

    private static boolean startsWithAny(String words, Set<String> set) {
        int space = words.indexOf(' ');
        String first = space < 0 ? words : words.substring(0, space);
        return set.contains(LetterCase.lower(first).replaceAll("[^a-z]", ""));
    }
}
