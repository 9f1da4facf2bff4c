package quern.inference.transformer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ModelShapeTest {

    @Test
    void shouldSayAtWhichContextATokenCostsTwiceWhenItsShapeIsThatOfQwen2HalfABillion() {
        ModelShape shape = new ModelShape("qwen2", 24, 896, 14, 2, 64, 4864, 151_936, 32_768, 1e-6f, null, true, true);
        // Multiplications of one layer: its matrices 896 * (2 * 64 * 16 + 3 * 4864), each token of context 2 * 896.
        assertEquals(8320, shape.doublingTokens());
    }
}
