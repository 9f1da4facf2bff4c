package quern.appliance.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import quern.appliance.cli.FakeServer.Outcome;

/** {@code logits}, {@code generate --tokens} and {@code apply-template}, as a script uses them. */
class CheckCommandsTest {

    @TempDir
    Path data;

    private static Path shared(String name) {
        Path path = Path.of(System.getProperty("quern.root", "..")).resolve("../shared").resolve(name);
        boolean required = "required".equals(System.getProperty("quern.reference"));
        Assumptions.assumeTrue(required || Files.exists(path), path + " is absent");
        return path;
    }

    private JsonNode json(String... arguments) throws IOException {
        Outcome outcome = run(arguments);
        assertEquals(0, outcome.exitCode(), outcome.err());
        return ApiClient.JSON.readTree(outcome.out());
    }

    private Outcome run(String... arguments) {
        var line = new ArrayList<>(List.of(arguments));
        line.addAll(List.of("--data", data.resolve("none").toString(), "--json"));
        Outcome outcome = FakeServer.runAlone(line.toArray(String[]::new));
        assertFalse(Files.exists(data.resolve("none")), "the data directory was touched");
        return outcome;
    }

    private static String ids(JsonNode array) {
        return array.valueStream().map(JsonNode::asText).collect(Collectors.joining(","));
    }

