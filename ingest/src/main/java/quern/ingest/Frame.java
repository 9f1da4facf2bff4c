package quern.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import quern.kv.journal.Ownership;
import quern.kv.vault.ItemRef;
import quern.kv.vault.KeyCollection;
import quern.kv.vault.Seal;
import quern.kv.vault.SealBroken;
import quern.kv.vault.Vault;

/**
 * One record of a segment file: a head, then {@code bodyBytes} bytes, then their CRC32C. The head is
 * {@code marker:8 metaBytes:4 bodyBytes:8 position:8 meta crc32c-of-all-before:4}, big-endian; the meta is a JSON
 * object. The marker is a random number of the segment's own, so that no document's content can pass for a record.
 * Where encryption is on, all of the meta but id and kind is sealed by the document's key, and so is the body.
 *
 * @param position of the record in the journal; records stand in ascending order
 */
record Frame(long position, Meta meta, long bodyBytes, int headBytes) {

    static final int FIXED_BYTES = 28;
    static final int CRC_BYTES = 4;
    static final int META_BYTES_MAX = 1 << 16;

    /** What a sealed head and a sealed body are, in their contexts. */
    static final String HEAD = "quern journal head";
    static final String BODY = "quern journal body";

    private static final String SEALED = "sealed";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What a record says. */
    sealed interface Meta {
        DocumentId id();
    }

    /** A document arrives; its content is the body. */
    record Arrival(DocumentId id, MediaType type, String name, Ownership owner, long atMs, Content content)
            implements Meta {}

    /** @param bytes length as it arrived, which differs from the body's where that is sealed */
    record Content(long bytes, boolean sealed) {}

    /** Somebody else sends a document that is here already. */
    record Share(DocumentId id, Ownership owner) implements Meta {}

    /** An owner gives a document up; empty: it is removed for all. */
    record Removal(DocumentId id, Optional<String> ownerKeyId) implements Meta {}

    /** Sealed, and the key for it is not held or another. */
    record Locked(DocumentId id) implements Meta {}

    /** The name of a document's key. */
    static ItemRef keyOf(DocumentId id) {
        return ItemRef.of(KeyCollection.DOCUMENTS, id.hex());
    }

    long totalBytes() {
        return headBytes + bodyBytes + CRC_BYTES;
    }

    /** @param seal the document's, where the record is to be sealed */
    static byte[] head(long marker, long position, Meta meta, long bodyBytes, Optional<Seal> seal) {
        ObjectNode plain = write(meta);
        byte[] text = seal.isPresent() ? sealed(meta.id(), plain, seal.get()) : bytes(plain);
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
    static Optional<Frame> parse(ByteBuffer head, Vault vault) {
        int checked = head.limit() - CRC_BYTES;
        if (crc(head.array(), checked) != head.getInt(checked)) {
            return Optional.empty();
        }
        try {
            JsonNode node = JSON.readTree(head.array(), FIXED_BYTES, checked - FIXED_BYTES);
            Meta meta = node.has(SEALED) ? unsealed(node, vault) : read(node, head.getLong(12));
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

    private static byte[] bytes(JsonNode node) {
        return node.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] sealed(DocumentId id, ObjectNode plain, Seal seal) {
        String sealed = Base64.getEncoder().encodeToString(seal.seal(bytes(plain), context(HEAD, id)));
        return bytes(JSON.createObjectNode().put("id", id.hex()).put(SEALED, sealed));
    }

    private static Meta unsealed(JsonNode node, Vault vault) throws IOException {
        var id = new DocumentId(node.path("id").asText());
        Optional<Seal> seal = vault.find(keyOf(id));
        if (seal.isEmpty()) {
            return new Locked(id);
        }
        try {
            byte[] sealed = Base64.getDecoder().decode(node.path(SEALED).asText());
            return read(JSON.readTree(seal.get().open(sealed, context(HEAD, id))), -1);
        } catch (SealBroken e) {
            return new Locked(id);
        }
    }

    /** What a sealed part of a document is bound to. */
    static byte[] context(String part, DocumentId id) {
        return (part + " " + id.hex()).getBytes(StandardCharsets.US_ASCII);
    }

    private static ObjectNode write(Meta meta) {
        ObjectNode node = JSON.createObjectNode().put("id", meta.id().hex());
        switch (meta) {
            case Arrival arrival -> {
                node.put("kind", "arrival").put("type", arrival.type().name()).put("name", arrival.name());
                node.put("at", arrival.atMs());
                if (arrival.content().sealed()) {
                    node.put("bytes", arrival.content().bytes());
                }
                putOwner(node, arrival.owner());
            }
            case Share share -> putOwner(node.put("kind", "share"), share.owner());
            case Removal removal -> {
                node.put("kind", "removal");
                removal.ownerKeyId().ifPresent(owner -> node.put("owner", owner));
            }
            case Locked locked -> throw new IllegalArgumentException("record of " + locked.id() + " has no content");
        }
        return node;
    }

    private static void putOwner(ObjectNode node, Ownership owner) {
        node.put("owner", owner.ownerKeyId());
        var labels = node.putArray("labels");
        owner.labels().forEach(labels::add);
    }

    private static Meta read(JsonNode node, long bodyBytes) throws IOException {
        var id = new DocumentId(node.path("id").asText());
        return switch (node.path("kind").asText()) {
            case "arrival" -> new Arrival(id, MediaType.valueOf(node.path("type").asText()),
                    node.path("name").asText(), owner(node), node.path("at").asLong(),
                    new Content(node.path("bytes").asLong(bodyBytes), node.has("bytes")));
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
