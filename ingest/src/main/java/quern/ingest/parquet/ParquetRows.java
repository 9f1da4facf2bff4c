package quern.ingest.parquet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.RecordMaterializer;
import org.apache.parquet.schema.MessageType;
import quern.ingest.LimitExceeded;
import quern.ingest.Unreadable;

/**
 * The rows of a Parquet file as JSON objects, in order; see {@link Groups} and {@link Values} for how. Memory is
 * bounded by the compressed size of the largest row group and its pages. What the file says of sizes is checked before
 * memory is taken for it.
 */
public final class ParquetRows implements AutoCloseable {

    private static final int COLUMNS_MAX = 10_000;
    private static final long FREE_ROWS = 1 << 20;

    private final SeekableByteChannel channel;
    private final ParquetFileReader file;
    private final MessageType schema;
    private final MessageColumnIO columns;
    private final RowBudget budget;
    private final Rows rows;
    private RecordReader<JsonNode> records;
    private long inGroup;

    /** The row that was read, or null: it holds text that is not UTF-8. */
    public record Row(ObjectNode fields) {}

    /**
     * @param channel of the whole file; closed with this, and when it cannot be opened
     * @param rowBytesMax largest row
     * @param groupBytesMax largest row group as it is stored, and largest page
     * @param ratioMax most bytes of a page per byte of it stored, and most rows per byte of the file
     */
    public static ParquetRows open(SeekableByteChannel channel, long rowBytesMax, long groupBytesMax, int ratioMax)
            throws IOException {
        try {
            var options = ParquetReadOptions.builder(new PlainParquetConfiguration())
                    .withCodecFactory(new PageCodecs(groupBytesMax, ratioMax)).usePageChecksumVerification(true)
                    .withUseHadoopVectoredIo(false).build();
            ParquetFileReader file = ParquetFileReader.open(new RandomAccess(channel), options);
            requireBounded(file, channel.size(), groupBytesMax, ratioMax);
            return new ParquetRows(channel, file, new RowBudget(rowBytesMax));
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw unwrapped(e);
        }
    }

    private ParquetRows(SeekableByteChannel channel, ParquetFileReader file, RowBudget budget) {
        this.channel = channel;
        this.file = file;
        this.budget = budget;
        this.schema = file.getFileMetaData().getSchema();
        this.columns = new ColumnIOFactory().getColumnIO(schema);
        this.rows = new Rows(schema, budget);
    }

    private static void requireBounded(ParquetFileReader file, long fileBytes, long groupBytesMax, int ratioMax)
            throws IOException {
        int columns = file.getFileMetaData().getSchema().getColumns().size();
        if (columns == 0 || columns > COLUMNS_MAX) {
            throw new Unreadable("parquet file of " + columns + " columns");
        }
        long rows = 0;
        for (BlockMetaData group : file.getRowGroups()) {
            long stored = 0;
            for (ColumnChunkMetaData chunk : group.getColumns()) {
                long bytes = chunk.getTotalSize();
                if (bytes < 0 || chunk.getStartingPos() < 0 || chunk.getStartingPos() > fileBytes - bytes) {
                    throw new Unreadable("parquet column outside the file");
                }
                stored += bytes;
            }
            if (stored > groupBytesMax) {
                throw new LimitExceeded("parquet row group larger than archive-max");
            }
            rows = Math.addExact(rows, Math.max(0, group.getRowCount()));
        }
        if (rows > Math.max(FREE_ROWS, Math.multiplyExact(fileBytes, ratioMax))) {
            throw new LimitExceeded("more rows than decompression-ratio-max times the bytes of the file");
        }
    }

    /** The next row, or null at the end; its fields are null where one of its strings is not UTF-8. */
    public Row next() throws IOException {
        try {
            while (inGroup == 0) {
                PageReadStore pages = file.readNextRowGroup();
                if (pages == null) {
                    return null;
                }
                inGroup = pages.getRowCount();
                records = columns.getRecordReader(pages, rows);
            }
            inGroup--;
            budget.beginRow();
            ObjectNode fields = (ObjectNode) records.read();
            return new Row(budget.isFlawed() ? null : fields);
        } catch (RuntimeException e) {
            throw unwrapped(e);
        }
    }

    /**
     * Passes over rows, whole row groups of them without reading. @return how many there were, at most {@code count}
     */
    public long skip(long count) throws IOException {
        long left = count;
        while (left > 0) {
            if (inGroup == 0) {
                int nextGroup = file.getCurrentRowGroupIndex() + 1;
                if (nextGroup < file.getRowGroups().size()
                        && file.getRowGroups().get(nextGroup).getRowCount() <= left) {
                    left -= file.getRowGroups().get(nextGroup).getRowCount();
                    file.skipNextRowGroup();
                    continue;
                }
            }
            if (next() == null) {
                return count - left;
            }
            left--;
        }
        return count;
    }

    /** Our own reasons, from within what parquet-java wraps around them. */
    private static IOException unwrapped(Throwable failure) throws IOException {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof LimitExceeded || cause instanceof Unreadable
                    || cause instanceof java.io.EOFException) {
                return (IOException) cause;
            }
        }
        if (failure instanceof Error error) {
            throw error;
        }
        return new Unreadable("damaged parquet file");
    }

    @Override
    public void close() throws IOException {
        try {
            file.close();
        } finally {
            channel.close();
        }
    }

    private static final class Rows extends RecordMaterializer<JsonNode> {

        private final GroupConverter root;
        private JsonNode row;

        Rows(MessageType schema, RowBudget budget) {
            super();
            this.root = new Groups(budget).object(schema, found -> row = found);
        }

        @Override
        public JsonNode getCurrentRecord() {
            return row;
        }

        @Override
        public GroupConverter getRootConverter() {
            return root;
        }
    }
}
