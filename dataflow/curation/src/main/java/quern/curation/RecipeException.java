package quern.curation;

import java.util.List;
import quern.config.QuernException;

/** A recipe that cannot run as written, with every problem found. */
public class RecipeException extends QuernException {

    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    /**
     * @param line line of the recipe, from 1; 0 where it has none
     * @param where key or operator at fault
     * @param message what is wrong, what was expected, and where possible the nearest known name
     * @param wantsModel whether it would be none if a model were bound
     */
    public record Problem(int line, String where, String message, boolean wantsModel) {

        public Problem(int line, String where, String message) {
            this(line, where, message, false);
        }

        @Override
        public String toString() {
            return (line > 0 ? "line " + line + ": " : "") + where + ": " + message;
        }
    }

    public RecipeException(List<Problem> problems) {
        super(Category.ERROR, problems.size() + (problems.size() == 1 ? " problem" : " problems")
                + " in the recipe:\n  "
                + String.join("\n  ", problems.stream().map(Problem::toString).toList()));
        this.problems = List.copyOf(problems);
    }

    public List<Problem> problems() {
        return problems;
    }
}
