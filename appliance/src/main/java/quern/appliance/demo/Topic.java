package quern.appliance.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One thing the made-up company writes about.
 *
 * @param definition one sentence that says what it is
 * @param attributes facts about it, in order
 * @param prose further sentences
 */
record Topic(String name, String definition, List<Attribute> attributes, String prose) {

    record Attribute(String term, String value) {}

    /** The name as it stands in a sentence: with its article. */
    String phrase() {
        return "the " + name;
    }

    /** The topics of {@code topics.txt}, in its order. */
    static List<Topic> all() {
        List<Topic> topics = new ArrayList<>();
        try (var in = Topic.class.getResourceAsStream("/quern/demo/topics.txt");
                var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line : reader.lines().filter(l -> !l.isBlank() && !l.startsWith("#")).toList()) {
                String[] parts = line.split("\\|");
                List<Attribute> attributes = new ArrayList<>();
                for (String attribute : parts[2].split(";")) {
                    String[] pair = attribute.split("=");
                    attributes.add(new Attribute(pair[0].strip(), pair[1].strip()));
                }
                topics.add(new Topic(parts[0], parts[1], List.copyOf(attributes), parts[3]));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return topics;
    }
}
