package quern.benchmarks.letters;

import java.util.Random;

/**
 * One slot as a template names it: {@code [uk_|de_]head[_tail]}, for example {@code de_doc2_last}. What a head stands
 * for stays the same all through a letter; how it is written may change where {@link #form} is used.
 *
 * @param stem the head without its number
 * @param tail empty where there is none
 */
record FreshAsk(Land land, String head, String stem, String tail, Persona persona, Random form) {

    private static final String LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ";

    /** Where the letter was written. */
    enum Land { US, UK, DE }

    static FreshAsk of(String slot, Persona persona, Random form) {
        Land land = slot.startsWith("uk_") ? Land.UK : slot.startsWith("de_") ? Land.DE : Land.US;
        String name = land == Land.US ? slot : slot.substring(3);
        int dash = name.indexOf('_');
        String head = dash < 0 ? name : name.substring(0, dash);
        String tail = dash < 0 ? "" : name.substring(dash + 1);
        return new FreshAsk(land, head, head.replaceAll("[0-9]+$", ""), tail, persona, form);
    }

    FreshAsk withHead(String other) {
        return new FreshAsk(land, other, other.replaceAll("[0-9]+$", ""), "", persona, form);
    }

    boolean is(Land other) {
        return land == other;
    }

    /** The same draws for every slot of a letter with this head. */
    Random value() {
        long seed = persona.visit().toEpochDay() * 1_000_003 + persona.birth().toEpochDay();
        seed = seed * 31 + persona.first().hashCode();
        seed = seed * 31 + persona.doctorLast().hashCode();
        seed = seed * 31 + persona.relativeFirst().hashCode();
        seed = seed * 31 + head.hashCode() + land.ordinal();
        seed = (seed ^ (seed >>> 30)) * 0xbf58476d1ce4e5b9L;
        seed = (seed ^ (seed >>> 27)) * 0x94d049bb133111ebL;
        return new Random(seed ^ (seed >>> 31));
    }

    /** One of these in any way, another one each time. */
    <T> T formOf(T[] forms) {
        return forms[form.nextInt(forms.length)];
    }

    /**
     * One of the masks, filled: {@code #} a digit, {@code %} one of 1 to 9, {@code &amp;} of 2 to 9, {@code ^} of 1 to
     * 8, {@code @} a letter, {@code ~} and {@code $} the year of the visit in two and in four digits.
     */
    String mask(String... masks) {
        Random value = value();
        return fill(Persona.pick(masks, value), value);
    }

    String fill(String mask, Random value) {
        StringBuilder filled = new StringBuilder();
        for (char c : mask.toCharArray()) {
            switch (c) {
                case '#' -> filled.append(value.nextInt(10));
                case '%' -> filled.append(1 + value.nextInt(9));
                case '&' -> filled.append(2 + value.nextInt(8));
                case '^' -> filled.append(1 + value.nextInt(8));
                case '@' -> filled.append(LETTERS.charAt(value.nextInt(LETTERS.length())));
                case '~' -> filled.append(String.format("%02d", persona.visit().getYear() % 100));
                case '$' -> filled.append(persona.visit().getYear());
                default -> filled.append(c);
            }
        }
        return filled.toString();
    }

    static StyleSet.Slot slot(String kind, String text) {
        return new StyleSet.Slot(kind, text);
    }
}
