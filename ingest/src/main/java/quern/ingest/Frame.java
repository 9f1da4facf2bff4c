package quern.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import quern.kv.journal.Ownership;

/**
 * One record of a segment file: a head, then {@code bodyBytes} bytes, then their CRC32C. The head is
 * {@code marker:8 metaBytes:4 bodyBytes:8 position:8 meta crc32c-of-all-before:4}, big-endian; the meta is a JSON
 * object. The marker is a random number of the segment's own, so that no document's content can pass for a record.
 *
 * @param position of the record in the journal; records stand in ascending order
 */
record Frame(long position, Meta meta, long bodyBytes, int headBytes) {

    static final int FIXED_BYTES = 28;
    static final int CRC_BYTES = 4;
    static final int META_BYTES_MAX = 1 << 16;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What a record says. */
    sealed interface Meta {
        DocumentId id();
    }

    /** A document arrives; its content is the body. */
    record Arrival(DocumentId id, MediaType type, String name, Ownership owner, long atMs) implements Meta {}

    /** Somebody else sends a document that is here already. */
    record Share(DocumentId id, Ownership owner) implements Meta {}

    /** An owner gives a document up; empty: it is removed for all. */
    record Removal(DocumentId id, Optional<String> ownerKeyId) implements Meta {}

    long totalBytes() {
        return headBytes + bodyBytes + CRC_BYTES;
    }

    static byte[] head(long marker, long position, Meta meta, long bodyBytes) {
        byte[] text = write(meta);
        ByteBuffer head = ByteBuffer.allocate(FIXED_BYTES + text.length + CRC_BYTES);
        head.putLong(marker).putInt(text.length).putLong(bodyBytes).putLong(position).put(text);
        head.putInt(crc(head.array(), head.position()));
        return head.array();
    }

    /** Length of the meta that these first {@value #FIXED_BYTES} bytes announce; negative if they begin no record. */
    static int metaBytes(long marker, ByteBuffer fixed) {
        int length = fixed.getInt(8);
        boolean sane = fixed.getLong(0) == marker && length > 0 && length <= META_BYTES_MAX
                && fixed.getLong(12) >= 0;
        return sane ? length : -1;
    }

    /** Reads a whole head; empty if its checksum or content is wrong. */
    static Optional<Frame> parse(ByteBuffer head) {
        int checked = head.limit() - CRC_BYTES;
        if (crc(head.array(), checked) != head.getInt(checked)) {
            return Optional.empty();
        }
        try {
            Meta meta = read(new String(head.array(), FIXED_BYTES, checked - FIXED_BYTES, StandardCharsets.UTF_8));
            return Optional.of(new Frame(head.getLong(20), meta, head.getLong(12), head.limit()));
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static int crc(byte[] bytes, int count) {
        var crc = new CRC32C();
        crc.update(bytes, 0, count);
        return (int) crc.getValue();
    }

    private static byte[] write(Meta meta) {
        ObjectNode node = JSON.createObjectNode().put("id", meta.id().hex());
        switch (meta) {
            case Arrival arrival -> {
                node.put("kind", "arrival").put("type", arrival.type().name()).put("name", arrival.name());
                node.put("at", arrival.atMs());
                putOwner(node, arrival.owner());
            }
            case Share share -> putOwner(node.put("kind", "share"), share.owner());
            case Removal removal -> {
                node.put("kind", "removal");
                removal.ownerKeyId().ifPresent(owner -> node.put("owner", owner));
            }
        }
        return node.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void putOwner(ObjectNode node, Ownership owner) {
        node.put("owner", owner.ownerKeyId());
        var labels = node.putArray("labels");
        owner.labels().forEach(labels::add);
    }

    private static Meta read(String text) throws IOException {
        JsonNode node = JSON.readTree(text);
        var id = new DocumentId(node.path("id").asText());
        return switch (node.path("kind").asText()) {
            case "arrival" -> new Arrival(id, MediaType.valueOf(node.path("type").asText()),
                    node.path("name").asText(), owner(node), node.path("at").asLong());
            case "share" -> new Share(id, owner(node));
            case "removal" -> new Removal(id, Optional.ofNullable(node.get("owner")).map(JsonNode::asText));
            default -> throw new IOException("record kind '" + node.path("kind").asText() + "'");
        };
    }

    private static Ownership owner(JsonNode node) {
        Set<String> labels = new TreeSet<>();
        node.path("labels").forEach(label -> labels.add(label.asText()));
        return Ownership.of(node.path("owner").asText(), labels);
    }
}
