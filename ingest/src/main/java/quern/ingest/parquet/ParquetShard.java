package quern.ingest.parquet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;

/**
 * Rows of any shape as one Parquet file with zstd pages. The rows are seen twice: {@link #look} at each to find
 * columns for all of them, then {@link #write} them in the same order. Memory is bounded by the row group.
 */
public final class ParquetShard {

    private static final long ROW_GROUP_BYTES = 32L << 20;

    private final ColumnShape shape = new ColumnShape();

    /** The same rows again, each once; null at the end. */
    @FunctionalInterface
    public interface Rows {
        ObjectNode next() throws IOException;
    }

    public void look(ObjectNode row) {
        shape.add(row);
    }

    /** Whether a row had a field; a file without columns cannot be. */
    public boolean hasColumns() {
        return !shape.fields().isEmpty();
    }

    /** Columns of values that fit no one type, which are written as JSON text; dotted paths. */
    public List<String> mixedColumns() {
        List<String> mixed = new ArrayList<>();
        shape.fields().forEach((name, column) -> collectMixed(name, column, mixed));
        return mixed;
    }

    private static void collectMixed(String path, ColumnShape column, List<String> mixed) {
        switch (column.form()) {
            case JSON -> mixed.add(path);
            case LIST -> collectMixed(path + "[]", column.element(), mixed);
            case OBJECT -> column.fields().forEach((name, field) -> collectMixed(path + "." + name, field, mixed));
            default -> { }
        }
    }

    /** Writes the file into a stream, which stays open. */
    public void write(Rows rows, OutputStream into) throws IOException {
        if (shape.fields().isEmpty()) {
            throw new IllegalStateException("a Parquet file of rows without one field");
        }
        try (ParquetWriter<JsonNode> writer = new Builder(new Target(into), shape).build()) {
            for (ObjectNode row = rows.next(); row != null; row = rows.next()) {
                writer.write(row);
            }
        }
    }

    private static final class Builder extends ParquetWriter.Builder<JsonNode, Builder> {

        private final ColumnShape shape;

        Builder(OutputFile file, ColumnShape shape) {
            super(file);
            this.shape = shape;
            withConf(new PlainParquetConfiguration()).withCodecFactory(new PageCodecs(0, 0))
                    .withCompressionCodec(CompressionCodecName.ZSTD).withRowGroupSize(ROW_GROUP_BYTES)
                    .withMinRowCountForPageSizeCheck(16).withPageWriteChecksumEnabled(true);
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        @SuppressWarnings("deprecation")
        protected WriteSupport<JsonNode> getWriteSupport(Configuration configuration) {
            return new RowWriting(shape);
        }

        @Override
        protected WriteSupport<JsonNode> getWriteSupport(ParquetConfiguration configuration) {
            return new RowWriting(shape);
        }
    }

    private record Target(OutputStream stream) implements OutputFile {

        @Override
        public PositionOutputStream create(long blockBytes) {
            return new Counting(stream);
        }

        @Override
        public PositionOutputStream createOrOverwrite(long blockBytes) {
            return new Counting(stream);
        }

        @Override
        public boolean supportsBlockSize() {
            return false;
        }

        @Override
        public long defaultBlockSize() {
            return 0;
        }
    }

    private static final class Counting extends PositionOutputStream {

        private final OutputStream stream;
        private long position;

        Counting(OutputStream stream) {
            super();
            this.stream = stream;
        }

        @Override
        public long getPos() {
            return position;
        }

        @Override
        public void write(int value) throws IOException {
            stream.write(value);
            position++;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            stream.write(bytes, from, length);
            position += length;
        }

        @Override
        public void flush() throws IOException {
            stream.flush();
        }
    }
}
