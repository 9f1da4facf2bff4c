package quern.appliance.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import quern.config.QuernException;
import quern.inference.engine.DirectRun.LogitsSink;

/** Logits as JSON, written as they come: all positions of a long text need not fit in memory. */
final class LogitsWriter implements AutoCloseable {

    /** A float comes back exactly from nine significant digits. */
    private static final MathContext DIGITS = new MathContext(9);

    private final Writer out;
    private final int vocabulary;

    LogitsWriter(PrintStream out, int vocabulary) {
        this.out = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), 1 << 16);
        this.vocabulary = vocabulary;
    }

    /** {@code {"logits":[...]}}. */
    void one(float[] logits) throws IOException {
        out.write("{\"logits\":");
        row(logits, 0);
        out.write("}\n");
    }

    /** {@code {"logits":[[...],...]}}, a row for each call of the sink that {@code rows} is given. */
    void list(Consumer<LogitsSink> rows) throws IOException {
        out.write("{\"logits\":[");
        rows.accept((position, logits, from) -> {
            try {
                out.write(position == 0 ? "" : ",\n");
                row(logits, from);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        out.write("]}\n");
    }

    private void row(float[] logits, int from) throws IOException {
        for (int i = 0; i < vocabulary; i++) {
            out.write(i == 0 ? "[" : ",");
            out.write(number(logits[from + i], i));
        }
        out.write("]");
    }

    private static String number(float logit, int token) {
        if (!Float.isFinite(logit)) {
            throw new QuernException(QuernException.Category.ERROR,
                    "logit of token " + token + " is " + logit + ", expected a finite number");
        }
        return logit == 0 ? "0.0" : number(logit);
    }

    /** Nine significant digits, or fewer where the rest are zeros. */
    static String number(double value) {
        return new BigDecimal(value).round(DIGITS).stripTrailingZeros().toString();
    }

    /** The {@code count} tokens with the largest logits, descending. */
    static List<Integer> largest(float[] logits, int from, int vocabulary, int count) {
        return IntStream.range(0, vocabulary).boxed()
                .sorted(Comparator.comparingDouble((Integer id) -> -logits[from + id]))
                .limit(count).toList();
    }

    @Override
    public void close() throws IOException {
        out.flush();
    }
}
