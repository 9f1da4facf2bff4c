package quern.benchmarks.letters;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A text with slots. Its head line is {@code %% land | what it is | options}. Options: {@code old} for a patient of
 * ninety and more, {@code child} for one at school, {@code female}; {@code prose} for a text that may be wrapped,
 * {@code casual} for one that may be in lower case. {@code [[a|b]]} is one or the other, a line that begins with
 * {@code ?} may be missing.
 */
record WardText(WardLand land, String title, Set<String> options, String body) {

    static List<WardText> of(String... resources) {
        List<WardText> texts = new ArrayList<>();
        for (String resource : resources) {
            for (String part : read(resource).split("(?m)^%% ")) {
                if (!part.isBlank()) {
                    texts.add(text(part));
                }
            }
        }
        return texts;
    }

    private static WardText text(String part) {
        int end = part.indexOf('\n');
        String[] head = part.substring(0, end).split("\\|");
        Set<String> options = head.length > 2 ? Set.of(head[2].strip().split(" ")) : Set.of();
        return new WardText(WardLand.valueOf(head[0].strip()), head[1].strip(), options,
                part.substring(end + 1).stripTrailing() + "\n");
    }

    boolean is(String option) {
        return options.contains(option);
    }

    /** Lists by their headings: {@code [heading] item item}, where an underscore in an item is a blank. */
    static Map<String, String[]> lists(String resource) {
        Map<String, String[]> lists = new HashMap<>();
        for (String line : read(resource).split("\n")) {
            int end = line.indexOf(']');
            String[] items = line.substring(end + 1).strip().split(" ");
            for (int i = 0; i < items.length; i++) {
                items[i] = items[i].replace('_', ' ');
            }
            lists.put(line.substring(1, end), items);
        }
        return lists;
    }

    private static String read(String resource) {
        try (InputStream in = WardText.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }
}
