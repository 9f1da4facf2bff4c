package quern.curation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A run of operators through which samples stream, and the operator that then decides over all of them.
 *
 * @param steps operators with their labels
 * @param decider null in the last stage
 */
record Stage(List<Labelled> steps, Labelled decider) {

    /** @param label recipe key, with {@code #2} for its second use and so on */
    record Labelled(String label, Operator operator) {}

    /** Its operators in the order in which they run. */
    Stream<Labelled> all() {
        return Stream.concat(steps.stream(), Stream.ofNullable(decider));
    }

    /** Index of the first operator behind all that take out what must not be shown. */
    int hiddenUntil() {
        for (int i = steps.size(); i > 0; i--) {
            if (steps.get(i - 1).operator() instanceof Mapper mapper && mapper.hidesText()) {
                return i;
            }
        }
        return 0;
    }

    /** Whether one of the stages takes out what must not be shown. */
    static boolean hides(List<Stage> stages) {
        return stages.stream().anyMatch(stage -> stage.hiddenUntil() > 0);
    }

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
