package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Where a verb writes: results to standard output, progress and notes to standard error. */
final class Screen {

    private static final int BAR_CELLS = 24;
    private static final long PLAIN_INTERVAL_NS = 5_000_000_000L;
    private static final long TERMINAL_INTERVAL_NS = 100_000_000L;

    private final PrintStream out = System.out;
    private final PrintStream err = System.err;
    private final boolean json;
    private final boolean terminal;
    private int shownChars;
    private int frameLines;
    private long shownAtNs;
    private boolean shown;

    Screen(boolean json) {
        this.json = json;
        this.terminal = isTerminal(2);
    }

    /** Whether a descriptor of this process (0, 1 or 2) is a terminal. */
    static boolean isTerminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            Console console = System.console();
            return console != null && console.isTerminal();
        }
    }

    /** Whether results are wanted as JSON. */
    boolean json() {
        return json;
    }

    void line(String text) {
        clearProgress();
        out.println(Printer.safe(text));
    }

    /** Part of a line, shown at once. */
    void text(String part) {
        out.print(Printer.safe(part));
        out.flush();
    }

    /** @param rows the first one holds the heads */
    void table(List<List<String>> rows) {
        clearProgress();
        Printer.table(rows.getFirst(), rows.subList(1, rows.size()));
    }

    void json(JsonNode node) {
        clearProgress();
        Printer.json(node);
    }

    /** A line for people beside the result. */
    void note(String text) {
        clearProgress();
        err.println(Printer.safe(text));
        err.flush();
    }

    /**
     * How far something is: redrawn in place on a terminal, a line every few seconds elsewhere.
     *
     * @param total 0 where nobody knows
     */
    void progress(String what, long done, long total) {
        long nowNs = System.nanoTime();
        long intervalNs = terminal ? TERMINAL_INTERVAL_NS : PLAIN_INTERVAL_NS;
        if (shown && nowNs - shownAtNs < intervalNs) {
            return;
        }
        shown = true;
        shownAtNs = nowNs;
        String count = total > 0 ? done + "/" + total : done > 0 ? Long.toString(done) : "...";
        if (!terminal) {
            err.println(what + " " + count);
            err.flush();
            return;
        }
        String text = total > 0 ? bar(done, total) + " " + count + " " + what : count + " " + what;
        err.print("\r" + text + " ".repeat(Math.max(0, shownChars - text.length())));
        err.flush();
        shownChars = text.length();
    }

    /** Whether lines can be drawn over. */
    boolean live() {
        return terminal && !json;
    }

    /** Lines in place of those of the frame before; only where it is {@link #live}. */
    void frame(List<String> lines) {
        clearProgress();
        err.print((frameLines > 0 ? "\033[" + frameLines + "A" : "") + "\033[J"
                + Printer.safe(String.join("\n", lines)) + "\n");
        err.flush();
        frameLines = lines.size();
    }

    private static String bar(long done, long total) {
        int cells = Math.clamp(BAR_CELLS * done / total, 0, BAR_CELLS);
        return "[" + "#".repeat(cells) + "-".repeat(BAR_CELLS - cells) + "]";
    }

    void clearProgress() {
        if (shownChars > 0) {
            err.print("\r" + " ".repeat(shownChars) + "\r");
            err.flush();
            shownChars = 0;
        }
    }
}
