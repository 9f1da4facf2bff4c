package quern.ingest.reader;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import quern.ingest.Unreadable;

/** The files of a zip archive as they come in its stream. What all of them unfold into is bounded together. */
final class ZipEntries implements Entries {

    private final String archive;
    private final Manner manner;
    private final Unfolding unfolding;
    private ZipInputStream zip;
    private final byte[] sink = new byte[1 << 13];

    ZipEntries(InputStream input, String archive, ReadLimits limits, Manner manner) {
        this.archive = archive;
        this.manner = manner;
        this.unfolding = Unfolding.ofZip(input, limits, compressed -> {
            zip = new ZipInputStream(compressed);
            return zip;
        });
    }

    @Override
    public Entry next() throws IOException {
        try {
            while (true) {
                drain();
                ZipEntry entry = zip.getNextEntry();
                if (entry == null) {
                    return null;
                }
                String name = entry.getName();
                if (!EntryNames.isSafe(name)) {
                    return Entry.refused(name, "archive entry with an unsafe name");
                } else if (!entry.isDirectory() && !EntryNames.isHidden(name)) {
                    return new Entry(name, "", new Unclosed(unfolding), EntryNames.fields(archive, name, manner), null);
                }
            }
        } catch (ZipException e) {
            boolean encrypted = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("encrypted");
            throw encrypted ? new Unreadable("archive needs a password") : e;
        }
    }

    /** The rest of the entry at hand, counted: the stream would pass over it without a limit. */
    private void drain() throws IOException {
        int read = 0;
        while (read >= 0) {
            read = unfolding.read(sink, 0, sink.length);
        }
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }

    /** An entry's stream, which its reader may close while the archive goes on. */
    static final class Unclosed extends FilterInputStream {

        Unclosed(InputStream content) {
            super(content);
        }

        @Override
        public void close() {}
    }
}
