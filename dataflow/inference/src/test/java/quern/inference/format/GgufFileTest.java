package quern.inference.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import quern.inference.SharedFiles;

class GgufFileTest {

    @Test
    void shouldReadShapeOfStories() {
        try (ModelFile model = ModelFiles.open(SharedFiles.at("models/stories260K/stories260K.gguf"))) {
            var shape = model.shape();
            assertEquals("llama", shape.architecture());
            assertEquals(5, shape.layers());
            assertEquals(64, shape.hidden());
            assertEquals(8, shape.heads());
            assertEquals(4, shape.kvHeads());
            assertEquals(8, shape.headSize());
            assertEquals(172, shape.feedForward());
            assertEquals(512, shape.vocabulary());
            assertTrue(shape.rope().interleaved());
            assertEquals(4, shape.rope().frequencies().length);
            assertFalse(shape.attentionBias());
            assertEquals(172, model.tensor("blk.4.ffn_down.weight").columns());
            assertEquals(64, model.fingerprint().length());
        }
    }
}
