package quern.curation;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The parameters of one operator of one recipe, checked and of the types of their {@link Parameter.Kind}. */
public final class Arguments {

    private final Map<String, Object> values;
    private final Recipe recipe;

    Arguments(Map<String, Object> values, Recipe recipe) {
        this.values = values;
        this.recipe = recipe;
    }

    /** The operator's {@code text_key}, else the recipe's. */
    public String textKey() {
        String own = (String) values.get("text_key");
        return own == null ? recipe.textKey() : own;
    }

    public Recipe.Compat compat() {
        return recipe.compat();
    }

    /** Whether the recipe asks for Data-Juicer's behaviour where that is a fault. */
    public boolean isCompatible() {
        return recipe.compat() == Recipe.Compat.DATA_JUICER_1_4_3;
    }

    public boolean bool(String name) {
        return (Boolean) value(name);
    }

    public long whole(String name) {
        return (Long) value(name);
    }

    /** @throws IllegalArgumentException if it is not in {@code min..max} */
    public int whole(String name, int min, int max) {
        long value = whole(name);
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + value + ", expected " + min + " to " + max);
        }
        return (int) value;
    }

    public double number(String name) {
        return (Double) value(name);
    }

    /** Null where the parameter may be absent and is. */
    public Double numberOrNull(String name) {
        return (Double) values.get(name);
    }

    /** Null where the parameter may be absent and is. */
    public Long wholeOrNull(String name) {
        return (Long) values.get(name);
    }

    /** Null only where the parameter may be absent and is. */
    public String text(String name) {
        return (String) values.get(name);
    }

    public List<String> texts(String name) {
        return ((List<?>) value(name)).stream().map(String.class::cast).toList();
    }

    public int[] wholes(String name) {
        return ((List<?>) value(name)).stream().mapToInt(item -> Math.toIntExact((Long) item)).toArray();
    }

    public List<?> values(String name) {
        return (List<?>) value(name);
    }

    /** In the order of the recipe. */
    public Map<String, String> entries(String name) {
        Map<String, String> entries = new LinkedHashMap<>();
        ((Map<?, ?>) value(name)).forEach((key, text) -> entries.put((String) key, (String) text));
        return entries;
    }

    /** Empty where the recipe gives none. */
    public Map<?, ?> map(String name) {
        return values.get(name) instanceof Map<?, ?> given ? given : Map.of();
    }

    /** A String, a List of Maps, or null. */
    public Object samples(String name) {
        return values.get(name);
    }

    /** The interval of a range filter, from its two bounds and the three flags every filter has. */
    public Interval interval(String min, String max) {
        return interval(number(min), number(max));
    }

    /** The same with bounds that are not both parameters. */
    public Interval interval(double min, double max) {
        boolean minClosed = bool("min_closed_interval");
        boolean maxClosed = bool("max_closed_interval");
        return bool("reversed_range") && isCompatible()
                ? Interval.reversedAsDataJuicer(min, max, minClosed, maxClosed)
                : new Interval(min, max, minClosed, maxClosed, bool("reversed_range"));
    }

    private Object value(String name) {
        Object value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name + " is nothing, expected a value");
        }
        return value;
    }
}
