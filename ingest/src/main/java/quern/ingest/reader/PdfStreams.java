package quern.ingest.reader;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.InflaterInputStream;
import quern.ingest.LimitExceeded;

/**
 * Inflates every compressed stream of a PDF file once, for its size only: PDFBox unfolds streams whole into memory, so
 * a file that would not fit must be known before.
 */
final class PdfStreams {

    private static final byte[] KEYWORD = {'s', 't', 'r', 'e', 'a', 'm'};
    private static final long FREE_BYTES = 32L << 20;

    private final byte[] file;
    private final long budget;
    private long inflated;

    private PdfStreams(byte[] file, long budget) {
        this.file = file;
        this.budget = budget;
    }

    /** @throws LimitExceeded if the streams together unfold beyond the limits */
    static void requireBounded(byte[] file, ReadLimits limits) throws LimitExceeded {
        long byRatio = Math.max(FREE_BYTES, (long) file.length * limits.ratioMax());
        new PdfStreams(file, Math.min(limits.unfoldedBytesMax(), byRatio)).check();
    }

    private void check() throws LimitExceeded {
        int at = 0;
        while (at + KEYWORD.length < file.length) {
            if (!isKeyword(at)) {
                at++;
                continue;
            }
            int from = at + KEYWORD.length;
            from += from < file.length && file[from] == '\r' ? 1 : 0;
            from += from < file.length && file[from] == '\n' ? 1 : 0;
            at = from;
            if (isZlib(from)) {
                measure(from);
            }
        }
    }

    private boolean isKeyword(int at) {
        for (int i = 0; i < KEYWORD.length; i++) {
            if (file[at + i] != KEYWORD[i]) {
                return false;
            }
        }
        return true;
    }

    /** RFC 1950: compression method 8, and a check that makes the first two bytes a multiple of 31. */
    private boolean isZlib(int at) {
        return at + 1 < file.length && (file[at] & 0x0F) == 8
                && ((file[at] & 0xFF) << 8 | file[at + 1] & 0xFF) % 31 == 0;
    }

    private void measure(int from) throws LimitExceeded {
        InputStream raw = new ByteArrayInputStream(file, from, file.length - from);
        try (InputStream once = new InflaterInputStream(raw); InputStream twice = new Counting(once)) {
            InputStream inner = new InflaterInputStream(twice);
            drain(inner);
        } catch (LimitExceeded e) {
            throw e;
        } catch (IOException e) {
            // Mostly content that is compressed once only: the inner pass fails at its first byte.
            drainOnce(from);
        }
    }

    private void drainOnce(int from) throws LimitExceeded {
        InputStream raw = new ByteArrayInputStream(file, from, file.length - from);
        try (InputStream once = new Counting(new InflaterInputStream(raw))) {
            drain(once);
        } catch (LimitExceeded e) {
            throw e;
        } catch (IOException e) {
            // A damaged stream is the parser's business; it cannot unfold further than it did here.
            return;
        }
    }

    private void drain(InputStream stream) throws IOException {
        byte[] sink = new byte[1 << 15];
        for (int count = stream.read(sink); count >= 0; count = stream.read(sink)) {
            add(count);
        }
    }

    private void add(int count) throws LimitExceeded {
        inflated += count;
        if (inflated > budget) {
            throw new LimitExceeded("pdf streams unfold beyond the limits");
        }
    }

    private final class Counting extends java.io.FilterInputStream {

        Counting(InputStream input) {
            super(input);
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            int read = super.read(into, from, length);
            if (read > 0) {
                add(read);
            }
            return read;
        }
    }
}
