package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where Data-Juicer's behaviour is a fault: what Quern does, and what it does when asked for theirs. */
class CompatibilityTest {

    @TempDir
    Path directory;

    private static void check(String operator, String text, String quern, String dataJuicer) throws IOException {
        String name = operator.substring(0, operator.indexOf(':'));
        JsonNode parameters = Json.MAPPER.readTree(operator.substring(operator.indexOf(':') + 1));
        assertEquals(quern, ((TextMapper) Reference.operator(name, parameters)).map(text), operator);
        assertEquals(dataJuicer, ((TextMapper) Reference.compatible(name, parameters)).map(text), operator);
    }

    @Test
    void shouldCutCommentsOnlyWhenTheyAreComments() throws IOException {
        String text = "a % one\nb\\% two\nc\\\\% three\n  % four\n% five\nd%\ne";
        check("remove_comments_mapper:{}", text, "a \nb\\% two\nc\\\\\nd\ne", "a\nb\\% two\nc\\\\% three\n \nd%\ne");
        check("remove_comments_mapper:{\"multiline\": false}", text, "a \nb\\% two\nc\\\\\n  % four\n% five\nd\ne",
                "a\nb\\% two\nc\\\\% three\n \nd%\ne");
        check("remove_comments_mapper:{\"inline\": false}", "a % b\n% c\nd", "a % b\nd", "a % b\nd");
    }

    @Test
    void shouldDropOrKeepTextsWithoutHeaderAsTheParameterSays() throws IOException {
        check("remove_header_mapper:{}", "no header", "", "no header");
        check("remove_header_mapper:{\"drop_no_head\": false}", "no header", "no header", "no header");
        check("remove_header_mapper:{}", "x \\section*{A} b", "\\section*{A} b", "\\section*{A} b");
        check("remove_header_mapper:{}", "x \\paragraph{A} b", "\\paragraph{A} b", "x \\paragraph{A} b");
    }

    @Test
    void shouldRemoveOnlyTheCharactersAskedFor() throws IOException {
        check("remove_specific_chars_mapper:{\"chars_to_remove\": \"ab\"}", "a|b|c", "||c", "c");
        check("remove_specific_chars_mapper:{\"chars_to_remove\": \"a\"}", "a|b", "|b", "|b");
        check("remove_specific_chars_mapper:{\"chars_to_remove\": [\"a\", \"-\", \"z\"]}", "a-z|y", "|y", "-y");
        check("remove_specific_chars_mapper:{\"chars_to_remove\": \"^a\"}", "^ab|", "b|", "a|");
    }

    @Test
    void shouldReadMacrosLinksAndPiecesAsDataJuicerDoes() throws IOException {
        String macros = "\\newcommand{\\n}{N}\nx \\n1 \\n. \\nb";
        String expanded = "\\newcommand{N}{N}\nx \\n1 N. \\nb";
        check("expand_macro_mapper:{}", macros, expanded, expanded);
        check("clean_links_mapper:{}", "a \u212Aey:x/y b", "a  b", "a  b");
        List<String> kept = new java.util.ArrayList<>();
        for (String text : List.of("", "abcd\n\n", "abcdefgh")) {
            Draft draft = Reference.draft(text);
            ((Mapper) Reference.operator("text_chunk_mapper", Json.MAPPER.readTree(
                    "{\"max_len\": 6, \"split_pattern\": null, \"overlap_len\": 3}"))).apply(draft)
                    .forEach(piece -> kept.add(piece.text("text")));
        }
        assertEquals(List.of("", "abcd\n\n", "abcdef", "defgh", "gh"), kept);
    }

    @Test
    void shouldTakeANulForACharacterOfItsWord() {
        assertEquals(0.5, new quern.curation.text.TextView("\u0000the the").words(true).shareIn(
                new quern.curation.text.WordList(List.of("the")), new int[0], ""));
    }

    @Test
    void shouldNumberSamplesInTheirOrderWhenAnIndexIsAskedFor() throws IOException {
        Pipeline pipeline = Reference.pipeline("""
                process:
                  - text_length_filter: {min_len: 2}
                  - text_chunk_mapper: {max_len: 2, split_pattern: null, index_key: meta.n}
                """);
        List<JsonNode> kept = Reference.run(pipeline, Reference.samples(Json.MAPPER.readTree(
                "[{\"text\": \"aaa\"}, {\"text\": \"b\"}, {\"text\": \"cc\"}, {\"text\": \"ddd\"}]")), directory);
        assertEquals(List.of("aa0", "a0", "cc1", "dd2", "d2"), kept.stream()
                .map(sample -> sample.path("text").asText() + sample.path("meta.n").asText()).toList());
    }

    @Test
    void shouldChooseByTextsZeroRatiosAndTruthsAsAsked() throws IOException {
        String samples = "[{\"text\": \"a\", \"v\": \"9\", \"b\": true}, "
                + "{\"text\": \"b\", \"v\": \"10\", \"b\": false}, {\"text\": \"c\", \"v\": \"x\", \"b\": true}]";
        String top = "topk_specified_field_selector: {field_key: v, topk: 2}";
        assertEquals("b|a", keptTexts("", top, samples));
        assertEquals("c|a", keptTexts(Reference.COMPAT, top, samples));
        String none = "topk_specified_field_selector: {field_key: v, top_ratio: 0, topk: 1}";
        assertEquals("", keptTexts("", none, samples));
        assertEquals("c", keptTexts(Reference.COMPAT, none, samples));
        String number = "specified_numeric_field_filter: {field_key: b}";
        assertEquals("", keptTexts("", number, samples));
        assertEquals("a|c", keptTexts(Reference.COMPAT, number, samples));
        for (String head : List.of("", Reference.COMPAT)) {
            assertEquals("a|c", keptTexts(head, "specified_field_filter: {field_key: b, target_value: [1]}", samples));
        }
        String condition = "general_field_filter: {filter_condition: ";
        assertEquals("a|c", keptTexts(Reference.COMPAT, condition + "b > 0}", samples));
        assertEquals("b", keptTexts(Reference.COMPAT, condition + "b == 0}", samples));
    }

