package quern.ingest.reader;

import com.fasterxml.jackson.core.JacksonException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;
import java.util.zip.ZipException;
import quern.config.QuernException;
import quern.config.QuernException.Category;
import quern.ingest.DocumentDamaged;
import quern.ingest.LimitExceeded;
import quern.ingest.Sample;
import quern.ingest.Unreadable;

/**
 * One pass over a document. After {@link #next} gave null there is an {@link #outcome}, whose {@code samples} and
 * {@code refused} together are the items given. Nothing in a document can make it throw. One owner, one thread.
 */
public final class Reading implements AutoCloseable {

    private final String documentId;
    private final Opening opening;
    private final boolean resumed;
    private Parts parts;
    private long samples;
    private long refused;
    private ReadOutcome outcome;

    /** Opens the document at the first {@code next}, so that a failure there is an item too. */
    interface Opening {
        Parts open() throws IOException;

        void close() throws IOException;
    }

    /** @param resumed whether it begins within the document, so that the end may come without a sample */
    Reading(String documentId, Opening opening, boolean resumed) {
        this.documentId = documentId;
        this.opening = opening;
        this.resumed = resumed;
    }

    /** The next item, or null at the end. */
    public Item next() {
        if (outcome != null) {
            return null;
        }
        try {
            if (parts == null) {
                parts = opening.open();
            }
            return switch (parts.next()) {
                case null -> end();
                case Parts.Fields part -> {
                    samples++;
                    yield new Item.Whole(new Sample(
                            part.fields(), documentId, part.from(), part.to(), part.page()));
                }
                case Parts.Flaw flaw -> refuse(flaw.reason());
            };
        } catch (LimitExceeded e) {
            return fail(e.getMessage(), new ReadOutcome.TooLarge(e.getMessage()));
        } catch (OutOfMemoryError e) {
            // A hostile file can make a parser ask for any array; what it asked for is garbage by now.
            String reason = "needs more memory than there is";
            return fail(reason, new ReadOutcome.TooLarge(reason));
        } catch (IOException | RuntimeException | StackOverflowError e) {
            String reason = reason(e);
            return fail(reason, new ReadOutcome.Unreadable(reason));
        }
    }

    /** Passes over the first items without making them, if the format can; false if they must be read. */
    boolean skip(long count) {
        try {
            parts = opening.open();
            if (parts.skip(count)) {
                samples = count;
                return true;
            }
            parts.close();
        } catch (IOException | RuntimeException e) {
            // Reading them meets it again, and then it is an item.
            parts = null;
        }
        parts = null;
        return false;
    }

    private Item end() {
        PageCounts pages = parts.pages();
        if (samples > 0 || resumed) {
            outcome = new ReadOutcome.Read(samples, refused, pages);
            return null;
        }
        if (pages.pages() > 0) {
            outcome = new ReadOutcome.NoText(pages.pages());
        } else {
            outcome = new ReadOutcome.Unreadable(refused > 0 ? "no part of it could be read" : "no text in it");
        }
        return refused > 0 ? null : refuse(
                outcome instanceof ReadOutcome.NoText ? "no text layer" + parts.absence() : "no text in it");
    }

    private Item refuse(String reason) {
        refused++;
        return new Item.Refused(reason);
    }

    private Item fail(String reason, ReadOutcome whole) {
        refused++;
        PageCounts pages = parts == null ? PageCounts.NONE : parts.pages();
        outcome = samples > 0 ? new ReadOutcome.Read(samples, refused, pages) : whole;
        return new Item.Refused(reason);
    }

    /** A short fixed text for what went wrong, with nothing of the content. */
    static String reason(Throwable failure) {
        return switch (failure) {
            case Unreadable unreadable -> unreadable.getMessage();
            case LimitExceeded exceeded -> exceeded.getMessage();
            case DocumentDamaged damaged -> "stored bytes damaged";
            case StackOverflowError overflow -> "nested too deeply";
            case EOFException eof -> "ends too early";
            case ZipException zip -> "damaged compressed data";
            case FileSystemException file -> "file cannot be opened";
            case CharacterCodingException coding -> "not UTF-8";
            case JacksonException json -> "not valid JSON";
            default -> "damaged or of an unknown format";
        };
    }

    /** @throws IllegalStateException before {@link #next} gave null */
    public ReadOutcome outcome() {
        if (outcome == null) {
            throw new IllegalStateException("the document is not read to its end");
        }
        return outcome;
    }

    @Override
    public void close() {
        try {
            if (parts != null) {
                parts.close();
            }
            opening.close();
        } catch (IOException e) {
            throw new QuernException(Category.ERROR, "document " + documentId + " not closed: " + e, e);
        }
    }
}
