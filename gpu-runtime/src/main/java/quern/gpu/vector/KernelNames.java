package quern.gpu.vector;

import java.util.LinkedHashMap;
import java.util.Map;
import quern.gpu.tensor.ElementType;

/** What {@link VectorKernels} computes with, in words. */
final class KernelNames {

    private KernelNames() {}

    /** @param wide whether on 512-bit vectors */
    static Map<String, String> of(boolean wide) {
        Map<String, String> names = new LinkedHashMap<>();
        names.put("lanes", wide ? "512 bits" : "256 bits");
        names.put("attention", "vector, tiles of 8 rows in sections, shared prefixes once");
        for (ElementType type : ElementType.values()) {
            names.put(type.name(), product(type));
        }
        return names;
    }

    private static String product(ElementType type) {
        return switch (PanelLayout.form(type)) {
            case FLOATS -> "panels of floats, float sums";
            case HALVES -> "panels of halves, float sums";
            case BRAIN_HALVES -> "panels of bfloat16, float sums";
            case BYTES -> "panels of bytes, whole numbers in float lanes";
            case NIBBLES -> "panels of nibbles, sums in 16-bit lanes";
            case INDICES -> "panels of codebook indices, whole numbers in float lanes";
        };
    }
}
