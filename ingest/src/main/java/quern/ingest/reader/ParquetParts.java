package quern.ingest.reader;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import quern.ingest.parquet.ParquetRows;

/**
 * A Parquet file: every row is a sample with all its columns. It has no text to count characters in; a sample's place
 * is the number of its row.
 */
final class ParquetParts implements Parts {

    private final ParquetRows rows;
    private final boolean withText;
    private long at;

    private ParquetParts(SeekableByteChannel channel, ReadLimits limits, Manner manner) throws IOException {
        this.rows = ParquetRows.open(
                channel, limits.documentBytesMax(), limits.unfoldedBytesMax(), limits.ratioMax());
        this.withText = !manner.rows();
    }

    static Parts of(Path file, InputStream unused, ReadLimits limits, Manner manner) throws IOException {
        var parts = new ParquetParts(FileChannel.open(file), limits, manner);
        unused.close();
        return parts;
    }

    static Parts of(byte[] bytes, ReadLimits limits, Manner manner) throws IOException {
        return new ParquetParts(new BytesChannel(bytes), limits, manner);
    }

    @Override
    public Part next() throws IOException {
        ParquetRows.Row row = rows.next();
        if (row == null) {
            return null;
        }
        long from = at++;
        ObjectNode fields = row.fields();
        if (fields == null) {
            return new Flaw("row is not UTF-8");
        }
        return new Fields(withText ? TableText.with(fields) : fields, from, at, 0);
    }

    @Override
    public boolean skip(long count) throws IOException {
        at = rows.skip(count);
        return true;
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }
}
