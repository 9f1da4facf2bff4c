package quern.config;

import java.util.ArrayList;
import java.util.List;

/** What is wrong with a configuration, collected so that all of it is reported at once. */
final class Problems {

    private final List<String> lines = new ArrayList<>();

    void add(String where, String key, String text) {
        lines.add(where + ": " + (key.isEmpty() ? "" : key + ": ") + text);
    }

    void throwIfAny() {
        if (lines.isEmpty()) {
            return;
        }
        String count = lines.size() == 1 ? "1 problem" : lines.size() + " problems";
        String text = "configuration has " + count + ":\n  " + String.join("\n  ", lines);
        throw new QuernException(QuernException.Category.FATAL, text);
    }
}
