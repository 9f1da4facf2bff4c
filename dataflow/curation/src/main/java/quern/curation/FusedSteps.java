package quern.curation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import quern.curation.RecipeException.Problem;

/**
 * {@code general_fused_op}: its list of mappers and filters takes its place in the recipe. What operators count of a
 * text is shared between neighbours anyway. Data-Juicer 1.4.3 loses what mappers with a result of their own make;
 * here nothing is lost in any mode.
 */
final class FusedSteps {

    /** Recipe key. */
    static final String NAME = "general_fused_op";
    /** Its one parameter of meaning. */
    static final String LIST = "fused_op_list";

    private static final int STEPS_MAX = 1000;

    private FusedSteps() {}

    /** The step itself, or the steps it stands for. */
    static List<Recipe.Step> of(Recipe.Step step, List<Problem> problems) {
        if (!step.operator().equals(NAME)) {
            return List.of(step);
        }
        Object given = step.parameters().get(LIST);
        List<?> items = given instanceof List<?> list ? list : List.of();
        if (given != null && !(given instanceof List) || items.size() > STEPS_MAX) {
            problems.add(new Problem(step.line(), NAME, LIST + " is " + YamlMap.kind(given)
                    + ", expected a list of at most " + STEPS_MAX + " operators"));
            return List.of();
        }
        for (String name : step.parameters().keySet()) {
            if (!name.equals(LIST) && !RecipeCompiler.OF_EXECUTION.contains(name)) {
                problems.add(new Problem(step.line(), NAME, "unknown parameter '" + name + "', expected " + LIST));
            }
        }
        List<Recipe.Step> steps = new ArrayList<>();
        for (Object item : items) {
            Recipe.Step inner = inner(step.line(), item);
            if (inner == null || !inner.operator().endsWith("_mapper") && !inner.operator().endsWith("_filter")) {
                problems.add(new Problem(step.line(), NAME, LIST + " holds "
                        + (inner == null ? YamlMap.kind(item) : "'" + inner.operator() + "'")
                        + ", expected mappers and filters, each with its parameters"));
            } else {
                steps.add(inner);
            }
        }
        return steps;
    }

    private static Recipe.Step inner(int line, Object item) {
        if (item instanceof String name) {
            return new Recipe.Step(line, name, Map.of());
        }
        if (!(item instanceof Map<?, ?> map) || map.size() != 1) {
            return null;
        }
        Map.Entry<?, ?> entry = map.entrySet().iterator().next();
        if (entry.getValue() != null && !(entry.getValue() instanceof Map)) {
            return null;
        }
        Map<String, Object> parameters = new LinkedHashMap<>();
        if (entry.getValue() instanceof Map<?, ?> given) {
            given.forEach((key, value) -> parameters.put(String.valueOf(key), value));
        }
        return new Recipe.Step(line, String.valueOf(entry.getKey()), parameters);
    }
}
