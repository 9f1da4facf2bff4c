package quern.inference.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import quern.inference.SharedFiles;

class ChatTemplateCasesTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest
    @ValueSource(strings = {"HuggingFaceTB-SmolLM3-3B", "LFM2.5-Instruct",
        "NousResearch-Hermes-2-Pro-Llama-3-8B-tool_use", "Qwen-Qwen2.5-7B-Instruct", "Qwen-Qwen3-0.6B",
        "deepseek-ai-DeepSeek-R1-Distill-Qwen-32B", "google-gemma-2-2b-it", "ibm-granite-granite-3.3-2B-Instruct",
        "meta-llama-Llama-3.2-3B-Instruct", "microsoft-Phi-3.5-mini-instruct",
        "mistralai-Mistral-Nemo-Instruct-2407", "openai-gpt-oss-120b"})
    void shouldRenderAsReferenceWhenTemplateIs(String name) throws IOException {
        Path folder = SharedFiles.at("cases/chat-templates");
        ChatTemplate template = ChatTemplate.parse(Files.readString(folder.resolve(name + ".jinja")));
        JsonNode conversations = JSON.readTree(folder.resolve("conversations.json").toFile());
        JsonNode cases = JSON.readTree(folder.resolve(name + ".json").toFile()).path("cases");
        assertTrue(cases.size() >= 5, cases.size() + " cases");
        for (Map.Entry<String, JsonNode> one : cases.properties()) {
            Conversation conversation = conversation(conversations.path(one.getKey()));
            if (one.getValue().has("error")) {
                assertThrows(TemplateException.class, () -> template.render(conversation), one.getKey());
            } else {
                assertEquals(one.getValue().path("rendered").asText(), template.render(conversation).text(),
                        one.getKey());
            }
        }
    }

    private static Conversation conversation(JsonNode node) {
        var maps = new TypeReference<List<Map<String, Object>>>() {};
        return new Conversation(
                JSON.convertValue(node.path("messages"), maps),
                node.has("tools") ? JSON.convertValue(node.path("tools"), maps) : List.of(),
                node.path("add_generation_prompt").asBoolean(true),
                "<s>", "</s>", LocalDateTime.of(2026, 1, 2, 3, 4, 5), Map.of());
    }
}
