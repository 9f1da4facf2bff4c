package quern.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Many streamed requests at once over plain sockets, in one thread, with next to no work for each piece: what the
 * client takes is taken from the server on the same cores.
 */
final class StreamClient {

    private static final byte[] LAST = "data: [DONE]".getBytes(StandardCharsets.US_ASCII);
    private static final String LAST_CHUNK = "\r\n0\r\n\r\n";
    private static final int TAIL_BYTES = 2048;
    /** Where the status begins in "HTTP/1.1 200 OK". */
    private static final int STATUS_AT = 9;
    private static final long LIMIT_MS = 300_000;

    /** One request: when its first and last bytes of answer came, and the end of what was read. */
    static final class Stream {
        private final byte[] tail = new byte[TAIL_BYTES];
        private int tailBytes;
        long firstNs;
        /** When the first event came: behind the head of the answer. */
        long firstTokenNs;
        long lastNs;
        long bytes;
        long reads;

        private void add(ByteBuffer read) {
            int count = Math.min(read.remaining(), TAIL_BYTES);
            int kept = Math.min(tailBytes, TAIL_BYTES - count);
            System.arraycopy(tail, tailBytes - kept, tail, 0, kept);
            read.position(read.limit() - count).get(tail, kept, count);
            tailBytes = kept + count;
        }

        private boolean ended() {
            String end = new String(tail, Math.max(0, tailBytes - 40), Math.min(40, tailBytes),
                    StandardCharsets.US_ASCII);
            return end.contains(new String(LAST, StandardCharsets.US_ASCII)) && end.endsWith(LAST_CHUNK);
        }

        String tail() {
            return new String(tail, 0, tailBytes, StandardCharsets.UTF_8);
        }
    }

    /** The answer is no 200. */
    static final class Refused extends IOException {

        private static final long serialVersionUID = 1L;

        private Refused(String answer) {
            super("refused: " + answer);
        }
    }

    private StreamClient() {}

    /** Connections that are kept from one run to the next. */
    static final class Connections implements AutoCloseable {
        private final List<SocketChannel> channels = new ArrayList<>();

        private SocketChannel get(int index, InetSocketAddress address) throws IOException {
            if (index == channels.size()) {
                channels.add(SocketChannel.open(address));
            }
            return channels.get(index);
        }

        @Override
        public void close() throws IOException {
            for (SocketChannel channel : channels) {
                channel.close();
            }
        }
    }

    /** Over connections of their own. */
    static List<Stream> run(InetSocketAddress address, String key, String path, List<String> bodies)
            throws IOException {
        try (Connections own = new Connections()) {
            return run(own, address, key, path, bodies);
        }
    }

    /**
     * Sends all of them at once and reads until each has ended.
     *
     * @param bodies JSON of requests that stream
     */
    static List<Stream> run(Connections connections, InetSocketAddress address, String key, String path,
            List<String> bodies) throws IOException {
        List<Stream> streams = new ArrayList<>();
        try (Selector selector = Selector.open()) {
            for (String body : bodies) {
                SocketChannel channel = connections.get(streams.size(), address);
                Stream stream = new Stream();
                streams.add(stream);
                ByteBuffer request = request(address, key, path, body);
                while (request.hasRemaining()) {
                    channel.write(request);
                }
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_READ, stream);
            }
            read(selector, bodies.size());
        }
        return streams;
    }

    private static void read(Selector selector, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
        int open = count;
        while (open > 0) {
            if (selector.select(LIMIT_MS) == 0) {
                throw new IOException(open + " of " + count + " streams are silent");
            }
            for (SelectionKey key : selector.selectedKeys()) {
                open -= readOne(key, buffer) ? 1 : 0;
            }
            selector.selectedKeys().clear();
        }
    }

    /** @return whether the stream ended */
    private static boolean readOne(SelectionKey key, ByteBuffer buffer) throws IOException {
        Stream stream = (Stream) key.attachment();
        buffer.clear();
        int count = ((SocketChannel) key.channel()).read(buffer);
        if (count < 0) {
            throw new IOException("the connection ended: " + stream.tail());
        }
        long now = System.nanoTime();
        buffer.flip();
        boolean first = stream.firstNs == 0;
        boolean taken = !first || count > STATUS_AT && buffer.get(STATUS_AT) == '2';
        stream.firstNs = first ? now : stream.firstNs;
        stream.lastNs = now;
        stream.bytes += count;
        stream.reads++;
        stream.add(buffer);
        if (!taken) {
            throw new Refused(stream.tail());
        }
        if (stream.firstTokenNs == 0 && stream.tail().contains("data: {")) {
            stream.firstTokenNs = now;
        }
        if (!stream.ended()) {
            return false;
        }
        key.cancel();
        return true;
    }

    private static ByteBuffer request(InetSocketAddress address, String key, String path, String body) {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        byte[] head = ("POST " + path + " HTTP/1.1\r\nHost: " + address.getHostString() + ":" + address.getPort()
                + "\r\nAuthorization: Bearer " + key + "\r\nContent-Type: application/json\r\nContent-Length: "
                + content.length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(head.length + content.length).put(head).put(content).flip();
    }
}
