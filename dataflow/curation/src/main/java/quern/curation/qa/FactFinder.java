package quern.curation.qa;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import quern.curation.text.LetterCase;

/** Walks the blocks of a document and collects facts; what is found and not taken is reported with the reason. */
final class FactFinder {

    private static final int SUBJECT_WORDS_MAX = 8;
    private static final int LABEL_WORDS_MAX = 5;
    private static final int SENTENCE_WORDS_MIN = 4;
    private static final int NAMING_CHARACTERS_MIN = 4;
    private static final String LABEL = "[*_`]{0,3}(\\p{L}[^:|\\n]{0,60}?)[*_`]{0,3}";
    private static final Pattern LABELLED = Pattern.compile("\\s*" + LABEL
            + "(?:\\s*:[*_`]{0,3}\\s+|\\s+[\u2013\u2014-]\\s+)(\\S.*)");
    private static final Pattern VERB = Pattern.compile(
            "\\b(?:is|are|was|were|has|have|can|will|must|should|i|we|you|it|they)\\b");
    /** Headings that say nothing about what is below them: the heading above is the subject. */
    private static final Set<String> GENERAL = Set.of("facts", "overview", "details", "specification", "specifications",
            "properties", "data", "summary", "introduction", "general", "information", "description", "features",
            "technical data", "key facts", "at a glance", "notes", "contents", "about", "values", "parameters",
            "settings", "options");
    /** Labels of letters and pages that are no property of anything. */
    private static final Set<String> NO_PROPERTY = Set.of("from", "to", "cc", "bcc", "subject", "date", "sent", "re",
            "fwd", "note", "notes", "warning", "caution", "important", "tip", "example", "see", "source", "http",
            "https", "ps", "p.s", "dear");

    private final String text;
    private final int answerWordsMax;
    private final Consumer<String> refused;
    private final List<Fact> facts = new ArrayList<>();
    private final List<Block.Heading> path = new ArrayList<>();
    private List<Span> header = List.of();
    private boolean sectionOpen;

    private FactFinder(String text, int answerWordsMax, Consumer<String> refused) {
        this.text = text;
        this.answerWordsMax = answerWordsMax;
        this.refused = refused;
    }

    static List<Fact> find(String text, int answerWordsMax, Consumer<String> refused) {
        FactFinder finder = new FactFinder(text, answerWordsMax, refused);
        Outline.of(text).forEach(finder::read);
        return finder.facts;
    }

    /** Whether a line has the form "Label: value" or "Label - value". */
    static boolean isLabelled(String line) {
        Matcher matcher = LABELLED.matcher(line);
        return matcher.matches() && isLabel(matcher.group(1));
    }

    private void read(Block block) {
        switch (block) {
            case Block.Heading heading -> enter(heading);
            case Block.Paragraph paragraph -> readParagraph(paragraph.span());
            case Block.Item item -> {
                if (!readLabelled(item.span())) {
                    Sentences.of(text, item.span()).forEach(this::readSentence);
                }
            }
            case Block.Row row -> readRow(row);
        }
    }

    private void enter(Block.Heading heading) {
        path.removeIf(above -> above.level() >= heading.level());
        path.add(heading);
        sectionOpen = true;
    }

    private void readParagraph(Span paragraph) {
        List<Span> sentences = Sentences.of(text, paragraph);
        if (sectionOpen && !sentences.isEmpty()) {
            sectionOpen = false;
            readFirstSentence(sentences.getFirst());
        }
        sentences.forEach(this::readSentence);
    }

    /** The first sentence below a heading; below a line that only looks like one, if it speaks of the same. */
    private void readFirstSentence(Span sentence) {
        String content = sentence.in(text);
        boolean whole = content.matches("(?s).*[.!\u3002\uFF01]$") && sentence.wordCount(text) >= SENTENCE_WORDS_MIN;
        if (whole && (path.getLast().marked() || sharesWord(path.getLast().span().in(text), content))) {
            add(new Fact(Fact.Kind.SECTION, sectionSubject(), "", sentence));
        } else {
            refused.accept("no sentence that speaks of its heading");
        }
    }

