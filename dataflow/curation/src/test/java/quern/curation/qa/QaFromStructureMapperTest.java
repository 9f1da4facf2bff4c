package quern.curation.qa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import quern.curation.Draft;
import quern.ingest.Sample;

class QaFromStructureMapperTest {

    private static final long FROM = 1000;
    private static final QaFromStructureMapper MAPPER = new QaFromStructureMapper("text", 25, 1, 200);

    private static final String HANDBOOK = """
            Pump P40
            ========

            The P40 is a diaphragm pump for clean water. It is heavy. The P40 weighs 3.2 kg
            and costs 120 euros. A diaphragm means a thin flexible wall.

            ## Facts

            - **Flow rate**: 40 l/min
            - Voltage - 230 V

            | Model | Weight | Colour |
            |---|---|---|
            | P60 | 4.1 kg | red |

            ## Care
            Clean the filter once a month. Use cold water.

            The storage temperature of the P40 is 5 to 30 degrees.
            """;

    @Test
    void shouldAskForWhatTheStructureSaysWhenDocumentHasHeadingsListsAndTables() {
        Map<String, String> answers = ask(MAPPER, HANDBOOK, Map.of());
        assertEquals("The P40 is a diaphragm pump for clean water.",
                answers.get("What does the document say about Pump P40?"));
        assertEquals("a diaphragm pump for clean water", answers.get("What is the P40?"));
        assertEquals("a thin flexible wall", answers.get("What is a diaphragm?"));
        assertEquals("3.2 kg", answers.get("What does the P40 weigh?"));
        assertEquals("40 l/min", answers.get("What is the flow rate of Pump P40?"));
        assertEquals("230 V", answers.get("What is the voltage of Pump P40?"));
        assertEquals("4.1 kg", answers.get("What is the weight of the P60?"));
        assertEquals("red", answers.get("What is the colour of the P60?"));
        assertEquals("5 to 30 degrees", answers.get("What is the storage temperature of the P40?"));
        assertEquals("Clean the filter once a month.", answers.get("What does the document say about care of Pump "
                + "P40?"));
        assertFalse(answers.values().stream().anyMatch("heavy"::equals));
    }

    @Test
    void shouldAskForTheValueWhenSampleIsARowOfATable() {
        Map<String, String> answers = ask(MAPPER, "item: Lamp\nproperty: Height\nvalue: 40 cm",
                Map.of("item", "Lamp", "property", "Height", "value", "40 cm"));
        assertEquals("40 cm", answers.get("What is the height of the Lamp?"));
    }

    @Test
    void shouldNameTheSpanOfTheAnswerWhenTextIsTheDocuments() {
        for (Draft draft : MAPPER.apply(draft(HANDBOOK, Map.of()))) {
            Sample sample = draft.sample();
            String span = HANDBOOK.substring((int) (sample.from() - FROM), (int) (sample.to() - FROM));
            assertEquals(draft.fields().path("answer").asText(), span.replaceAll("\\s+", " "));
            assertEquals("doc", sample.documentId());
        }
    }

    @Test
    void shouldFindTheSpanInTheDocumentWhenAMapperChangedTheTextBefore() {
        Draft draft = draft("mail me at a@b.example. The hat is a red one.", Map.of());
        draft.setText("text", "mail me at . The hat is a red one.");
        Draft made = MAPPER.apply(draft).getFirst();
        assertEquals("a red one", made.fields().path("answer").asText());
        assertEquals(FROM + 35, made.sample().from());
        assertEquals(FROM + 44, made.sample().to());
    }

    @Test
    void shouldShareOneFactAmongPhrasingsAndDocumentsWhenTheySayTheSame() {
        QaFromStructureMapper four = new QaFromStructureMapper("text", 25, 4, 200);
        List<Draft> one = four.apply(draft("The hat is a red one.", Map.of()));
        List<Draft> other = four.apply(draft("As everyone knows:\n\nThe hat is a red one. Fine.", Map.of()));
        assertEquals(4, one.size());
        assertEquals(4, one.stream().map(d -> d.fields().path("question").asText()).distinct().count());
        assertEquals(1, one.stream().map(d -> d.fields().path("fact").asText()).distinct().count());
        assertEquals(one.getFirst().fields().path("fact"), other.getFirst().fields().path("fact"));
        assertEquals("user", one.getFirst().fields().path("messages").path(0).path("role").asText());
        assertEquals("a red one", one.getFirst().fields().path("messages").path(1).path("content").asText());
    }

    @Test
    void shouldTakeNoAnswerLongerThanAllowedWhenTextHasOne() {
        assertTrue(ask(new QaFromStructureMapper("text", 3, 1, 200), "The hat is a very large red one.", Map.of())
                .isEmpty());
    }

    @Test
    void shouldStayWithinLimitsWhenTextIsHugeOrOdd() {
        String many = "Key: value\n".repeat(5000).replace("Key", "Key word");
        StringBuilder distinct = new StringBuilder("# Box\n");
        for (int i = 0; i < 5000; i++) {
            distinct.append("- part ").append((char) ('a' + i % 26)).append(": v").append(i).append('\n');
        }
        assertTrue(MAPPER.apply(draft(many, Map.of())).size() <= 200);
        assertEquals(200, MAPPER.apply(draft(distinct.toString(), Map.of())).size());
        Random random = new Random(7);
        String alphabet = "|-:*#=.\n\n  aB\t1\u2013\u00e9\ud83d\ude00";
        for (int round = 0; round < 300; round++) {
            StringBuilder text = new StringBuilder("The ");
            for (int i = random.nextInt(80); i >= 0; i--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            text.append(" is a thing\n: | x | \n---\n");
            for (Draft made : MAPPER.apply(draft(text.toString(), Map.of()))) {
                assertFalse(made.fields().path("answer").asText().isBlank());
            }
        }
    }

    private static Map<String, String> ask(QaFromStructureMapper mapper, String text, Map<String, String> fields) {
        Map<String, String> answers = new TreeMap<>();
        mapper.apply(draft(text, fields)).forEach(made ->
                answers.put(made.fields().path("question").asText(), made.fields().path("answer").asText()));
        return answers;
    }

    private static Draft draft(String text, Map<String, String> more) {
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        for (String key : List.of("item", "property", "value")) {
            if (more.containsKey(key)) {
                fields.put(key, more.get(key));
            }
        }
        fields.put("text", text);
        return new Draft(new Sample(fields, "doc", FROM, FROM + text.length(), 0));
    }
}
