package quern.gpu.scalar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
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

    /** All types but F32, for which there is nothing to compute. */
    @ParameterizedTest
    @EnumSource(names = "F32", mode = EnumSource.Mode.EXCLUDE)
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
    void shouldGiveTheStoredBitsWhenElementsAreFloats() {
        byte[] bytes = {9, 0, 0, (byte) 0x80, 0x3f, 1, 0, 0, 0};
        float[] found = new float[3];
        Dequantizer.blocks(ElementType.F32, bytes, 1, 2, found, 1);
        assertArrayEquals(new float[] {0f, 1f, Float.MIN_VALUE}, found);
    }
}
