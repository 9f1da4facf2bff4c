package quern.curation.kenlm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import quern.config.QuernException;

/** The lines of a text file in the ARPA format, and the words of the current one, between blanks and tabs. */
final class ArpaLines {

    private static final int LINE_BYTES_MAX = 1 << 20;
    private static final int WORDS_MAX = ModelHeader.ORDER_MAX + 2;
    private static final int SHOWN_CHARS = 60;
    private static final Pattern NUMBER = Pattern.compile("[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]{1,9})?");

    private final Path path;
    private final InputStream in;
    private final byte[] buffer = new byte[1 << 16];
    private int at;
    private int filled;
    private byte[] line = new byte[256];
    private int lineBytes;
    private long number;
    private final int[] begins = new int[WORDS_MAX + 1];
    private final int[] ends = new int[WORDS_MAX + 1];
    private int words;

    ArpaLines(Path path, InputStream in) {
        this.path = path;
        this.in = in;
    }

    /** Goes to the next line that is not empty; false at the end. */
    boolean next() throws IOException {
        do {
            if (!read()) {
                return false;
            }
            cut();
        } while (words == 0);
        return true;
    }

    private boolean read() throws IOException {
        lineBytes = 0;
        number++;
        while (true) {
            if (at == filled) {
                at = 0;
                filled = in.read(buffer);
                if (filled <= 0) {
                    filled = 0;
                    return lineBytes > 0;
                }
            }
            byte b = buffer[at++];
            if (b == '\n') {
                return true;
            }
            if (lineBytes == line.length) {
                if (lineBytes == LINE_BYTES_MAX) {
                    throw refused("a line of at most " + LINE_BYTES_MAX + " bytes", "a longer one");
                }
                line = Arrays.copyOf(line, 2 * lineBytes);
            }
            line[lineBytes++] = b;
        }
    }

    private void cut() {
        words = 0;
        for (int i = 0; i < lineBytes && words <= WORDS_MAX; i++) {
            if (!isBlank(line[i])) {
                begins[words] = i;
                while (i < lineBytes && !isBlank(line[i])) {
                    i++;
                }
                ends[words++] = i;
            }
        }
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t' || b == '\r';
    }

    int words() {
        return words;
    }

    String word(int i) {
        return new String(line, begins[i], ends[i] - begins[i], StandardCharsets.UTF_8);
    }

    long hash(int i) {
        return MurmurHash.of(Arrays.copyOfRange(line, begins[i], ends[i]), ends[i] - begins[i]);
    }

    /** A logarithm. */
    float number(int i) {
        String text = word(i);
        if (NUMBER.matcher(text).matches()) {
            float value = Float.parseFloat(text);
            if (Float.isFinite(value)) {
                return value;
            }
        }
        throw refused("a number", text);
    }

    /** The line, shortened. */
    String text() {
        String text = new String(line, 0, lineBytes, StandardCharsets.UTF_8).strip();
        return text.length() <= SHOWN_CHARS ? text : text.substring(0, SHOWN_CHARS) + "...";
    }

    QuernException refused(String expected, String found) {
        return new QuernException(QuernException.Category.ERROR, "KenLM model " + path + ", line " + number
                + ": expected " + expected + ", found " + found);
    }
}
