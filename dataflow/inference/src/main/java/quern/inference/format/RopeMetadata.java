package quern.inference.format;

import java.util.LinkedHashMap;
import java.util.Map;
import quern.gpu.kernel.RopeTable;

/**
 * A rotary table as GGUF keeps it: a base, a scaling by name, or divisors of the frequencies as tensors.
 *
 * @param base of the table before scaling
 * @param texts keys below {@code <architecture>.rope.} with a text
 * @param reals keys with a number
 * @param originalContext {@code rope.scaling.original_context_length}, 0: none
 * @param divisors by tensor name, such as {@code rope_freqs.weight}
 */
record RopeMetadata(
        double base, Map<String, String> texts, Map<String, Double> reals, int originalContext,
        Map<String, float[]> divisors) {

    static RopeMetadata plain(double base) {
        return new RopeMetadata(base, Map.of(), Map.of(), 0, Map.of());
    }

    static RopeMetadata linear(double base, double factor) {
        return new RopeMetadata(
                base, Map.of("scaling.type", "linear"), Map.of("scaling.factor", factor), 0, Map.of());
    }

    /** Llama 3's scaling, one divisor per pair; each is such that the table comes back by one division. */
    static RopeMetadata divided(double base, RopeTable unscaled, RopeTable scaled) {
        float[] divisors = new float[unscaled.frequencies().length];
        for (int i = 0; i < divisors.length; i++) {
            divisors[i] = divisor(unscaled.frequencies()[i], scaled.frequencies()[i]);
        }
        return new RopeMetadata(base, Map.of(), Map.of(), 0, Map.of("rope_freqs.weight", divisors));
    }

    private static float divisor(float from, float to) {
        float near = (float) ((double) from / to);
        for (float candidate : new float[] {near, Math.nextUp(near), Math.nextDown(near)}) {
            if (from / candidate == to) {
                return candidate;
            }
        }
        return near;
    }

    /** @param attentionFactor times YaRN's own magnitude */
    static RopeMetadata yarn(
            double base, double factor, int context, double fast, double slow, double attentionFactor) {
        Map<String, Double> reals = new LinkedHashMap<>(Map.of("scaling.factor", factor));
        if (attentionFactor != 1) {
            reals.put("scaling.attn_factor", attentionFactor);
        }
        if (fast != 32) {
            reals.put("scaling.yarn_beta_fast", fast);
        }
        if (slow != 1) {
            reals.put("scaling.yarn_beta_slow", slow);
        }
        return new RopeMetadata(base, Map.of("scaling.type", "yarn"), reals, context, Map.of());
    }

    static RopeMetadata longrope(double base, int context, double magnitude, float[] shorter, float[] longer) {
        return new RopeMetadata(base, Map.of("scaling.type", "longrope"), Map.of("scaling.attn_factor", magnitude),
                context, Map.of("rope_factors_short.weight", shorter, "rope_factors_long.weight", longer));
    }

    /** The same with a base of their own for windowed layers. */
    RopeMetadata withLocal(double localBase) {
        Map<String, Double> more = new LinkedHashMap<>(reals);
        more.put("freq_base_swa", localBase);
        return new RopeMetadata(base, texts, more, originalContext, divisors);
    }

    void put(GgufWriter writer, String architecture) {
        String key = architecture + ".rope.";
        writer.real(key + "freq_base", (float) base);
        texts.forEach((name, text) -> writer.text(key + name, text));
        reals.forEach((name, real) -> writer.real(key + name, real.floatValue()));
        if (originalContext > 0) {
            writer.integer(key + "scaling.original_context_length", originalContext);
        }
    }
}
