package quern.curation.generation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A text with places to fill, in the form of Python's {@code str.format}: {@code {}} in order, {@code {0}},
 * {@code {name}}, and doubled braces for braces. Conversions and format specifications are refused.
 */
public final class Template {

    private static final int CHARACTERS_MAX = 1 << 20;

    private final List<String> literals = new ArrayList<>();
    private final List<String> places = new ArrayList<>();

    /** @throws IllegalArgumentException if the text is no such template; the message names the parameter */
    public Template(String parameter, String text) {
        if (text.length() > CHARACTERS_MAX) {
            throw new IllegalArgumentException(parameter + " has " + text.length() + " characters, at most "
                    + CHARACTERS_MAX);
        }
        StringBuilder literal = new StringBuilder();
        int next = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c == '{' || c == '}') && i + 1 < text.length() && text.charAt(i + 1) == c) {
                literal.append(c);
                i++;
            } else if (c == '{') {
                int close = text.indexOf('}', i);
                String place = close < 0 ? "" : text.substring(i + 1, close);
                if (close < 0 || place.chars().anyMatch(x -> "{!:[".indexOf(x) >= 0)) {
                    throw new IllegalArgumentException(parameter + ": '" + text.substring(i, Math.min(text.length(),
                            i + 20)) + "' at character " + i + " is no place a text can go to, expected {name} or {}");
                }
                literals.add(literal.toString());
                literal.setLength(0);
                places.add(place.isEmpty() ? String.valueOf(next++) : place.strip());
                i = close;
            } else if (c == '}') {
                throw new IllegalArgumentException(parameter + ": a single } at character " + i + ", expected }}");
            } else {
                literal.append(c);
            }
        }
        literals.add(literal.toString());
    }

    /** Names of the places, each once, in order; numbers where they have none. */
    public Set<String> places() {
        return new LinkedHashSet<>(places);
    }

    /**
     * @return this
     * @throws IllegalArgumentException if there is a place with another name; the message names the parameter
     */
    public Template requireOnly(String parameter, String... names) {
        for (String place : places) {
            if (!List.of(names).contains(place)) {
                throw new IllegalArgumentException(parameter + " has the place {" + place + "}, expected "
                        + String.join(", ", List.of(names).stream().map(name -> "{" + name + "}").toList()));
            }
        }
        return this;
    }

    /** @param values by name of place; null becomes nothing */
    public String fill(UnaryOperator<String> values) {
        StringBuilder filled = new StringBuilder(literals.getFirst());
        for (int i = 0; i < places.size(); i++) {
            String value = values.apply(places.get(i));
            filled.append(value == null ? "" : value).append(literals.get(i + 1));
        }
        return filled.toString();
    }

    /** In the order of the places. */
    String fill(String... values) {
        return fill(place -> values[Integer.parseInt(place)]);
    }

    /** A field as it reads in a prompt. */
    static String shown(JsonNode value) {
        boolean absent = value == null || value.isNull() || value.isMissingNode();
        return absent ? "" : value.isTextual() ? value.textValue() : value.toString();
    }
}
