package quern.curation.erase;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A new file of lines, packed if its name says so; on disk when it is closed. */
final class LineOutput implements AutoCloseable {

    private static final int BUFFER_BYTES = 1 << 18;

    private final Path file;
    private final OutputStream out;
    private long lines;

    LineOutput(Path file) throws IOException {
        this.file = file;
        OutputStream plain = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        out = new BufferedOutputStream(file.getFileName().toString().endsWith(".zst") ? new ZstdOutputStream(plain)
                : plain, BUFFER_BYTES);
    }

    void append(byte[] line) throws IOException {
        out.write(line);
        lines++;
    }

    long lines() {
        return lines;
    }

    @Override
    public void close() throws IOException {
        out.close();
        force(file);
    }

    static void force(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /** The same bytes in a file of their own: no link, so that each may be sealed with another key. */
    static void copy(Path from, Path to) throws IOException {
        try (var in = Files.newInputStream(from);
                var out = Files.newOutputStream(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            in.transferTo(out);
        }
        force(to);
    }
}
