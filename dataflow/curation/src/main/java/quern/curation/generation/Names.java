package quern.curation.generation;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Names in a list that a model wrote as text. */
final class Names {

    private Names() {}

    /** What stands between commas and the like, without quotation marks; each once. */
    static List<String> split(String text) {
        Set<String> names = new LinkedHashSet<>();
        for (String part : unquoted(text.strip()).split("[,;\\n\\uFF0C\\u3001\\uFF1B\\u3002]")) {
            String name = unquoted(part.strip());
            if (!name.isEmpty()) {
                names.add(name);
            }
        }
        return List.copyOf(names);
    }

    private static String unquoted(String text) {
        String left = text;
        while (left.length() >= 2 && "\"'`".indexOf(left.charAt(0)) >= 0
                && left.indexOf(left.charAt(0), 1) == left.length() - 1) {
            left = left.substring(1, left.length() - 1).strip();
        }
        return left;
    }
}
