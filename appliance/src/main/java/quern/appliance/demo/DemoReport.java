package quern.appliance.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What the demonstration prints: steps as they happen, a table at the end, or one JSON object instead. */
final class DemoReport {

    private final PrintStream out;
    private final boolean json;
    private final ObjectNode figures = DemoServer.JSON.createObjectNode();
    private final Map<String, String> summary = new LinkedHashMap<>();
    private final long startedNs = System.nanoTime();
    private int step;

    DemoReport(PrintStream out, boolean json) {
        this.out = out;
        this.json = json;
    }

    void step(String title) {
        say("");
        say("[%d] %s  (%.0f s)", ++step, title, seconds());
    }

    void say(String format, Object... arguments) {
        if (!json) {
            out.println(String.format(Locale.ROOT, format, arguments));
        }
    }

    /** A figure for the JSON form. */
    ObjectNode figures() {
        return figures;
    }

    void summary(String name, String format, Object... arguments) {
        summary.put(name, String.format(Locale.ROOT, format, arguments));
    }

    double seconds() {
        return (System.nanoTime() - startedNs) / 1e9;
    }

    void end() {
        figures.put("seconds", Math.round(seconds() * 10) / 10.0);
        if (json) {
            out.println(figures.toPrettyString());
            return;
        }
        out.println();
        summary.forEach((name, value) -> out.println(String.format("  %-28s %s", name, value)));
    }
}
