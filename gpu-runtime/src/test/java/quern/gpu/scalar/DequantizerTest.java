package quern.gpu.scalar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import quern.gpu.tensor.ElementType;

class DequantizerTest {

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q4_K", "Q5_K", "Q6_K"})
    void shouldGiveTheReferenceBitsWhenBlocksAreStored(ElementType type) throws IOException {
        Path file = Path.of(System.getProperty("quern.root", ".."))
                .resolve("../shared/reference/gguf/dequant").resolve(type + ".json");
        if (!Files.exists(file)) {
            if ("required".equals(System.getProperty("quern.reference"))) {
                fail("required but absent: " + file);
            }
            Assumptions.abort("absent: " + file);
        }
        JsonNode root = new ObjectMapper().readTree(file.toFile());
        int blockBytes = root.get("block_bytes").asInt();
        assertEquals(blockBytes, type.bytesOf(root.get("block_values").asInt()));
        assertTrue(root.get("blocks").size() > 0);
        for (JsonNode block : root.get("blocks")) {
            byte[] bytes = HexFormat.of().parseHex(block.get("hex").asText());
            JsonNode floats = block.get("floats");
            float[] found = new float[floats.size() + 1];
            Dequantizer.blocks(type, bytes, 0, floats.size(), found, 1);
            for (int i = 0; i < floats.size(); i++) {
                float expected = (float) floats.get(i).asDouble();
                assertEquals(
                        Float.floatToIntBits(expected), Float.floatToIntBits(found[i + 1]),
                        () -> type + ", " + block.get("what"));
            }
        }
    }

    @Test
    void shouldNameTheTypeWhenItIsNotSupported() {
        var thrown = assertThrows(
                IllegalArgumentException.class,
                () -> Dequantizer.blocks(ElementType.Q2_K, new byte[84], 0, 256, new float[256], 0));
        assertTrue(thrown.getMessage().contains("Q2_K"));
    }
}
