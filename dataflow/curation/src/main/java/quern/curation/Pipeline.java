package quern.curation;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A recipe ready to run. Cut into stages at the operators that must see all samples before they can decide; within a
 * stage, samples stream.
 *
 * @param recipe what it was made from
 * @param operators all operators in the recipe's order
 * @param order in which they run, as indices into them
 */
public record Pipeline(Recipe recipe, List<Operator> operators, List<Integer> order) {

    public Pipeline {
        operators = List.copyOf(operators);
        order = List.copyOf(order);
    }

    /** In the recipe's order. */
    public Pipeline(Recipe recipe, List<Operator> operators) {
        this(recipe, operators, IntStream.range(0, operators.size()).boxed().toList());
    }

    Pipeline inOrder(List<Integer> other) {
        return new Pipeline(recipe, operators, other);
    }

    /** Whether an operator must see all samples before one can go on. */
    static boolean isBarrier(Operator operator) {
        return switch (operator) {
            case Mapper _, Filter _, StreamDeduplicator _, SourceCap _ -> false;
            case ClusterDeduplicator _, Selector _, Grouper _ -> true;
        };
    }

    /** Whether an operator decides sample by sample in input order, by what it has seen before. */
    static boolean decidesInOrder(Operator operator) {
        return operator instanceof StreamDeduplicator || operator instanceof SourceCap;
    }
}
