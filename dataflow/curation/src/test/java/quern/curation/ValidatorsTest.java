package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import quern.config.ApplianceConfig;
import quern.config.ConfigLoader;
import quern.config.ConfigSources;
import quern.curation.library.BuiltInOperators;
import quern.ingest.reader.ReadLimits;

/** The validators of a recipe: what they refuse, and that nothing is written then. */
class ValidatorsTest {

    private static final ApplianceConfig CONFIG = ConfigLoader.load(ConfigSources.none()).config();

    @TempDir
    Path directory;

    private String check(String validators, String... rows) throws IOException {
        Files.write(directory.resolve("rows.jsonl"), java.util.List.of(rows));
        Pipeline pipeline = new RecipeCompiler(new BuiltInOperators()).compile(Recipe.parse("""
                dataset: {configs: [{path: rows.jsonl}]}
                export_path: out/kept.jsonl
                text_keys: text
                validators: [%s]
                """.formatted(validators), CONFIG.curation()));
        FileRun files = FileRun.of(pipeline, directory);
        try (PipelineRun run = files.open(CONFIG.curation(), ReadLimits.of(CONFIG.ingest()))) {
            assertTrue(run.progress().in() == 0);
            return "";
        } catch (RunException e) {
            assertFalse(Files.exists(directory.resolve("out/kept.jsonl")));
            return e.getMessage();
        }
    }

    @Test
    void shouldLookAtFieldsAndTypesWhenTheyAreRequired() throws IOException {
        String both = "{type: required_fields, required_fields: [text, meta.n], field_types: {meta.n: Integer}}";
        assertEquals("", check(both, "{\"text\": \"a\", \"meta\": {\"n\": 1}}"));
        assertEquals("validators: required_fields: rows.jsonl: field 'meta.n' is missing in 1 of the first 2 samples, "
                + "allow_missing is 0.0", check(both, "{\"text\": \"a\"}", "{\"text\": \"a\", \"meta\": {\"n\": 1}}"));
        assertEquals("validators: required_fields: rows.jsonl: field 'meta.n' is str, expected int",
                check(both, "{\"text\": \"a\", \"meta\": {\"n\": \"1\"}}"));
        String half = "{type: required_fields, required_fields: [text, n], allow_missing: 0.5, sample_size: 2}";
        assertEquals("", check(half, "{\"text\": \"a\", \"n\": null}", "{\"text\": \"a\", \"n\": 1}",
                "{\"text\": \"a\"}"));
        assertTrue(check(half.replace("0.5", "1"), "{\"text\": \"a\", \"n\": null}").contains("'n' is missing in 1"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            [{"role":"user","content":"a"},{"role":"assistant","content":"b"}] |
            "none" | sample 1: field 'messages' is str, expected list
            [{"role":"user","content":"a"}] | sample 1: 1 messages, expected 2 to 3
            [{"role":"user","content":"a"},{"role":"bot","content":""}] | sample 1: message 2 has role 'bot'
            [{"role":"user","content":"a"},{"role":"user","content":null}] | sample 1: message 2 has no content
            """)
    void shouldLookAtRolesAndContentWhenMessagesAreExpected(String messages, String expected) throws IOException {
        String found = check("{type: swift_messages, min_turns: 2, max_turns: 3}",
                "{\"text\": \"a\", \"messages\": " + messages + "}");
        assertTrue(expected == null ? found.isEmpty() : found.contains(expected), found);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "response": "c" |
            "response": "c", "history": [["d", "e"]] |
            "respond": "c" | field 'response' is nothing, expected str
            "response": "c", "system": 3 | field 'system' is int, expected str
            "response": "c", "history": [] | 1 turns, expected 2 to 2
            "response": "c", "history": [["d"]] | turn 1 of the history is no pair of texts
            """)
    void shouldLookAtTurnsWhenDialogsAreExpected(String rest, String expected) throws IOException {
        String found = check("{type: dj_conversation, min_turns: 2, max_turns: 2}",
                "{\"text\": \"a\", \"instruction\": \"\", \"query\": \"b\", " + rest + "}");
        assertTrue(expected == null ? found.isEmpty() : found.contains(expected), found);
    }

    @Test
    void shouldSayWhatIsWrongWithAValidatorBeforeAnythingIsRead() {
        RecipeException e = assertThrows(RecipeException.class, () -> check("{type: conversation}, {type: code}, "
                + "{type: required_fields}, {type: swift_messages, max_turn: 3, min_turns: none}, 7, "
                + "{type: required_fields, required_fields: [a], field_types: {a: tree}, allow_missing: 2}", ""));
        for (String part : new String[] {"type is 'conversation', expected required_fields, swift_messages",
            "'code' checks nothing", "required_fields is nothing, expected a list",
            "unknown parameter 'max_turn', did you mean max_turns?", "min_turns is 'none', expected 1 to",
            "expected a map with 'type', found '7'", "type of field 'a' is 'tree'", "allow_missing is '2'"}) {
            assertTrue(e.getMessage().contains(part), () -> part + "\nis not in\n" + e.getMessage());
        }
    }
}
