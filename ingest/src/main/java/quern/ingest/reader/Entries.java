package quern.ingest.reader;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;

/** The files within a file, in order: of an archive, or of a crawl. */
interface Entries extends AutoCloseable {

    /**
     * One of them.
     *
     * @param name as the archive has it, never used as a path
     * @param declared media type, possibly empty
     * @param content until the next entry is asked for; null where there is a refusal
     * @param fields to add to each of its samples that has no such field
     * @param refusal why it is not read; null where it is
     */
    record Entry(String name, String declared, InputStream content, ObjectNode fields, String refusal) {

        static Entry refused(String name, String reason) {
            return new Entry(name, "", null, null, reason);
        }
    }

    /** The next entry, or null at the end. Anything thrown ends the archive. */
    Entry next() throws IOException;

    @Override
    void close() throws IOException;
}
