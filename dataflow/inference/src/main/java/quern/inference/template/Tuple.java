package quern.inference.template;

import java.util.List;

/**
 * Python's tuple: a list that is written with parentheses and never equals a list.
 *
 * @param names under which its first items are attributes too
 */
record Tuple(List<Object> items, List<String> names) {

    Tuple(List<Object> items) {
        this(items, List.of());
    }

    static Tuple of(Object... items) {
        return new Tuple(List.of(items));
    }
}
