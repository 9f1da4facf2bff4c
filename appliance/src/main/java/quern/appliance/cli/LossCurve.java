package quern.appliance.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/** Losses by step as a picture of characters. */
final class LossCurve {

    private static final int WIDTH = 60;
    private static final int HEIGHT = 10;
    private static final String MARGIN = "%8s |";

    private final TreeMap<Integer, Double> losses = new TreeMap<>();

    void add(int step, double loss) {
        // A run that goes on from a checkpoint makes steps again.
        losses.tailMap(step, true).clear();
        losses.put(step, loss);
    }

    /** @param steps of the whole run, the width of the picture */
    List<String> lines(int steps) {
        if (losses.isEmpty()) {
            return List.of();
        }
        double[] means = means(Math.max(steps, losses.lastKey()));
        double high = Arrays.stream(means).filter(Double::isFinite).max().orElse(1);
        double low = Math.min(Arrays.stream(means).filter(Double::isFinite).min().orElse(0), high);
        char[][] cells = new char[HEIGHT][WIDTH];
        for (char[] row : cells) {
            Arrays.fill(row, ' ');
        }
        for (int x = 0; x < WIDTH; x++) {
            if (Double.isFinite(means[x])) {
                double height = high == low ? 0 : (means[x] - low) / (high - low);
                cells[(int) Math.round((1 - height) * (HEIGHT - 1))][x] = '*';
            }
        }
        List<String> lines = new ArrayList<>();
        for (int y = 0; y < HEIGHT; y++) {
            String label = y == 0 ? loss(high) : y == HEIGHT - 1 ? loss(low) : "";
            lines.add((String.format(Locale.ROOT, MARGIN, label) + new String(cells[y])).stripTrailing());
        }
        String last = Integer.toString(steps);
        lines.add(" ".repeat(9) + "+" + "-".repeat(WIDTH));
        lines.add(" ".repeat(10) + "1" + " ".repeat(WIDTH - 1 - last.length()) + last);
        return lines;
    }

    static String loss(double loss) {
        return String.format(Locale.ROOT, "%.4f", loss);
    }

    /** Of each column's steps; no number where there are none. */
    private double[] means(int steps) {
        double[] sums = new double[WIDTH];
        int[] counts = new int[WIDTH];
        losses.forEach((step, loss) -> {
            int x = (int) Math.min(WIDTH - 1, (long) (step - 1) * WIDTH / steps);
            sums[x] += loss;
            counts[x]++;
        });
        for (int x = 0; x < WIDTH; x++) {
            sums[x] /= counts[x];
        }
        return sums;
    }
}
