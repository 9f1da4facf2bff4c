package quern.inference.template;

import java.util.List;
import java.util.Locale;

/** Keys, values or items of a mapping: a length and items, but no item by number. */
record View(Kind kind, List<Object> items) {

    enum Kind {
        KEYS, VALUES, ITEMS;

        String typeName() {
            return "dict_" + name().toLowerCase(Locale.ROOT);
        }
    }
}