    @Test
    void shouldRemoveAddressesOnlyWhenTheyStandAlone() throws IOException {
        check("clean_ip_mapper:{}", "999.1.1.1 and 10.0.0.1:80, v1.2.3.4.5", "999.1.1.1 and :80, v1.2.3.4.5",
                "9 and :80, v.5");
        check("clean_ip_mapper:{}", "at 188.46.244.216my, ip:10.0.0.1.", "at my, ip:.", "at my, ip:.");
        check("clean_ip_mapper:{}", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8:9", ":9");
        check("clean_ip_mapper:{\"repl\": \"*\"}", "(192.168.255.1) 2001:db8:0:0:0:0:0:1", "(*) *", "(*) *");
    }

    @Test
    void shouldLeaveDigitsAloneWhenPunctuationIsNormalised() throws IOException {
        check("punctuation_normalization_mapper:{}", "\uFF11\uFF12\u3002", "\uFF11\uFF12.", "\"\uFF12.");
    }

    @Test
    void shouldCompareZeroWhenAFieldIsANumber() throws IOException {
        String samples = "[{\"text\": \"a\", \"n\": 0}, {\"text\": \"b\", \"n\": \"0.0\"}, {\"text\": \"c\", \"n\": 7},"
                + " {\"text\": \"d\", \"n\": \"\"}, {\"text\": \"e\", \"n\": null}, {\"text\": \"f\", \"n\": \"x\"}]";
        String step = "specified_numeric_field_filter: {field_key: n, max_value: 5}";
        assertEquals("a b", kept("", step, samples));
        assertEquals("", kept(Reference.COMPAT, step, samples));
    }

    @Test
    void shouldKeepTheEndPointsOrNotWhenARangeIsReversed() throws IOException {
        String samples = "[{\"text\": \"a\"}, {\"text\": \"bb\"}, {\"text\": \"ccc\"}, {\"text\": \"dddd\"}]";
        String step = "text_length_filter: {min_len: 2, max_len: 3, reversed_range: true}";
        assertEquals("a dddd", kept("", step, samples));
        assertEquals("a bb ccc dddd", kept(Reference.COMPAT, step, samples));
        String open = "text_length_filter: {min_len: 2, max_len: 3, reversed_range: true, min_closed_interval: false}";
        assertEquals("a bb dddd", kept("", open, samples));
        assertEquals("a ccc dddd", kept(Reference.COMPAT, open, samples));
    }

    @Test
    void shouldTakeNegativeNumbersAndReversalInConditions() throws IOException {
        String samples = "[{\"text\": \"a\", \"n\": -3}, {\"text\": \"b\", \"n\": 2}, {\"text\": \"c\"}]";
        assertEquals("b", kept("", "general_field_filter: {filter_condition: n > -1}", samples));
        assertThrows(RecipeException.class, () -> kept(Reference.COMPAT,
                "general_field_filter: {filter_condition: n > -1}", samples));
        String reversed = "general_field_filter: {filter_condition: n > 1, reversed_range: true}";
        assertEquals("a c", kept("", reversed, samples));
        assertEquals("b", kept(Reference.COMPAT, reversed, samples));
    }

    @Test
    void shouldKeepShortTextsWhenTheyCannotBeCompared() throws IOException {
        String samples = "[{\"text\": \"a b\"}, {\"text\": \"c d\"}, {\"text\": \"one two three four five six\"}]";
        String min = "document_minhash_deduplicator:";
        assertEquals("a b|c d|one two three four five six", keptTexts("", min, samples));
        assertEquals("one two three four five six", keptTexts(Reference.COMPAT, min, samples));
        String sim = "document_simhash_deduplicator: {window_size: 3}";
        assertEquals("a b|c d|one two three four five six", keptTexts("", sim, samples));
        assertEquals("a b|one two three four five six", keptTexts(Reference.COMPAT, sim, samples));
    }

    @Test
    void shouldLoseOneSampleWhenOneIsBad() throws IOException {
        String samples = "[{\"text\": \"good one\"}, {\"text\": null}, {\"text\": 7}, {\"text\": {\"a\": 1}},"
                + " {\"text\": \"good two\"}]";
        String steps = "whitespace_normalization_mapper:\n  - text_length_filter: {min_len: 2}";
        assertEquals("good one|good two", keptTexts("", steps, samples));
        assertEquals("good one|good two", keptTexts(Reference.COMPAT, steps, samples));
    }

    private String kept(String head, String step, String samples) throws IOException {
        return keptTexts(head, step, samples).replace('|', ' ');
    }

    private String keptTexts(String head, String step, String samples) throws IOException {
        Pipeline pipeline = Reference.pipeline(head + "process:\n  - " + step + "\n");
        Path run = java.nio.file.Files.createTempDirectory(directory, "run");
        List<JsonNode> lines = Reference.run(pipeline, Reference.samples(Json.MAPPER.readTree(samples)), run);
        return String.join("|", lines.stream().map(line -> line.path("text").asText()).toList());
    }
}
