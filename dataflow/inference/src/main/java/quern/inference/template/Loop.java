package quern.inference.template;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** The variable {@code loop} of one iteration. */
final class Loop {

    private final List<Object> items;
    private final int depth;
    private final Budget budget;
    private final BiFunction<Object, Integer, Object> again;
    private int index;
    private List<Object> lastChanged;

    /**
     * @param depth of recursion, from 0
     * @param again runs the loop over other items, one deeper; null: the loop is not recursive
     */
    Loop(List<Object> items, int depth, Budget budget, BiFunction<Object, Integer, Object> again) {
        this.items = items;
        this.depth = depth;
        this.budget = budget;
        this.again = again;
    }

    void moveTo(int index) {
        this.index = index;
    }

    Object attribute(String name) {
        int count = items.size();
        return switch (name) {
            case "index" -> index + 1L;
            case "index0" -> (long) index;
            case "revindex" -> (long) count - index;
            case "revindex0" -> count - index - 1L;
            case "first" -> index == 0;
            case "last" -> index == count - 1;
            case "length" -> (long) count;
            case "depth" -> depth + 1L;
            case "depth0" -> (long) depth;
            case "previtem" -> index > 0 ? items.get(index - 1) : Nothing.UNDEFINED;
            case "nextitem" -> index + 1 < count ? items.get(index + 1) : Nothing.UNDEFINED;
            case "cycle" -> (Callable) (positional, named) -> {
                if (positional.isEmpty() || !named.isEmpty()) {
                    throw new TemplateException("loop.cycle: no items for cycling given");
                }
                return positional.get(index % positional.size());
            };
            case "changed" -> (Callable) (positional, named) -> changed(positional);
            default -> Nothing.UNDEFINED;
        };
    }

    private boolean changed(List<Object> values) {
        boolean changed = lastChanged == null || !Values.equal(lastChanged, values, budget);
        lastChanged = new ArrayList<>(values);
        return changed;
    }

    /** Runs the loop again over other items. */
    Object call(List<Object> positional) {
        if (again == null || positional.size() != 1) {
            throw new TemplateException("the loop must have the 'recursive' marker and takes one argument");
        }
        return again.apply(positional.get(0), depth + 1);
    }

    /** As Jinja writes it. */
    String written() {
        return "<LoopContext " + (index + 1) + "/" + items.size() + ">";
    }
}
