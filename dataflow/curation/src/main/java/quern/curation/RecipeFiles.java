package quern.curation;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What a recipe says about local files: where samples come from, where the result goes, and what is left beside it.
 * Without effect where a job names documents or a dataset.
 *
 * @param inputs files and directories, in order; empty where the recipe names none
 * @param samplesMax samples to read at most, of each input its share by weight; 0: all
 * @param exportPath the result; empty where the recipe names none
 * @param exportType {@code jsonl} or {@code parquet}; empty: by the path's ending
 * @param workDir directory of side outputs; empty: the result's
 * @param tracing which samples are shown beside the result
 */
public record RecipeFiles(
        List<Input> inputs, long samplesMax, String exportPath, String exportType, String workDir, Tracing tracing) {

    static final RecipeFiles NONE = new RecipeFiles(List.of(), 0, "", "", "", Tracing.NONE);

    /** Most samples of each input; empty where all are read. Shares are rounded up, the last ones give way. */
    List<Long> shares() {
        if (samplesMax == 0) {
            return List.of();
        }
        double sum = inputs.stream().mapToDouble(Input::weight).sum();
        List<Long> shares = new ArrayList<>();
        long left = samplesMax;
        for (Input input : inputs) {
            long share = Math.min(left, (long) Math.ceil(samplesMax * (input.weight() / sum)));
            shares.add(share);
            left -= share;
        }
        return shares;
    }

    /** @param weight share of the input's samples to take, in even steps; above 1 some come several times */
    public record Input(String path, double weight) {}

    /**
     * Data-Juicer's tracer: the first samples that an operator changed or dropped.
     *
     * @param samplesMax of each operator; 0: no tracing
     * @param operators to trace; empty: all
     * @param keys fields shown beside a changed text
     */
    public record Tracing(int samplesMax, Set<String> operators, List<String> keys) {

        static final Tracing NONE = new Tracing(0, Set.of(), List.of());

        boolean covers(String operator) {
            return samplesMax > 0 && (operators.isEmpty() || operators.contains(operator));
        }
    }
}
