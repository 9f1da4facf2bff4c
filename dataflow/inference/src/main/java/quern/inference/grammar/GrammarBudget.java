package quern.inference.grammar;

/** What one grammar may cost: bounds time and memory of compiling whatever a request brings. */
final class GrammarBudget {

    /** Steps of subset construction for each state that is allowed. */
    private static final int STEPS_PER_STATE = 8;

    private final int statesMax;
    private final long stepsMax;
    private String at = "";
    private int states;
    private long steps;

    GrammarBudget(int statesMax) {
        this.statesMax = statesMax;
        this.stepsMax = (long) STEPS_PER_STATE * statesMax;
    }

    /** What is being compiled, for the text of a refusal; empty: what several places share, on behalf of the last. */
    void at(String place) {
        at = place.isEmpty() ? at : place;
    }

    void state() {
        if (++states > statesMax) {
            throw new GrammarException(at, "too large: needs more than " + statesMax + " states");
        }
    }

    long steps() {
        return steps;
    }

    void steps(long count) {
        steps += count;
        if (steps > stepsMax) {
            throw new GrammarException(at, "too large: needs more than " + stepsMax + " steps to compile");
        }
    }
}
