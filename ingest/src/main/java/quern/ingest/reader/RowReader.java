package quern.ingest.reader;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import quern.ingest.Unreadable;

/**
 * The samples of one local file in its order: the rows of JSONL, JSON, CSV, TSV, Parquet and workbooks with all their
 * fields, messages, entries of archives, and every other file as one sample with a field {@code text}. Each row stands
 * alone: another may have other fields and types. A row that cannot be read is {@link Item.Refused}, and so is the
 * rest of a file that cannot be read on; nothing in a file can make it throw. Memory is bounded by the largest row,
 * not by the file. One owner, one thread.
 *
 * <p>Where the file does not have them, samples get {@value #SUFFIX} (the name's ending in lower case, with the one
 * before it where the file is compressed, such as {@code .jsonl.zst}) and {@value #SOURCE_FILE}.
 */
public final class RowReader implements AutoCloseable {

    public static final String SUFFIX = "__dj__suffix__";
    public static final String SOURCE_FILE = "__dj__source_file__";

    private static final String START = "0";

    private final Path file;
    private final String documentId;
    private final ReadLimits limits;
    private final Manner manner;
    private final String suffix;
    private Reading reading;
    private Parts parts;
    private long taken;

    private RowReader(Path file, String documentId, ReadLimits limits, Manner manner) {
        this.file = file;
        this.documentId = documentId;
        this.limits = limits;
        this.manner = manner;
        this.suffix = suffix(file.getFileName().toString());
        seek(START);
    }

    /**
     * Begins before the first row; the file is opened at the first {@link #next}.
     *
     * @param documentId that samples are to name as their source
     */
    public static RowReader open(Path file, String documentId, ReadLimits limits, Manner manner) {
        return new RowReader(file, documentId, limits, manner);
    }

    /** The next row, or null at the end. */
    public Item next() {
        Item item = reading.next();
        if (item == null) {
            return null;
        }
        taken++;
        if (item instanceof Item.Whole whole) {
            ObjectNode fields = whole.sample().fields();
            if (!fields.has(SUFFIX)) {
                fields.put(SUFFIX, suffix);
            }
            if (!fields.has(SOURCE_FILE)) {
                fields.put(SOURCE_FILE, file.toString());
            }
        }
        return item;
    }

    /**
     * Where the next {@link #next} reads: a short text for {@link #seek}, here or in a later process, as long as the
     * file has not changed.
     */
    public String position() {
        long resumeByte = parts == null ? -1 : parts.resumeByte();
        return resumeByte < 0 ? Long.toString(taken)
                : taken + ":" + resumeByte + ":" + ((JsonlParts) parts).characters();
    }

    /**
     * Goes to a position. In an uncompressed JSONL file that takes no time; in other files the rows before it are read
     * again.
     */
    public void seek(String position) {
        close();
        String[] numbers = position.split(":");
        parts = null;
        taken = 0;
        if (numbers.length == 3) {
            taken = Long.parseLong(numbers[0]);
            long resumeByte = Long.parseLong(numbers[1]);
            long characters = Long.parseLong(numbers[2]);
            reading = reading(() -> {
                FileChannel channel = FileChannel.open(file).position(resumeByte);
                var input = new BufferedInputStream(Channels.newInputStream(channel), 1 << 16);
                return JsonlParts.resumed(input, limits, resumeByte, characters);
            }, true);
            return;
        }
        reading = reading(this::openFromStart, false);
        long skipped = Long.parseLong(numbers[0]);
        if (skipped > 0 && reading.skip(skipped)) {
            taken = skipped;
        }
        for (; taken < skipped; taken++) {
            if (reading.next() == null) {
                return;
            }
        }
    }

    private interface PartsOpening {
        Parts open() throws IOException;
    }

    private Reading reading(PartsOpening opening, boolean resumed) {
        return new Reading(documentId, new Reading.Opening() {
            @Override
            public Parts open() throws IOException {
                parts = opening.open();
                return parts;
            }

            @Override
            public void close() {}
        }, resumed);
    }

    private Parts openFromStart() throws IOException {
        if (Files.size(file) == 0) {
            throw new Unreadable("empty file");
        }
        return new Formats(limits, manner).open(file);
    }

    /** How the file ended; only after {@link #next} gave null. */
    public ReadOutcome outcome() {
        return reading.outcome();
    }

    static String suffix(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        String inner = Formats.withoutFolding(lower);
        int dot = inner.lastIndexOf('.');
        return lower.substring(dot < 0 ? inner.length() : dot);
    }

    @Override
    public void close() {
        if (reading != null) {
            reading.close();
        }
    }
}
