package quern.curation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A run of operators through which samples stream, and the operator that then decides over all of them.
 *
 * @param steps operators with their labels
 * @param decider null in the last stage
 */
record Stage(List<Labelled> steps, Labelled decider) {

    /** @param label recipe key, with {@code #2} for its second use and so on */
    record Labelled(String label, Operator operator) {}

    static List<Stage> of(Pipeline pipeline) {
        List<Stage> stages = new ArrayList<>();
        List<Labelled> steps = new ArrayList<>();
        List<Labelled> labelled = labelled(pipeline);
        for (int index : pipeline.order()) {
            Labelled step = labelled.get(index);
            if (Pipeline.isBarrier(step.operator())) {
                stages.add(new Stage(List.copyOf(steps), step));
                steps.clear();
            } else {
                steps.add(step);
            }
        }
        stages.add(new Stage(List.copyOf(steps), null));
        return stages;
    }

    /** In the recipe's order. */
    static List<Labelled> labelled(Pipeline pipeline) {
        Map<String, Integer> uses = new LinkedHashMap<>();
        List<Labelled> all = new ArrayList<>();
        for (Operator operator : pipeline.operators()) {
            int use = uses.merge(operator.name(), 1, Integer::sum);
            all.add(new Labelled(operator.name() + (use == 1 ? "" : "#" + use), operator));
        }
        return all;
    }
}
