package quern.inference.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;

/** What filters such as {@code map} and {@code select} give: true even if empty, without a length, gone once read. */
final class Generator {

    private final Supplier<Iterator<Object>> items;
    private Iterator<Object> rest;

    /** @param items asked for when the first item is wanted: what is wrong with them shows then */
    Generator(Supplier<Iterator<Object>> items) {
        this.items = items;
    }

    Iterator<Object> rest() {
        if (rest == null) {
            rest = Collections.emptyIterator();
            rest = items.get();
        }
        return rest;
    }

    List<Object> drain() {
        List<Object> drained = new ArrayList<>();
        rest().forEachRemaining(drained::add);
        return drained;
    }
}
