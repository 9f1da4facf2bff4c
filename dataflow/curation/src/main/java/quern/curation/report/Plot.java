package quern.curation.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A histogram as inline SVG, stretched to the width of the page, with its labels in HTML above and below so that they
 * stay readable at any width.
 */
final class Plot {

    private static final int WIDTH = 1000;
    private static final int HEIGHT = 140;
    private static final int TICKS = 4;

    private record Tick(double value, double share) {}

    private final JsonNode figures;
    private final List<Double> edges = new ArrayList<>();
    private final boolean logarithmic;

    /** @param figures as {@link Figures#of} makes them */
    Plot(JsonNode figures) {
        this.figures = figures;
        JsonNode histogram = figures.path("histogram");
        histogram.path("edges").forEach(edge -> edges.add(edge.asDouble()));
        logarithmic = histogram.path("scale").asText().equals("log");
    }

    void write(Markup page) {
        if (edges.size() < 2) {
            return;
        }
        page.open("div", "class", "plot");
        thresholds(page);
        bars(page);
        page.open("div", "class", "ticks");
        for (int i = 0; i <= TICKS; i++) {
            Tick tick = tick((double) i / TICKS);
            page.element("span", Markup.number(tick.value()), "style", left(tick.share()), "class",
                    i == 0 ? "first" : i == TICKS ? "last" : "");
        }
        page.close("div").close("div");
    }

    private void bars(Markup page) {
        JsonNode kept = figures.path("histogram").path("kept");
        JsonNode dropped = figures.path("histogram").path("dropped");
        long top = 1;
        for (int i = 0; i < edges.size() - 1; i++) {
            top = Math.max(top, kept.path(i).asLong() + dropped.path(i).asLong());
        }
        page.open("svg", "viewBox", "0 0 " + WIDTH + " " + HEIGHT, "preserveAspectRatio", "none", "role", "img",
                "aria-label", "histogram of " + figures.path("stat").asText());
        for (int i = 0; i < edges.size() - 1; i++) {
            long keptCount = kept.path(i).asLong();
            long droppedCount = dropped.path(i).asLong();
            if (keptCount + droppedCount == 0) {
                continue;
            }
            double x = share(edges.get(i)) * WIDTH;
            double width = Math.max(1, share(edges.get(i + 1)) * WIDTH - x - 1);
            page.open("g").element("title", Markup.number(edges.get(i)) + " to " + Markup.number(edges.get(i + 1))
                    + ": " + Markup.whole(keptCount) + " kept, " + Markup.whole(droppedCount) + " dropped");
            double keptHeight = height(keptCount, top);
            double droppedHeight = height(droppedCount, top);
            bar(page, "kept", x, width, 0, keptHeight);
            bar(page, "dropped", x, width, keptHeight, droppedHeight);
            page.close("g");
        }
        for (double bound : bounds()) {
            String at = round(share(bound) * WIDTH);
            page.raw("<line class=\"bound\" x1=\"" + at + "\" x2=\"" + at + "\" y1=\"0\" y2=\"" + HEIGHT + "\"/>");
        }
        page.close("svg");
    }

    /** A bar of one sample among millions can still be seen. */
    private static double height(long count, long top) {
        return count == 0 ? 0 : Math.max(1.5, (double) count / top * (HEIGHT - 4));
    }

    private static void bar(Markup page, String kind, double x, double width, double from, double height) {
        if (height > 0) {
            page.raw("<rect class=\"" + kind + "\" x=\"" + round(x) + "\" width=\"" + round(width) + "\" y=\""
                    + round(HEIGHT - from - height) + "\" height=\"" + round(height) + "\"/>");
        }
    }

    private void thresholds(Markup page) {
        page.open("div", "class", "bounds");
        for (String side : new String[] {"min", "max"}) {
            JsonNode bound = figures.path("keep").path(side);
            if (bound.isNumber()) {
                double share = Math.clamp(share(bound.asDouble()), 0, 1);
                boolean shown = bounds().contains(bound.asDouble());
                String label = side + " " + Markup.number(bound.asDouble()) + (shown ? ""
                        : bound.asDouble() < edges.getFirst() ? " (further left)" : " (further right)");
                page.element("span", label, "style", left(share), "class",
                        share < 0.2 ? "first" : share > 0.8 ? "last" : "");
            }
        }
        page.close("div");
    }

    private List<Double> bounds() {
        List<Double> bounds = new ArrayList<>();
        for (String side : new String[] {"min", "max"}) {
            JsonNode bound = figures.path("keep").path(side);
            if (bound.isNumber() && bound.asDouble() >= edges.getFirst() && bound.asDouble() <= edges.getLast()) {
                bounds.add(bound.asDouble());
            }
        }
        return bounds;
    }

    /** Where a number is on the axis, 0 to 1; bars of equal width where it is logarithmic. */
    private double share(double value) {
        int last = edges.size() - 1;
        if (value <= edges.getFirst()) {
            return value < edges.getFirst() ? -1 : 0;
        }
        if (value >= edges.getLast()) {
            return value > edges.getLast() ? 2 : 1;
        }
        int i = 0;
        while (edges.get(i + 1) <= value) {
            i++;
        }
        double low = edges.get(i);
        double high = edges.get(i + 1);
        double within = logarithmic && low > 0 ? Math.log(value / low) / Math.log(high / low)
                : (value - low) / (high - low);
        return (i + within) / last;
    }

    /** The number at a place of the axis: an edge. */
    private Tick tick(double share) {
        int edge = (int) Math.round(share * (edges.size() - 1));
        return new Tick(edges.get(edge), (double) edge / (edges.size() - 1));
    }

    private static String left(double share) {
        return "left:" + round(share * 100) + "%";
    }

    private static String round(double number) {
        return String.format(Locale.ROOT, "%.2f", number).replaceAll("\\.?0+$", "");
    }
}
