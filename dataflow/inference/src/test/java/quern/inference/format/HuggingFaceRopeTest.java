package quern.inference.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import quern.gpu.kernel.RopeTable;

/** Frequencies and magnitudes as transformers 5.18 computes them from the same configuration. */
class HuggingFaceRopeTest {

    private static HuggingFaceRope rope(int headSize, String json) {
        try {
            return new HuggingFaceRope(new ObjectMapper().readTree(json), headSize, "config.json");
        } catch (JsonProcessingException impossible) {
            throw new IllegalArgumentException(impossible);
        }
    }

    private static void assertTable(float[] frequencies, double magnitude, RopeTable found) {
        for (int i = 0; i < frequencies.length; i++) {
            assertEquals(frequencies[i], found.frequencies()[i], 2e-7 * frequencies[i], "pair " + i);
        }
        assertEquals(frequencies.length, found.frequencies().length);
        assertEquals(magnitude, found.magnitude(), 1e-6);
    }

    @Test
    void shouldFollowYarnWhenOnlyTheFactorIsGiven() {
        float[] expected = {1f, 0.177827939f, 0.0316227786f, 0.00421755994f, 0.000500000024f, 4.44569851e-05f,
            7.90569356e-06f, 1.40585337e-06f};
        assertTable(expected, 1.138629436, rope(16, """
                {"max_position_embeddings": 32768, "rope_parameters": {"rope_type": "yarn", "rope_theta": 1000000.0,
                 "factor": 4.0, "original_max_position_embeddings": 32768}}""").full());
        assertTable(expected, 1.138629436, rope(16, """
                {"max_position_embeddings": 32768, "rope_theta": 1000000.0,
                 "rope_scaling": {"type": "yarn", "factor": 4.0}}""").full());
    }

    @Test
    void shouldFollowYarnWhenBordersAndMagnitudesAreGiven() {
        float[] expected = {1f, 0.316227764f, 0.0708333328f, 0.0131761581f, 0.00124999997f, 0.000395284733f,
            0.000125000006f, 3.95284733e-05f};
        assertTable(expected, 1.1247997973, rope(16, """
                {"max_position_embeddings": 4096, "rope_parameters": {"rope_type": "yarn", "rope_theta": 10000.0,
                 "factor": 8.0, "original_max_position_embeddings": 512, "beta_fast": 16, "beta_slow": 2,
                 "mscale": 1.5, "mscale_all_dim": 0.8}}""").full());
    }

    @Test
    void shouldStayInTheShortContextWhenScalingIsLongrope() {
        HuggingFaceRope rope = rope(8, """
                {"max_position_embeddings": 131072, "original_max_position_embeddings": 4096, "rope_theta": 10000.0,
                 "rope_scaling": {"type": "longrope", "short_factor": [1.0, 1.1, 1.3, 1.7],
                 "long_factor": [2.0, 3.0, 4.0, 5.0]}}""");
        assertTable(new float[] {1f, 0.0909090936f, 0.0076923077f, 0.000588235271f}, 1.1902380714, rope.full());
        assertTrue(rope.shortContextOnly());
    }

    @Test
    void shouldHaveTwoTablesWhenLayersDiffer() {
        String now = """
                {"rope_parameters": {"full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1000000.0},
                 "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}}}""";
        String before = """
                {"rope_theta": 1000000.0, "rope_local_base_freq": 10000.0,
                 "rope_scaling": {"rope_type": "linear", "factor": 8.0}}""";
        for (String config : new String[] {now, before}) {
            HuggingFaceRope rope = rope(4, config);
            assertArrayEquals(new float[] {0.125f, 1.25e-4f}, rope.full().frequencies(), 1e-9f);
            assertArrayEquals(new float[] {1f, 0.01f}, rope.local().frequencies(), 1e-9f);
            assertFalse(rope.shortContextOnly());
        }
    }

    @Test
    void shouldTurnAPartOfEachHeadWhenTheShareIsLessThanOne() {
        assertEquals(3, rope(16, "{\"partial_rotary_factor\": 0.4}").full().frequencies().length);
        for (String share : new String[] {"0", "-1", "1.5", "0.1", "0.2"}) {
            var refused = assertThrows(ModelFormatException.class,
                    () -> rope(16, "{\"partial_rotary_factor\": " + share + "}").full());
            assertTrue(refused.getMessage().contains("partial_rotary_factor"), refused.getMessage());
        }
    }

    @Test
    void shouldRefuseWhenScalingIsUnknownOrIncomplete() {
        for (String scaling : new String[] {
            "{\"rope_type\": \"ntk\", \"factor\": 2}", "{\"rope_type\": \"yarn\"}", "{\"rope_type\": \"linear\"}",
            "{\"rope_type\": \"longrope\", \"short_factor\": [1, 2]}", "{\"rope_type\": \"linear\", \"factor\": \"2\"}",
            "{\"rope_type\": \"llama3\", \"factor\": 8}", "{\"rope_theta\": 1}"
        }) {
            assertThrows(ModelFormatException.class,
                    () -> rope(8, "{\"rope_parameters\": " + scaling + "}").full(), scaling);
        }
    }
}
