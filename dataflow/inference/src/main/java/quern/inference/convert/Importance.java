package quern.inference.convert;

import java.util.Map;

/**
 * How much each input column of each matrix matters: the mean square of its activations over a text, as llama.cpp's
 * imatrix has it.
 *
 * @param text name of what it was measured on
 * @param tokens how many
 * @param columns by name of the matrix as {@link quern.inference.format.ModelFile} has it
 */
public record Importance(String text, long tokens, Map<String, float[]> columns) {

    public static final Importance NONE = new Importance("", 0, Map.of());

    public boolean isEmpty() {
        return columns.isEmpty();
    }
}
