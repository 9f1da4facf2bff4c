package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import quern.curation.deident.DeidentifyMapper;
import quern.curation.library.BuiltInOperators;
import quern.ingest.Sample;

/** {@code recognizer: rules+model} of the operators that take identifiers out, against a scripted model. */
class ModelRecognizerTest {

    private static final String TEXT = "The gardener known as Oldfox sleeps behind the mill. "
            + "Oldfoxes are other animals. "
            + "SSN 219-09-9999. He takes 50 mg of it.";

    private static Operator operator(TextGenerator model, String parameters) {
        String recipe = "project_name: t\nprocess:\n  - mask_identifiers_mapper: {recognizer: rules+model" + parameters
                + "}\n";
        return new RecipeCompiler(new BuiltInOperators(null, model)).compile(Recipe.parse(recipe, Reference.CONFIG))
                .operators().getFirst();
    }

    private static List<String> masked(ScriptedGenerator model, String parameters, String text) {
        Draft draft = new Draft(new Sample(Json.object().put("text", text), "doc", 0, 1, 0));
        return ((DeidentifyMapper) operator(model, parameters)).apply(draft).stream().map(d -> d.text("text")).toList();
    }

    private static String answer(String... kindsAndTexts) {
        var node = Json.object();
        var list = node.putArray("identifiers");
        for (int i = 0; i < kindsAndTexts.length; i += 2) {
            list.addObject().put("kind", kindsAndTexts[i]).put("text", kindsAndTexts[i + 1]);
        }
        return node.toString();
    }

    @Test
    void shouldMaskWhatTheModelNamesWhenItStandsInTheText() {
        ScriptedGenerator model = ScriptedGenerator.of(answer("name", "Oldfox", "address", "behind the mill",
                "name", "Somebody Else", "mrn", "gardener", "name", "The", "device", "219-09-9999"));
        assertEquals(List.of("The gardener known as [NAME] sleeps [ADDRESS]. Oldfoxes are other animals. SSN [SSN]. "
                + "He takes 50 mg of it."), masked(model, "", TEXT));
        TextGenerator.Request request = model.requests().getFirst();
        assertEquals(1, model.requests().size());
        assertTrue(request.schema().orElseThrow().toString().contains("\"health_plan\""));
        assertEquals(TEXT, request.messages().getLast().content());
        assertTrue(operator(model, "").waits());
    }

    @Test
    void shouldAskOnlyForTheKindsThatAreTreated() {
        ScriptedGenerator model = ScriptedGenerator.of(answer("name", "Oldfox", "address", "behind the mill"));
        assertTrue(masked(model, ", kinds: [address]", TEXT).getFirst().contains("as Oldfox sleeps [ADDRESS]"));
        assertFalse(model.requests().getFirst().schema().orElseThrow().toString().contains("\"name\",\"date\""));
    }

    @Test
    void shouldKeepToTheRulesOrDropWhenTheModelHasNoAnswer() {
        ScriptedGenerator model = ScriptedGenerator.of("no list at all");
        assertEquals(List.of(TEXT.replace("219-09-9999", "[SSN]")), masked(model, ", try_num: 2", TEXT));
        assertEquals(2, model.requests().size());
        assertEquals(List.of(), masked(ScriptedGenerator.of("{}"), ", when_unsure: drop", TEXT));
        assertEquals(1, masked(ScriptedGenerator.of(answer()), ", when_unsure: drop", TEXT).size());
    }

    @Test
    void shouldAskForEveryPieceOnceWhenATextIsLong() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            text.append("Paragraph of the long text in which Oldfox is named again, and of ").append(i)
                    .append(" more words that say little.\n\n");
        }
        text.append("x".repeat(5000));
        List<String> pieces = new ArrayList<>();
        ScriptedGenerator model = ScriptedGenerator.by(request -> {
            pieces.add(request.messages().getLast().content());
            return answer("name", "Oldfox");
        });
        String after = masked(model, "", text.toString()).getFirst();
        assertEquals(text.toString(), String.join("", pieces));
        assertTrue(pieces.size() > 4 && pieces.stream().allMatch(piece -> piece.length() <= 1600));
        assertEquals(text.toString().replace("Oldfox", "[NAME]"), after);
    }

    @Test
    void shouldSayWhatIsMissingWhenThereIsNoModelOrNoSuchRecognizer() {
        RecipeException none = assertThrows(RecipeException.class, () -> operator(null, ""));
        assertTrue(none.problems().getFirst().wantsModel(), none::getMessage);
        RecipeException other = assertThrows(RecipeException.class, () -> Reference.pipeline(
                "project_name: t\nprocess:\n  - mask_identifiers_mapper: {recognizer: model}\n"));
        assertTrue(other.getMessage().contains("recognizer is 'model', expected rules or rules+model"),
                other::getMessage);
    }
}
