package quern.config;

import java.util.ArrayList;
import java.util.List;

/** One value as it was written: text, number, boolean, null or a list of them. */
record Setting(String key, Object value, Origin.Source source, String where) {

    static Setting ofText(String key, String text, Origin.Source source, String where) {
        return new Setting(key, text, source, where);
    }

    String text() {
        return value instanceof List<?> list ? String.join(",", items(list)) : String.valueOf(value);
    }

    /** A list as it is, a text split at its commas; an empty text is an empty list. */
    List<String> items() {
        if (value instanceof List<?> list) {
            return items(list);
        }
        List<String> items = new ArrayList<>();
        for (String item : text().split(",")) {
            if (!item.isBlank()) {
                items.add(item.strip());
            }
        }
        return List.copyOf(items);
    }

    private static List<String> items(List<?> list) {
        return list.stream().map(String::valueOf).toList();
    }
}
