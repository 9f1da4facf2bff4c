package quern.curation.qa;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import quern.curation.Draft;
import quern.curation.Mapper;

/**
 * Turns a document into questions whose answers are spans of its text: the first sentence below a heading,
 * definitions ("X is a Y"), labelled values ("Weight: 3 kg", below the heading that says of what), table rows, and "X
 * weighs Y".
 *
 * <p>Recipe key {@code qa_from_structure_mapper}, Quern's own. Every fact becomes {@code phrasings} samples with the
 * fields {@code messages} (user and assistant, OpenAI's chat form), {@code question}, {@code answer}, {@code fact}
 * (the same for all phrasings and for the same fact in another document, so that phrasings of a fact can be held out)
 * and {@code phrasing} (from 0). The answer is the text of the sample's span, white space collapsed. The span is
 * exact where the text, or the answer in it, is still as in the document, else that of the whole sample. Facts found
 * and not taken are noted in the run's report.
 *
 * @param answerWordsMax longest answer in words
 * @param phrasings questions per fact; at most {@value #PHRASINGS_MAX}
 * @param factsMax most facts of one sample
 */
public record QaFromStructureMapper(String textKey, int answerWordsMax, int phrasings, int factsMax) implements Mapper {

    public static final int PHRASINGS_MAX = 6;

    private record Pair(String fact, int phrasing, String question, String answer) {}

    @Override
    public String name() {
        return "qa_from_structure_mapper";
    }

    @Override
    public String emptyReason() {
        return "no question found";
    }

    @Override
    public List<Draft> apply(Draft draft) {
        String text = draft.text(textKey);
        Map<String, Fact> facts = new LinkedHashMap<>();
        List<Fact> found = isRow(draft.fields(), text) ? fieldFacts(draft.fields(), text)
                : FactFinder.find(text, answerWordsMax, draft::note);
        for (Fact fact : found) {
            if (facts.size() == factsMax) {
                draft.note("more than " + factsMax + " facts in a sample");
                break;
            }
            if (facts.putIfAbsent(fact.id(text), fact) != null) {
                draft.note("fact repeated in the sample");
            }
        }
        List<Draft> samples = new ArrayList<>();
        facts.forEach((id, fact) -> {
            List<String> questions = Phrasing.of(fact);
            for (int i = 0; i < phrasings; i++) {
                samples.add(sample(draft, fact, new Pair(id, i, questions.get(i), fact.answer().in(text))));
            }
        });
        return samples;
    }

    /** Whether the text is nothing but fields, a line each, as readers make of a table's row. */
    private boolean isRow(ObjectNode fields, String text) {
        return !text.isBlank() && text.lines().allMatch(line -> {
            int colon = line.indexOf(": ");
            return colon > 0 && fields.has(line.substring(0, colon)) && !line.substring(0, colon).equals(textKey);
        });
    }

    /** Each value of a row is asked for where the text shows it. */
    private List<Fact> fieldFacts(ObjectNode fields, String text) {
        List<String> names = new ArrayList<>();
        List<TableFacts.Cell> cells = new ArrayList<>();
        int from = 0;
        for (String line : text.split("\n", -1)) {
            String name = line.substring(0, Math.max(0, line.indexOf(": ")));
            names.add(name);
            Span value = Span.trimmed(text, from + name.length() + 2, from + line.length(), "");
            cells.add(new TableFacts.Cell(value.in(text), value));
            from += line.length() + 1;
        }
        return TableFacts.of(names, cells, "").stream()
                .filter(fact -> fact.answer().wordCount(text) <= answerWordsMax).toList();
    }

    private Draft sample(Draft draft, Fact fact, Pair pair) {
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        var messages = fields.putArray("messages");
        messages.addObject().put("role", "user").put("content", pair.question());
        messages.addObject().put("role", "assistant").put("content", pair.answer());
        fields.put("question", pair.question()).put("answer", pair.answer());
        fields.put("fact", pair.fact()).put("phrasing", pair.phrasing());
        return draft.derive(fields, textKey, fact.answer().from(), fact.answer().to());
    }
}
