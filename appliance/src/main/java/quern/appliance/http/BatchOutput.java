package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * Lines written so far, answers and errors apart. A line counts once it is whole and on disk; what a crash tore is cut
 * off when the output is opened again, so no request is answered twice.
 */
final class BatchOutput implements AutoCloseable {

    private final Path path;
    private final FileChannel channel;
    private final Set<String> customIds = new HashSet<>();

    BatchOutput(Path path) throws IOException {
        this.path = path;
        this.channel = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        long whole = 0;
        byte[] bytes = content();
        int lineFrom = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                byte[] line = Arrays.copyOfRange(bytes, lineFrom, i);
                customIds.add(Json.parse(line).path("custom_id").asText());
                lineFrom = i + 1;
                whole = lineFrom;
            }
        }
        channel.truncate(whole);
        channel.position(whole);
    }

    /** By the channel that writes: to it, what a crash tore is no part of the file, sealed or not. */
    private byte[] content() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(channel.size()));
        while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {
            continue;
        }
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    Path path() {
        return path;
    }

    Set<String> customIds() {
        return customIds;
    }

    int count() {
        return customIds.size();
    }

    void add(String customId, ObjectNode line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        customIds.add(customId);
    }

    void force() throws IOException {
        channel.force(false);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
