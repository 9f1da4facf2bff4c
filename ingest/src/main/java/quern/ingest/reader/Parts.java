package quern.ingest.reader;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/** The parts of one document in order, made as they are asked for. Anything thrown ends the document. */
interface Parts extends AutoCloseable {

    /** One part. */
    sealed interface Part {}

    /** @param from first character in the document's text; {@code page} is 0 where there are none */
    record Fields(ObjectNode fields, long from, long to, int page) implements Part {}

    record Flaw(String reason) implements Part {}

    /** The next part, or null at the end. */
    Part next() throws IOException;

    /**
     * Passes over the first parts without making them, where the format can.
     *
     * @return false where it cannot; then nothing has happened
     */
    default boolean skip(long count) throws IOException {
        return false;
    }

    /** Complete once {@link #next} gave null. */
    default PageCounts pages() {
        return PageCounts.NONE;
    }

    /** What to say beside a document of pages without text: empty, or what is not installed to read them. */
    default String absence() {
        return "";
    }

    /** Where in the file the next part begins, for formats that can begin there anew; -1 for the others. */
    default long resumeByte() {
        return -1;
    }

    @Override
    default void close() throws IOException {}
}