    private static boolean sharesWord(String heading, String sentence) {
        String lower = LetterCase.lower(sentence);
        for (String word : LetterCase.lower(heading).split("[^\\p{L}\\p{Nd}]+")) {
            if (word.length() >= NAMING_CHARACTERS_MIN && lower.contains(word)) {
                return true;
            }
        }
        return false;
    }

    private void readSentence(Span sentence) {
        Statement statement = Statement.of(text, sentence);
        if (statement != null) {
            add(statement.fact());
        }
    }

    private boolean readLabelled(Span line) {
        String content = text.substring(line.from(), line.to());
        Matcher matcher = LABELLED.matcher(content);
        if (!matcher.matches() || !isLabel(matcher.group(1))) {
            return false;
        }
        sectionOpen = false;
        Span whole = Span.trimmed(text, line.from() + matcher.start(2), line.from() + matcher.end(2), "*_`");
        List<Span> sentences = Sentences.of(text, whole);
        Span value = sentences.isEmpty() ? whole : Span.trimmed(text, whole.from(), sentences.getFirst().to(),
                sentences.size() > 1 ? "." : "");
        String label = Phrasing.plain(matcher.group(1)).replaceFirst("(?i)^the ", "");
        String subject = propertySubject();
        if (subject.isEmpty()) {
            add(new Fact(Fact.Kind.DEFINITION, "the " + Phrasing.lowerFirst(label), "", value));
        } else {
            add(new Fact(Fact.Kind.PROPERTY, subject, label, value));
        }
        return true;
    }

    private void readRow(Block.Row row) {
        if (row.header()) {
            header = row.cells();
            return;
        }
        List<String> names = header.stream().map(cell -> Phrasing.plain(cell.in(text))).toList();
        List<TableFacts.Cell> cells = row.cells().stream()
                .map(cell -> new TableFacts.Cell(Phrasing.plain(cell.in(text)), cell))
                .toList();
        TableFacts.of(names, cells, propertySubject()).forEach(this::add);
    }

    private void add(Fact fact) {
        int words = fact.answer().wordCount(text);
        if (words == 0) {
            refused.accept("answer empty");
        } else if (words > answerWordsMax) {
            refused.accept("answer longer than " + answerWordsMax + " words");
        } else if (fact.subject().split(" ").length > SUBJECT_WORDS_MAX || fact.subject().isBlank()) {
            refused.accept("subject unclear");
        } else {
            facts.add(fact);
        }
    }

    /** The innermost heading that names something. */
    private String propertySubject() {
        for (int i = path.size() - 1; i >= 0; i--) {
            String name = Phrasing.plain(path.get(i).span().in(text));
            if (!isGeneral(name)) {
                return name;
            }
        }
        return "";
    }

    /** The heading; where it is one word below another heading, together with that. */
    private String sectionSubject() {
        String name = Phrasing.plain(path.getLast().span().in(text));
        String above = path.size() < 2 ? "" : Phrasing.plain(path.getFirst().span().in(text));
        if (above.isEmpty() || name.contains(" ") && !isGeneral(name)) {
            return name.matches("\\p{Ll}.*") ? Phrasing.withArticle(name) : name;
        }
        return isGeneral(name) ? above : Phrasing.lowerFirst(name) + " of " + Phrasing.withArticle(above);
    }

    private static boolean isGeneral(String heading) {
        return GENERAL.contains(LetterCase.lower(heading));
    }

    private static boolean isLabel(String label) {
        String plain = LetterCase.lower(label.strip());
        return plain.split("\\s+").length <= LABEL_WORDS_MAX && !NO_PROPERTY.contains(plain) && plain.indexOf('.') < 0
                && plain.indexOf(',') < 0 && plain.indexOf('?') < 0 && !VERB.matcher(plain).find();
    }
}
