package quern.ingest.writer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import quern.ingest.parquet.ParquetShard;

/**
 * One file being written under a temporary name. Parquet wants its columns before its rows, so those wait in a
 * compressed file of lines beside it.
 */
final class ShardFile {

    private static final int BUFFER_BYTES = 1 << 16;
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder().streamReadConstraints(
            StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build()).build());

    private final Path path;
    private final Path waiting;
    private final RowForm form;
    private final ParquetShard parquet = new ParquetShard();
    private FileChannel channel;
    private OutputStream stream;
    private long rowBytes;
    private long rows;

    private ShardFile(Path path, RowForm form) {
        this.path = path;
        this.form = form;
        this.waiting = path.resolveSibling(path.getFileName().toString().replaceFirst("([^.]*)$", "rows.$1"));
    }

    static ShardFile create(Path path, RowForm form) throws IOException {
        var shard = new ShardFile(path, form);
        shard.open(form == RowForm.PARQUET ? shard.waiting : path);
        return shard;
    }

    private void open(Path file) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        OutputStream out = new Unclosed(Channels.newOutputStream(channel));
        stream = switch (form) {
            case JSONL_GZ -> new GZIPOutputStream(out, BUFFER_BYTES);
            case JSONL_ZST -> new ZstdOutputStreamNoFinalizer(out);
            case PARQUET -> file.equals(waiting) ? new ZstdOutputStreamNoFinalizer(out, 1) : out;
            case JSONL, JSON -> out;
        };
    }

    Path path() {
        return path;
    }

    /** Bytes of the rows as JSON. */
    long rowBytes() {
        return rowBytes;
    }

    void append(ObjectNode row, byte[] line) throws IOException {
        if (form == RowForm.PARQUET) {
            parquet.look(row);
        } else if (form == RowForm.JSON) {
            stream.write(rows == 0 ? '[' : ',');
            stream.write('\n');
        }
        stream.write(line);
        if (form != RowForm.JSON) {
            stream.write('\n');
        }
        rowBytes += line.length + 1;
        rows++;
    }

    /** Writes the rest, forces it to disk and closes the file, which keeps its temporary name. */
    void complete() throws IOException {
        if (form == RowForm.PARQUET) {
            stream.close();
            channel.close();
            open(path);
            writeParquet();
            Files.delete(waiting);
        } else if (form == RowForm.JSON) {
            stream.write((rows == 0 ? "[\n]\n" : "\n]\n").getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }
        stream.close();
        channel.force(true);
        channel.close();
    }

    private void writeParquet() throws IOException {
        if (!parquet.hasColumns()) {
            parquet.look(JSON.createObjectNode().put("text", ""));
        }
        try (InputStream lines = new ZstdInputStreamNoFinalizer(Files.newInputStream(waiting));
                MappingIterator<ObjectNode> again = JSON.readerFor(ObjectNode.class).readValues(lines)) {
            parquet.write(() -> again.hasNextValue() ? again.nextValue() : null, stream);
        }
    }

    List<String> mixedColumns() {
        return form == RowForm.PARQUET ? parquet.mixedColumns() : List.of();
    }

    void abandon() throws IOException {
        channel.close();
        Files.deleteIfExists(path);
        Files.deleteIfExists(waiting);
    }

    /** Closing the stream ends the compressed frame; the channel is still to be forced then. */
    private static final class Unclosed extends BufferedOutputStream {

        Unclosed(OutputStream channel) {
            super(channel, BUFFER_BYTES);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
