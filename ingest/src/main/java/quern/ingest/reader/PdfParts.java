package quern.ingest.reader;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.io.MemoryUsageSetting;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.encryption.InvalidPasswordException;
import org.apache.pdfbox.text.PDFTextStripper;
import quern.ingest.LimitExceeded;
import quern.ingest.Unreadable;

/**
 * A PDF: one sample a page. Pages without text are read by {@link Ocr} where there is one; else they are flaws beside
 * pages with text, and no parts at all without any.
 */
final class PdfParts implements Parts {

    private static final int PAGES_MAX = 20_000;
    private static final long MAIN_MEMORY_BYTES = 64L << 20;

    static {
        BundledFont.install();
    }

    private final PDDocument pdf;
    private final long charactersMax;
    private final Ocr ocr;
    private final List<Integer> characters = new ArrayList<>();
    private final Deque<Part> ready = new ArrayDeque<>();
    private int page;
    private int recognisedPages;
    private int emptyBeforeText;
    private boolean textSeen;
    private long at;

    private PdfParts(PDDocument pdf, ReadLimits limits) {
        this.pdf = pdf;
        this.charactersMax = limits.documentBytesMax();
        this.ocr = limits.ocr();
    }

    static Parts open(BufferedInputStream input, ReadLimits limits) throws IOException {
        byte[] bytes = WholeText.bytes(input, limits);
        PdfStreams.requireBounded(bytes, limits);
        var memory = MemoryUsageSetting.setupMixed(MAIN_MEMORY_BYTES, limits.unfoldedBytesMax());
        try {
            PDDocument pdf = Loader.loadPDF(bytes, "", null, null, memory.streamCache);
            if (pdf.getNumberOfPages() > PAGES_MAX) {
                int pages = pdf.getNumberOfPages();
                pdf.close();
                throw new LimitExceeded("pdf of " + pages + " pages, at most " + PAGES_MAX);
            }
            return new PdfParts(pdf, limits);
        } catch (InvalidPasswordException e) {
            throw new Unreadable("pdf needs a password");
        }
    }

    @Override
    public Part next() throws IOException {
        while (ready.isEmpty() && page < pdf.getNumberOfPages()) {
            read(++page);
        }
        return ready.poll();
    }

    private void read(int number) throws IOException {
        String text = text(number);
        boolean recognised = text.isEmpty() && recognisedPages < ocr.pagesMax();
        if (recognised) {
            recognisedPages++;
            try {
                text = ocr.textOf(pdf, number);
            } catch (LimitExceeded | Unreadable e) {
                characters.add(0);
                ready.add(new Flaw(e.getMessage()));
                return;
            }
        }
        characters.add(text.length());
        if (!text.isEmpty()) {
            if (!textSeen) {
                textSeen = true;
                for (int i = 0; i < emptyBeforeText; i++) {
                    ready.add(flaw());
                }
            }
            var fields = JsonNodeFactory.instance.objectNode().put("text", text).put("page", number);
            if (recognised) {
                fields.put("ocr", true);
            }
            ready.add(new Fields(fields, at, at + text.length(), number));
            at += text.length() + 1;
        } else if (textSeen) {
            ready.add(flaw());
        } else {
            emptyBeforeText++;
        }
    }

    private Flaw flaw() {
        return new Flaw("pdf page without text layer" + ocr.absence());
    }

    private String text(int number) throws IOException {
        var stripper = new PDFTextStripper();
        stripper.setSortByPosition(true);
        stripper.setLineSeparator("\n");
        stripper.setStartPage(number);
        stripper.setEndPage(number);
        var bounded = new Bounded(charactersMax);
        stripper.writeText(pdf, bounded);
        return bounded.text.toString().replace("\r\n", "\n").replace("\0", "").strip();
    }

    @Override
    public String absence() {
        return ocr.absence();
    }

    @Override
    public PageCounts pages() {
        return new PageCounts(characters);
    }

    @Override
    public void close() throws IOException {
        pdf.close();
    }

    private static final class Bounded extends Writer {

        private final StringBuilder text = new StringBuilder();
        private final long charactersMax;

        Bounded(long charactersMax) {
            super();
            this.charactersMax = charactersMax;
        }

        @Override
        public void write(char[] from, int offset, int length) throws IOException {
            if (text.length() + (long) length > charactersMax) {
                throw new LimitExceeded("page text larger than document-max");
            }
            text.append(from, offset, length);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
