package quern.kv.journal;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * How names become RocksDB keys: a tag, then fields, each text ended by a zero byte (which no id contains), so that
 * the order of keys is the order of ids and a prefix selects exactly one owner.
 */
final class RecordKeys {

    static final int ID_BYTES_MAX = 512;

    private static final byte RECORD = 'r';
    private static final byte FROM = 'f';
    private static final byte TO = 't';
    private static final byte EVENT = 'e';

    private RecordKeys() {}

    static String requireId(String id) {
        if (id == null || id.isEmpty() || id.getBytes(StandardCharsets.UTF_8).length > ID_BYTES_MAX) {
            throw new IllegalArgumentException("id of 1 to " + ID_BYTES_MAX + " bytes expected, found "
                    + (id == null ? "none" : id.getBytes(StandardCharsets.UTF_8).length + " bytes"));
        }
        if (id.chars().anyMatch(c -> c < ' ')) {
            throw new IllegalArgumentException("id with a control character");
        }
        return id;
    }

    static byte[] record(RecordKind kind, String id) {
        return new Writer(RECORD).kind(kind).text(id).bytes();
    }

    static byte[] records(RecordKind kind) {
        return new Writer(RECORD).kind(kind).bytes();
    }

    static byte[] edgeFrom(Edge edge) {
        return new Writer(FROM).kind(edge.fromKind()).text(edge.fromId())
                .text(edge.role()).kind(edge.toKind()).text(edge.toId()).bytes();
    }

    static byte[] edgeTo(Edge edge) {
        return new Writer(TO).kind(edge.toKind()).text(edge.toId())
                .text(edge.role()).kind(edge.fromKind()).text(edge.fromId()).bytes();
    }

    static byte[] edges(boolean from, RecordRef record) {
        return new Writer(from ? FROM : TO).kind(record.kind()).text(requireId(record.id())).bytes();
    }

    static byte[] event(String jobId, long sequence) {
        return new Writer(EVENT).text(jobId).number(sequence).bytes();
    }

    static byte[] events(String jobId) {
        return new Writer(EVENT).text(requireId(jobId)).bytes();
    }

    static String idOf(byte[] recordKey) {
        return new String(recordKey, 2, recordKey.length - 3, StandardCharsets.UTF_8);
    }

    static long sequenceOf(byte[] eventKey) {
        return ByteBuffer.wrap(eventKey).getLong(eventKey.length - Long.BYTES);
    }

    static Edge edge(byte[] key, String detailJson) {
        Reader reader = new Reader(key);
        boolean from = reader.tag() == FROM;
        RecordKind nearKind = reader.kind();
        String nearId = reader.text();
        String role = reader.text();
        RecordKind farKind = reader.kind();
        String farId = reader.text();
        return from
                ? new Edge(nearKind, nearId, farKind, farId, role, detailJson)
                : new Edge(farKind, farId, nearKind, nearId, role, detailJson);
    }

    /** The first key after every key that starts with {@code prefix}. */
    static byte[] endOf(byte[] prefix) {
        byte[] end = prefix.clone();
        for (int i = end.length - 1; i >= 0; i--) {
            if (end[i] != (byte) 0xff) {
                end[i]++;
                return Arrays.copyOf(end, i + 1);
            }
        }
        throw new IllegalArgumentException("no key follows this prefix");
    }

    static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    private static final class Writer {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        private Writer(byte tag) {
            out.write(tag);
        }

        private Writer kind(RecordKind kind) {
            out.write(kind.code());
            return this;
        }

        private Writer text(String text) {
            out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
            out.write(0);
            return this;
        }

        private Writer number(long number) {
            out.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
            return this;
        }

        private byte[] bytes() {
            return out.toByteArray();
        }
    }

    private static final class Reader {
        private final byte[] key;
        private int at;

        private Reader(byte[] key) {
            this.key = key;
        }

        private byte tag() {
            return key[at++];
        }

        private RecordKind kind() {
            return RecordKind.ofCode(key[at++]);
        }

        private String text() {
            int from = at;
            while (key[at] != 0) {
                at++;
            }
            return new String(key, from, at++ - from, StandardCharsets.UTF_8);
        }
    }
}
