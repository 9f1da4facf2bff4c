package quern.benchmarks.letters;

import java.util.List;

/**
 * @param planted what identifies somebody in the text, in order, without overlap
 */
public record Letter(String text, List<Planted> planted) {

    /** A span of the text; {@code kind} as the recipe's {@code kinds} name it. */
    public record Planted(String kind, int from, int to) {}
}
