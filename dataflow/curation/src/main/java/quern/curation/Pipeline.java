package quern.curation;

import java.util.List;

/**
 * A recipe ready to run. Cut into stages at the operators that must see all samples before they can decide; within a
 * stage, samples stream.
 *
 * @param recipe what it was made from
 * @param operators all operators in order
 */
public record Pipeline(Recipe recipe, List<Operator> operators) {

    public Pipeline {
        operators = List.copyOf(operators);
    }

    /** Whether an operator must see all samples before one can go on. */
    static boolean isBarrier(Operator operator) {
        return switch (operator) {
            case Mapper _, Filter _, StreamDeduplicator _ -> false;
            case ClusterDeduplicator _, Selector _, Grouper _ -> true;
        };
    }
}
