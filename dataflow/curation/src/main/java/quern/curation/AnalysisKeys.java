package quern.curation;

import java.util.ArrayList;
import java.util.List;

/**
 * Keys of a recipe that mean something to the analyser only.
 *
 * @param percentiles shares in 0..1 to tell beside the quartiles
 * @param auto whether all filters that need no model are measured instead of the recipe's own, on the first samples
 * @param autoSamples how many samples {@code auto} looks at
 * @param exportsSamples whether the samples are written out with their stats
 * @param inOneFile whether drawings of all stats go to one file
 */
public record AnalysisKeys(List<Double> percentiles, boolean auto, long autoSamples, boolean exportsSamples,
        boolean inOneFile) {

    private static final long AUTO_SAMPLES = 1000;

    /**
     * @param overrides those that the recipe was parsed with
     * @throws RecipeException if one has no value that fits
     */
    public static AnalysisKeys of(Recipe recipe, List<RecipeOverride> overrides) {
        List<RecipeException.Problem> problems = new ArrayList<>();
        YamlMap map = YamlMap.parse(recipe.text(), problems).with(overrides);
        List<Double> percentiles = new ArrayList<>();
        if (value(map, "percentiles") instanceof List<?> list) {
            for (Object item : list) {
                Double share = Scalars.number(item);
                if (share == null || !(share >= 0 && share <= 1)) {
                    problems.add(new RecipeException.Problem(map.lineOf("percentiles"), "percentiles",
                            "expected numbers from 0 to 1, found " + YamlMap.kind(item)));
                } else {
                    percentiles.add(share);
                }
            }
        } else if (value(map, "percentiles") != null) {
            problems.add(new RecipeException.Problem(map.lineOf("percentiles"), "percentiles",
                    "expected a list of numbers from 0 to 1, found " + YamlMap.kind(value(map, "percentiles"))));
        }
        Object number = value(map, "auto_num");
        Long samples = number == null ? Long.valueOf(AUTO_SAMPLES) : Scalars.whole(number);
        if (samples == null || samples < 1) {
            problems.add(new RecipeException.Problem(map.lineOf("auto_num"), "auto_num",
                    "expected at least 1, found " + YamlMap.kind(number)));
            samples = AUTO_SAMPLES;
        }
        if (!problems.isEmpty()) {
            throw new RecipeException(problems);
        }
        return new AnalysisKeys(List.copyOf(percentiles), isTrue(map, "auto"), samples,
                isTrue(map, "export_original_dataset"), isTrue(map, "save_stats_in_one_file"));
    }

    private static Object value(YamlMap map, String key) {
        YamlMap.Value value = map.get(key);
        return value == null ? null : value.value();
    }

    private static boolean isTrue(YamlMap map, String key) {
        return Boolean.TRUE.equals(Scalars.bool(value(map, key)));
    }
}
