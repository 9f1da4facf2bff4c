package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LanguageOperatorsTest {

    @TempDir
    Path directory;

    private static String mapped(String step, String text) throws IOException {
        int colon = step.indexOf(':');
        return ((TextMapper) Reference.operator(step.substring(0, colon),
                Json.MAPPER.readTree(step.substring(colon + 1)))).map(text);
    }

    @Test
    void shouldEndSentencesOnlyWhereTheyEnd() throws IOException {
        assertEquals("Dr. Smith paid $3.50 to J. Doe, i.e. his aunt.\n\"Really?\" she said.\nYes!\n"
                + "(It was 5 p.m. then.)\nGood... or not\u2026\nNo",
                mapped("sentence_split_mapper:{}", "Dr. Smith paid $3.50 to J. Doe, i.e. his aunt.  \"Really?\" she "
                        + "said. Yes! (It was 5 p.m. then.)\nGood... or not\u2026 No"));
        assertEquals("Z.B. am 3. Mai.\nUsw. usf.",
                mapped("sentence_split_mapper:{\"lang\": \"de\"}", "Z.B. am 3. mai. Usw. usf.").replace("mai", "Mai"));
        assertEquals("", mapped("sentence_split_mapper:{}", " \n "));
        assertThrows(RecipeException.class, () -> mapped("sentence_split_mapper:{\"lang\": \"xx\"}", ""));
    }

    @Test
    void shouldConvertAndLeaveTheRestAloneWhenTextIsChinese() throws IOException {
        assertEquals("\u982D\u9AEE\u767C\u5C55 abc \uD83D\uDE00\uD800",
                mapped("chinese_convert_mapper:{}", "\u5934\u53D1\u53D1\u5C55 abc \uD83D\uDE00\uD800"));
        assertEquals("", mapped("chinese_convert_mapper:{\"mode\": \"t2s\"}", ""));
        RecipeException e = assertThrows(RecipeException.class,
                () -> mapped("chinese_convert_mapper:{\"mode\": \"s2x\"}", ""));
        assertTrue(e.getMessage().contains("s2x") && e.getMessage().contains("tw2sp"), e.getMessage());
    }

    @Test
    void shouldKeepTextsThatTellOfActions() throws IOException {
        List<JsonNode> kept = run("text_action_filter:\n", "Tom is playing piano.", "A quiet house.");
        assertEquals(List.of("Tom is playing piano."), kept.stream().map(line -> line.path("text").asText()).toList());
        assertEquals(1, kept.getFirst().path("__dj__stats__").path("num_action").asInt());
        assertEquals(1, run("text_action_filter: {lang: zh, min_action_num: 2}\n",
                "\u6211\u5531\u6B4C\uFF0C\u5199\u4FE1"
                + "\u3002", "\u7F8E\u4E3D\u7684\u57CE\u5E02\u3002").size());
    }

    @Test
    void shouldMakeAsManyVariantsAsAskedAndTheSameAgainWhenAugmented() throws IOException {
        String text = "The quick brown fox jumps over the lazy dog near the river bank today";
        String methods = "delete_random_word: true, swap_random_char: true";
        List<JsonNode> each = run("nlpaug_en_mapper: {aug_num: 3, " + methods + "}\n", text);
        assertEquals(7, each.size());
        assertEquals(text, each.getFirst().path("text").asText());
        Set<String> distinct = new TreeSet<>();
        each.forEach(line -> distinct.add(line.path("text").asText()));
        assertEquals(7, distinct.size());
        assertEquals(each, run("nlpaug_en_mapper: {aug_num: 3, " + methods + "}\n", text));
        assertEquals(3, run("nlpaug_en_mapper: {aug_num: 3, keep_original_sample: false, sequential: true, " + methods
                + "}\n", text).size());
        assertEquals(1, run("nlpaug_en_mapper:\n", text).size());
        assertEquals(0, run("nlpaug_en_mapper: {keep_original_sample: false}\n", text).size());
        assertEquals(2, run("nlpcda_zh_mapper: {replace_equivalent_num: true}\n", "\u6709 5 \u79CD").size());
    }

    private List<JsonNode> run(String step, String... texts) throws IOException {
        Pipeline pipeline = Reference.pipeline("keep_stats_in_res_ds: true\nprocess:\n  - " + step);
        List<quern.ingest.Sample> samples = new java.util.ArrayList<>();
        for (String text : texts) {
            samples.add(Reference.sample(samples.size(), text));
        }
        return Reference.run(pipeline, samples, java.nio.file.Files.createTempDirectory(directory, "run"));
    }
}