    private static float[] floats(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        float[] floats = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(floats);
        return floats;
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemma2", "gemma3", "granite", "llama", "llama_bf16_sharded", "llama_rope_llama3",
        "mistral", "mixtral", "olmo2", "phi3", "qwen2", "qwen3", "qwen3_moe", "smollm3"})
    void shouldGiveTheReferencesNumbersWhenAskedForLogitsAndTokens(String name) throws IOException {
        Path model = shared("reference/hf/" + name);
        float[] expected = floats(model.resolve("logits.f32"));
        for (JsonNode prompt : ApiClient.JSON.readTree(model.resolve("cases.json").toFile()).path("prompts")) {
            String tokens = ids(prompt.path("ids"));
            JsonNode logits = json("logits", model.toString(), "--tokens", tokens).path("logits");
            int row = prompt.path("last_logits_row").asInt() * logits.size();
            for (int i = 0; i < logits.size(); i++) {
                assertEquals(expected[row + i], logits.get(i).floatValue(), 2e-4f, "logit " + i);
            }
            JsonNode all = json("logits", model.toString(), "--tokens", tokens, "--all").path("logits");
            assertEquals(prompt.path("ids").size(), all.size());
            assertEquals(logits, all.get(all.size() - 1));
            for (int position = 0; position < all.size(); position++) {
                assertEquals(prompt.path("argmax").get(position).asInt(), largest(all.get(position)));
            }
            JsonNode answer = json("generate", model.toString(), "--tokens", tokens, "--max", "32",
                    "--temperature", "0");
            assertEquals(prompt.path("greedy"), answer.path("tokens"));
            assertEquals("length", answer.path("finish_reason").asText());
        }
    }

    private static int largest(JsonNode row) {
        int best = 0;
        for (int i = 1; i < row.size(); i++) {
            best = row.get(i).floatValue() > row.get(best).floatValue() ? i : best;
        }
        return best;
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2"})
    void shouldGiveTheReferencesNumbersWhenAnAdapterIsNamed(String name) throws IOException {
        Path model = shared("reference/hf/" + name);
        Path lora = shared("reference/lora/" + name);
        float[] expected = floats(lora.resolve("logits.f32"));
        JsonNode prompt = ApiClient.JSON.readTree(lora.resolve("cases.json").toFile()).path("prompts").get(1);
        String tokens = ids(prompt.path("ids"));
        JsonNode logits = json("logits", model.toString(), "--tokens", tokens, "--adapter",
                lora.resolve("adapter_final").toString()).path("logits");
        int row = prompt.path("last_logits_row").asInt() * logits.size();
        for (int i = 0; i < logits.size(); i++) {
            assertEquals(expected[row + i], logits.get(i).floatValue(), 2e-3f, "logit " + i);
        }
        assertNotEquals(logits, json("logits", model.toString(), "--tokens", tokens).path("logits"));
    }

    @Test
    void shouldGiveTheServedNumbersWhenProductIsQ8() throws IOException {
        String model = shared("reference/gguf/llama-Q8_0.gguf").toString();
        JsonNode exact = json("logits", model, "--tokens", "1,2,3").path("logits");
        JsonNode served = json("logits", model, "--tokens", "1,2,3", "--product", "q8").path("logits");
        assertNotEquals(exact, served);
        for (int i = 0; i < exact.size(); i++) {
            assertEquals(exact.get(i).floatValue(), served.get(i).floatValue(), 0.5f);
        }
    }

    @Test
    void shouldCutLongPromptsIntoChunksWhenContextIsFull() throws IOException {
        String model = shared("reference/hf/llama").toString();
        String tokens = IntStream.range(0, 256).mapToObj(i -> String.valueOf(i * 7 % 280))
                .collect(Collectors.joining(","));
        assertEquals(256, json("logits", model, "--tokens", tokens, "--all").path("logits").size());
        assertEquals(0, json("generate", model, "--tokens", tokens, "--max", "3").path("tokens").size());
        Outcome tooLong = run("logits", model, "--tokens", tokens + ",1");
        assertEquals(1, tooLong.exitCode());
        assertEquals("quern: 257 tokens, the model's context holds 256\n", tooLong.err());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "1,280|1|token 280 at position 1, expected 0 to 279", "-1|1|token -1 at position 0, expected 0 to 279",
        "1,x|2|'x' is no token id", "1,,2|2|'' is no token id", "99999999999|2|'99999999999' is no token id"})
    void shouldNameTheTokenWhenItIsNone(String tokens, int exitCode, String message) {
        String model = shared("reference/hf/llama").toString();
        for (String verb : List.of("logits", "generate")) {
            Outcome outcome = run(verb, model, "--tokens=" + tokens);
            assertEquals(exitCode, outcome.exitCode(), outcome.err());
            assertTrue(outcome.err().contains(message), outcome.err());
            assertEquals("", outcome.out());
        }
    }

    @Test
    void shouldRepeatWithTheSeedAndStopAtTheEndWhenAsked() throws IOException {
        String model = shared("reference/hf/llama").toString();
        String[] seeded = {"generate", model, "--tokens", "1,5,9", "--max", "24", "--seed", "11", "--top-k", "50",
            "--typical-p", "0.9", "--logprobs", "2"};
        JsonNode answer = json(seeded);
        assertEquals(answer, json(seeded));
        assertEquals(24, answer.path("tokens").size());
        assertEquals(2, answer.at("/logprobs/0/top").size());
        seeded[7] = "12";
        assertNotEquals(answer.path("tokens"), json(seeded).path("tokens"));
        JsonNode biased = json("generate", model, "--tokens", "1,5,9", "--max", "3", "--temperature", "0",
                "--logit-bias", "7=100");
        assertEquals("[7,7,7]", biased.path("tokens").toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--tokens 1 --prompt x|either --prompt or --tokens", "--max 3|either --prompt or --tokens",
        "--tokens 1 --model other|two models", "--tokens 1 --stop x|--stop is not supported with --tokens",
        "--tokens 1 --temperature -1|temperature is -1.0", "--prompt x --adapter y|--adapter needs --tokens",
        "--tokens 1 --min-p 2|min_p is 2.0"})
    void shouldRefuseWithTheOptionWhenOptionsDoNotFit(String line, String message) {
        var arguments = new ArrayList<>(List.of("generate", "nothing.gguf"));
        arguments.addAll(List.of(line.split(" ")));
        Outcome outcome = run(arguments.toArray(String[]::new));
        assertEquals(2, outcome.exitCode());
        assertTrue(outcome.err().contains(message), outcome.err());
    }

    @Test
    void shouldRenderOrSayWhyNotWhenTemplateIsApplied() throws IOException {
        Path template = Files.writeString(data.resolve("t.jinja"), """
                {{ bos_token }}{% for m in messages %}{{ m.role }}:{{ m.content }}{{ eos_token }}{% endfor %}
                {%- if add_generation_prompt %}>{% endif %}{{ mood }}{{ strftime_now(' %d.%m.%Y') }}
                {%- if tools is defined %}{{ tools | tojson }}{% endif %}
                {%- if fail %}{{ raise_exception('not this one') }}{% endif %}""");
        Path conversation = Files.writeString(data.resolve("c.json"), """
                {"messages": [{"role": "user", "content": "Gr\u00fc\u00df \\"x\\""}], "mood": "calm"}""");
        String[] line = {"apply-template", template.toString(), "--conversation", conversation.toString(), "--bos",
            "<s>", "--eos", "</s>", "--now", "2026-01-02T03:04:05"};
        assertEquals("{\"rendered\":\"<s>user:Gr\u00fc\u00df \\\"x\\\"</s>>calm 02.01.2026\"}\n", run(line).out());
        Files.writeString(conversation, "{\"messages\": [], \"tools\": [], \"add_generation_prompt\": false}");
        assertEquals("<s> 02.01.2026[]", json(line).path("rendered").asText());
        Files.writeString(conversation, "{\"messages\": [], \"fail\": true}");
        Outcome refused = run(line);
        assertEquals(1, refused.exitCode());
        assertTrue(ApiClient.JSON.readTree(refused.out()).path("error").asText().contains("not this one"));
        Files.writeString(conversation, "[1]");
        assertEquals(2, run(line).exitCode());
    }

    @Test
    void shouldFindTemplateAndTokensWhenModelIsADirectory() throws IOException {
        Path model = Files.createDirectories(data.resolve("model"));
        Files.writeString(model.resolve("tokenizer_config.json"), """
                {"bos_token": {"content": "<b>"}, "eos_token": "<e>", "chat_template": [
                 {"name": "default", "template": "{{ bos_token }}plain{{ eos_token }}"},
                 {"name": "tool_use", "template": "tools {{ messages[0].tool_calls[0].arguments }}"}]}""");
        Path conversation = Files.writeString(data.resolve("c.json"), "{\"messages\": []}");
        String[] line = {"apply-template", model.toString(), "--conversation", conversation.toString()};
        assertEquals("<b>plain<e>", json(line).path("rendered").asText());
        // A string of JSON stays a string, as it does in the reference.
        Files.writeString(conversation, """
                {"tools": [{"x": 1}], "messages": [{"role": "a", "tool_calls": [{"arguments": "{\\"a\\": 1}"}]}]}""");
        assertEquals("tools {\"a\": 1}", json(line).path("rendered").asText());
        Files.writeString(model.resolve("chat_template.jinja"), "own");
        Files.writeString(conversation, "{\"messages\": []}");
        assertEquals("own", json(line).path("rendered").asText());
    }
}
