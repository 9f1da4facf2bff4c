package quern.inference.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import quern.config.EngineConfig.Product;
import quern.inference.SharedFiles;
import quern.inference.format.ModelFiles;
import quern.inference.sampling.SamplingParameters;

class StoryModelTest {

    @ParameterizedTest
    @ValueSource(strings = {"stories260K.gguf", "hf"})
    void shouldTellTheReferencesStoryWhenGreedy(String path) throws IOException {
        JsonNode reference = new ObjectMapper().readTree(
                Files.readAllBytes(SharedFiles.at("models/stories260K/stories260K.logits.json")));
        List<Integer> expected = new ArrayList<>();
        reference.get("greedy").forEach(token -> expected.add(token.asInt()));
        var file = ModelFiles.open(SharedFiles.at("models/stories260K/" + path));
        EngineRun run = new EngineRun(file, Product.F32, 16, 32, EngineRun.config(64, 2));
        int[] prompt = run.model.tokenizer().encode("Once upon a time", true);
        run.submit(1, prompt, SamplingParameters.greedy(64).ignoringEos());
        run.finish();
        assertEquals(expected, run.answer(1).tokens);
        String text = run.answer(1).text.toString();
        assertTrue(text.startsWith(", there was a little girl named Lily."), text);
        run.model.close();
    }
}
