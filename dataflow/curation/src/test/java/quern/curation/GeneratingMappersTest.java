package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.ingest.Sample;

class GeneratingMappersTest {

    @TempDir
    private Path directory;

    private String seeds() throws Exception {
        String line = "{\"messages\": [{\"role\": \"user\", \"content\": \"%s\"}, {\"role\": \"assistant\", "
                + "\"content\": \"%s\"}]}%n";
        return Files.writeString(directory.resolve("seeds.jsonl"), line.formatted("What is red", "The fox is red")
                + line.formatted("What is blue", "The sky") + "{\"messages\": []}\n").toString();
    }

    @Test
    void shouldWriteAfterExamplesAndRefuseWhatIsTooLikeThem() throws Exception {
        ScriptedGenerator model = ScriptedGenerator.of(
                "{\"pairs\": [{\"question\": \"Who runs?\", \"answer\": \"A hare.\"}, "
                        + "{\"question\": \"Why?\", \"answer\": \"Fun.\"}]}",
                "{\"pairs\": [{\"question\": \"What is red\", \"answer\": \"The fox is red\"}]}",
                "garbage");
        Asked asked = Asked.run(model, "- generate_qa_from_examples_mapper: {example_num: 2, seed_file: " + seeds()
                + "}", "{\"text\": \"1\"}", "{\"text\": \"2\"}", "{\"text\": \"3\", \"query\": \"old\"}");
        JsonNode first = asked.kept().get(0);
        assertEquals("Why?", first.path("query").textValue());
        assertEquals("Fun.", first.path("response").textValue());
        assertEquals("[[\"Who runs?\",\"A hare.\"]]", first.path("history").toString());
        for (JsonNode empty : asked.kept().subList(1, 3)) {
            assertEquals("", empty.path("query").textValue());
            assertEquals("[]", empty.path("history").toString());
        }
        assertEquals(1, asked.notes().get("too similar to an example"));
        assertEquals(1, asked.notes().get("left without an answer"));
        String shown = model.requests().getFirst().messages().getLast().content();
        assertTrue(shown.contains("The sky") && shown.contains("The fox is red"), shown);
    }

    @Test
    void shouldRefuseTheRecipeWhenThereAreNoExamples() throws Exception {
        ScriptedGenerator model = ScriptedGenerator.of("");
        Path empty = Files.writeString(directory.resolve("e.jsonl"), "{\"messages\": 3}\n");
        Path broken = Files.writeString(directory.resolve("b.jsonl"), "{\"mess");
        for (Object wrong : List.of("''", directory.resolve("none"), empty, broken, directory)) {
            assertThrows(RecipeException.class, () -> Asked.pipeline(model,
                    "- generate_qa_from_examples_mapper: {seed_file: " + wrong + "}"), wrong::toString);
        }
        String seeds = seeds();
        assertThrows(RecipeException.class, () -> Asked.pipeline(model,
                "- generate_qa_from_examples_mapper: {similarity_threshold: 2, seed_file: " + seeds + "}"));
    }

    @Test
    void shouldGiveTheSameSamplesWhenTheRunIsKilledAndGoesOn() throws Exception {
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < 57; i++) {
            samples.add(Reference.sample(i, "text number " + i));
        }
        String recipe = "process:\n  - sentence_augmentation_mapper: {task_sentence: Go., text_key_second: more}\n";
        ScriptedGenerator model = ScriptedGenerator.by(request ->
                "answer " + request.sampling().seed().getAsLong() + " to " + request.messages().getLast().content());
        List<JsonNode> whole = Reference.run(Asked.pipeline(model, recipe), samples, directory.resolve("whole"));
        Path killed = directory.resolve("killed");
        for (int steps = 1; steps < 9; steps++) {
            try (PipelineRun run = PipelineRun.open(Asked.pipeline(model, recipe), new ListSource(samples), killed,
                    Reference.CONFIG, List.of())) {
                for (int step = 0; step < steps; step++) {
                    run.step(4);
                }
            }
        }
        assertEquals(whole, Reference.run(Asked.pipeline(model, recipe), samples, killed));
        assertEquals(57, whole.size());
    }

    @Test
    void shouldWriteNewPromptsAfterTheOnesThereAre() {
        ScriptedGenerator model = ScriptedGenerator.of("{\"prompt\": \"p0\"}", "{\"prompt\": \"p1\"}",
                "{\"prompt\": \"p1\"}", "{\"prompt\": \"p2\"}", "no", "no");
        Asked asked = Asked.run(model, "- optimize_prompt_mapper: {gen_num: 3, max_example_num: 2, retry_num: 2}",
                "{\"text\": \"t\", \"prompt\": \"p0\", \"x\": 1}", "{\"text\": \"u\"}");
        assertEquals(List.of("p0", "p1", "p2", ""), asked.kept().stream().map(one ->
                one.path("prompt").asText("")).toList());
        assertEquals(1, asked.kept().get(2).path("x").intValue());
        assertEquals(2, asked.notes().get("answer not used: a prompt there is already"));
        assertEquals(1, asked.notes().get("left without an answer"));
        assertEquals(1, asked.notes().get("no prompt"));
        String last = model.requests().getLast().messages().getLast().content();
        assertTrue(last.contains("p1") && last.contains("p2") && !last.contains("p0"), last);
    }

    @Test
    void shouldGrowAGroupWhenThePromptsAreAList() {
        ScriptedGenerator model = ScriptedGenerator.of("{\"prompt\": \"c\"}");
        String group = "{\"text\": \"t\", \"prompt\": [\"a\", \"b\"], \"n\": [1, 2], \"other\": [1]}";
        JsonNode kept = Asked.run(model, "- optimize_prompt_mapper: {gen_num: 1}", group).only();
        assertEquals("[\"a\",\"b\",\"c\"]", kept.path("prompt").toString());
        assertEquals("[1,2,1]", kept.path("n").toString());
        assertEquals("[1]", kept.path("other").toString());
        JsonNode fresh = Asked.run(model, "- optimize_prompt_mapper: {gen_num: 1, keep_original_sample: false}", group)
                .only();
        assertEquals("[\"c\"]", fresh.path("prompt").toString());
        assertFalse(fresh.path("prompt").toString().contains("a"));
    }
}
