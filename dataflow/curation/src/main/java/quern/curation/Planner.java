package quern.curation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Orders filters that follow each other by what they cost for each sample they drop, the least first, so that a sample
 * which is dropped anyway is dropped before it costs much (Hellerstein and Stonebraker, "Predicate Migration", SIGMOD
 * 1993). Only filters that look at nothing but the text change places: whatever their order, the same samples are kept
 * with the same bytes; which of several filters gets to drop a sample does depend on it.
 *
 * <p>What a filter costs is a fixed number, and what it drops is counted on the first samples of the source, so the
 * same recipe over the same samples gives the same plan on any machine.
 */
final class Planner {

    /** Samples looked at before a run. */
    static final int SAMPLES = 128;

    /**
     * Nanoseconds for a character, about, beyond what is counted once for all: {@code tests/benchmarks/run recipe}.
     */
    private static final Map<String, Integer> COSTS = Map.ofEntries(
            Map.entry("suffix_filter", 1), Map.entry("text_length_filter", 1),
            Map.entry("alphanumeric_filter", 2), Map.entry("special_characters_filter", 2),
            Map.entry("average_line_length_filter", 2), Map.entry("maximum_line_length_filter", 2),
            Map.entry("words_num_filter", 4), Map.entry("stopwords_filter", 6), Map.entry("flagged_words_filter", 6),
            Map.entry("word_repetition_filter", 13), Map.entry("character_repetition_filter", 40),
            Map.entry("language_id_score_filter", 60), Map.entry("token_num_filter", 300),
            Map.entry("perplexity_filter", 10_000));
    private static final int COST_UNKNOWN = 100;
    /** Counted as if so many samples more had been looked at, of which one was dropped. */
    private static final double SMOOTHING = 100;

    private final Pipeline pipeline;
    private final List<Stage.Labelled> steps;
    private final long[] seen;
    private final long[] dropped;
    private final long[] nanos;

    Planner(Pipeline pipeline) {
        this.pipeline = pipeline;
        this.steps = Stage.labelled(pipeline);
        this.seen = new long[steps.size()];
        this.dropped = new long[steps.size()];
        this.nanos = new long[steps.size()];
    }

    /** Whether anything could be gained by looking at samples. */
    static boolean isOpen(Pipeline pipeline) {
        boolean asDataJuicer = pipeline.recipe().compat() == Recipe.Compat.DATA_JUICER_1_4_3;
        if (asDataJuicer || !pipeline.recipe().skipErrors()) {
            return false;
        }
        List<Operator> operators = pipeline.operators();
        for (int i = 1; i < operators.size(); i++) {
            if (isMovable(operators.get(i - 1)) && isMovable(operators.get(i))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isMovable(Operator operator) {
        return operator instanceof Filter filter && filter.isIndependent();
    }

    /** Takes a sample through mappers and every filter, whatever filters before it said. */
    void look(Draft draft) {
        List<Draft> drafts = List.of(draft);
        for (int i = 0; i < steps.size() && !drafts.isEmpty(); i++) {
            if (steps.get(i).operator().waits()) {
                continue;
            }
            long start = System.nanoTime();
            drafts = look(i, drafts);
            nanos[i] += System.nanoTime() - start;
        }
    }

    private List<Draft> look(int step, List<Draft> drafts) {
        List<Draft> next = new ArrayList<>();
        for (Draft draft : drafts) {
            try {
                switch (steps.get(step).operator()) {
                    case Mapper mapper -> {
                        next.addAll(mapper.apply(draft));
                        seen[step]++;
                    }
                    case Filter filter -> {
                        seen[step]++;
                        dropped[step] += filter.judge(draft) instanceof Verdict.Drop ? 1 : 0;
                        next.add(draft);
                    }
                    default -> next.add(draft);
                }
            } catch (RuntimeException | StackOverflowError broken) {
                dropped[step]++;
            }
        }
        return next;
    }

    /** The order of operators, as indices into the recipe's. */
    List<Integer> order() {
        List<Integer> order = new ArrayList<>();
        List<Integer> movable = new ArrayList<>();
        for (int i = 0; i <= steps.size(); i++) {
            if (i < steps.size() && isMovable(steps.get(i).operator())) {
                movable.add(i);
                continue;
            }
            movable.sort(Comparator.comparingDouble(this::rank));
            order.addAll(movable);
            movable.clear();
            if (i < steps.size()) {
                order.add(i);
            }
        }
        return List.copyOf(order);
    }

    private double rank(int step) {
        return cost(step) / ((dropped[step] + 1) / (seen[step] + SMOOTHING));
    }

    private int cost(int step) {
        return COSTS.getOrDefault(steps.get(step).operator().name(), COST_UNKNOWN);
    }

    /** What was found of each operator, in the order of the plan. */
    List<PlannedStep> steps() {
        Map<Integer, PlannedStep> all = new TreeMap<>();
        for (int i = 0; i < steps.size(); i++) {
            Operator operator = steps.get(i).operator();
            all.put(i, new PlannedStep(steps.get(i).label(), i, isMovable(operator), seen[i], dropped[i], nanos[i]));
        }
        return (isOpen(pipeline) ? order() : all.keySet().stream().toList()).stream().map(all::get).toList();
    }
}
