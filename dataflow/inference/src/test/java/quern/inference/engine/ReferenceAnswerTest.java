package quern.inference.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import quern.config.EngineConfig.Product;
import quern.config.KvConfig;
import quern.gpu.scalar.ScalarKernels;
import quern.inference.LetterModel;
import quern.inference.SharedFiles;
import quern.inference.format.ModelFiles;
import quern.inference.sampling.SamplingParameters;

class ReferenceAnswerTest {

    @ParameterizedTest
    @MethodSource("quern.inference.ReferenceFamilies#all")
    void shouldDrawTheGreedyTokensOfTransformersInOneBatch(String name) throws IOException {
        Path directory = SharedFiles.at("reference/hf/" + name);
        JsonNode prompts = new ObjectMapper().readTree(Files.readAllBytes(directory.resolve("cases.json")))
                .get("prompts");
        EngineRun run = new EngineRun(new LetterModel(ModelFiles.open(directory)), new ScalarKernels(), Product.F32,
                64, 16, EngineRun.config(40, 3), KvConfig.ElementType.F32);
        for (int i = 0; i < prompts.size(); i++) {
            run.submit(i, ints(prompts.get(i).get("ids")).stream().mapToInt(Integer::intValue).toArray(),
                    SamplingParameters.greedy(32).ignoringEos());
        }
        run.finish();
        for (int i = 0; i < prompts.size(); i++) {
            assertEquals(ints(prompts.get(i).get("greedy")), run.answer(i).tokens);
        }
        run.model.close();
    }

    private static List<Integer> ints(JsonNode array) {
        List<Integer> values = new ArrayList<>();
        array.forEach(value -> values.add(value.asInt()));
        return values;
    }
}
