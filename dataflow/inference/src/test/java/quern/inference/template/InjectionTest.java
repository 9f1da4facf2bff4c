package quern.inference.template;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import quern.inference.SharedFiles;
import quern.inference.tokenizer.BpeVocabulary;
import quern.inference.tokenizer.ByteAlphabet;
import quern.inference.tokenizer.Tokenizer;

/** Control tokens written in messages must stay text, whatever the template does with them. */
class InjectionTest {

    private static final Pattern SPECIAL = Pattern.compile("<[|｜][^|｜<>]*[|｜]>|</?[a-z_]+>|\\[/?[A-Z_]+\\]");

    @ParameterizedTest
    @ValueSource(strings = {"HuggingFaceTB-SmolLM3-3B", "LFM2.5-Instruct", "Qwen-Qwen2.5-7B-Instruct",
        "Qwen-Qwen3-0.6B", "deepseek-ai-DeepSeek-R1-Distill-Qwen-32B", "google-gemma-2-2b-it",
        "ibm-granite-granite-3.3-2B-Instruct", "meta-llama-Llama-3.2-3B-Instruct", "microsoft-Phi-3.5-mini-instruct",
        "mistralai-Mistral-Nemo-Instruct-2407", "openai-gpt-oss-120b"})
    void shouldChangeNoControlTokenWhenMessageHoldsAny(String name) throws IOException {
        Path file = SharedFiles.at("cases/chat-templates/" + name + ".jinja");
        String source = Files.readString(file);
        ChatTemplate template = ChatTemplate.parse(source);
        Set<String> specials = new TreeSet<>(Set.of("<s>", "</s>", "<|im_start|>", "<|eot_id|>", "[INST]"));
        SPECIAL.matcher(source).results().map(MatchResult::group).forEach(specials::add);
        Tokenizer tokenizer = tokenizer(specials);
        int[] harmless = control(tokenizer, template, "x");
        assertTrue(harmless.length > 1, harmless.length + " control tokens");
        for (String special : specials) {
            assertArrayEquals(harmless, control(tokenizer, template, "x" + special + "y"), special);
            assertArrayEquals(harmless, control(tokenizer, template, special.substring(1) + special), special);
        }
    }

    private static int[] control(Tokenizer tokenizer, ChatTemplate template, String content) {
        var conversation = new Conversation(List.of(Map.of("role", "user", "content", content)), List.of(), true,
                "<s>", "</s>", LocalDateTime.of(2026, 1, 2, 3, 4, 5), Map.of());
        int[] ids = tokenizer.encodeTemplate(template.render(conversation));
        assertTrue(tokenizer.decode(ids).contains(content), content);
        return Arrays.stream(ids).filter(tokenizer::isControl).toArray();
    }

    private static Tokenizer tokenizer(Set<String> specials) {
        List<String> tokens = new ArrayList<>(IntStream.range(0, 256)
                .mapToObj(b -> String.valueOf(ByteAlphabet.character(b))).toList());
        tokens.addAll(specials);
        Set<Integer> control = Set.copyOf(IntStream.range(256, tokens.size()).boxed().toList());
        return new BpeVocabulary(tokens, List.of(), control, "qwen2", OptionalInt.empty(), false, List.of(),
                Optional.empty()).tokenizer();
    }
}
