package quern.kv.journal;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import quern.kv.vault.KeyCollection;
import quern.kv.vault.KeyGenerations;
import quern.kv.vault.SealBroken;
import quern.kv.vault.Vault;

/**
 * Stored form of a value. A record: its version (8 bytes, big-endian), then JSON; an edge's detail: JSON or nothing.
 * Where encryption is on, a byte of 2, the generation of the key (2 bytes) and the sealed JSON stand in place of the
 * JSON, bound to key and version; an earlier version wrote a byte of 1 and no generation. Each form is read at any
 * time. Unknown fields are skipped when read.
 */
final class RecordJson {

    private static final byte SEALED = 1;
    private static final byte SEALED_BY_GENERATION = 2;
    private static final int HEAD_BYTES = 1 + Short.BYTES;
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final Vault vault;
    /** Made when something is sealed: a vault that seals nothing may have no keys. */
    private Optional<KeyGenerations> keys = Optional.empty();

    RecordJson(Vault vault) {
        this.vault = vault;
    }

    private synchronized KeyGenerations keys() {
        if (keys.isEmpty()) {
            keys = Optional.of(KeyGenerations.of(vault.collection(KeyCollection.CATALOGUE)));
        }
        return keys.get();
    }

    byte[] write(byte[] key, long version, Object value) {
        try {
            byte[] content = seal(JSON.writeValueAsBytes(value), context(key, version));
            return ByteBuffer.allocate(Long.BYTES + content.length).putLong(version).put(content).array();
        } catch (JacksonException e) {
            throw new IllegalArgumentException("a " + value.getClass().getName() + " cannot be stored", e);
        }
    }

    static long version(byte[] stored) {
        if (stored.length < Long.BYTES) {
            throw new CatalogueDamaged("value of " + stored.length + " bytes, expected at least 8", null);
        }
        return ByteBuffer.wrap(stored).getLong();
    }

    <T> T read(byte[] key, byte[] stored, String name, Class<T> type) {
        long version = version(stored);
        byte[] content = Arrays.copyOfRange(stored, Long.BYTES, stored.length);
        try {
            return JSON.readValue(open(content, context(key, version), name), type);
        } catch (IOException e) {
            throw new CatalogueDamaged(name + " is not a " + type.getSimpleName() + ": " + e.getMessage(), e);
        }
    }

    byte[] writeText(byte[] key, String text) {
        return text.isEmpty() ? new byte[0] : seal(text.getBytes(StandardCharsets.UTF_8), context(key, 0));
    }

    String readText(byte[] key, byte[] stored) {
        return new String(open(stored, context(key, 0), "edge"), StandardCharsets.UTF_8);
    }

    private static byte[] context(byte[] key, long version) {
        byte[] head = "quern catalogue ".getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(head.length + Long.BYTES + key.length).put(head).putLong(version).put(key).array();
    }

    private byte[] seal(byte[] content, byte[] context) {
        if (!vault.sealing()) {
            return content;
        }
        int generation = keys().next(1);
        byte[] sealed = keys().of(generation).seal(content, context);
        return ByteBuffer.allocate(HEAD_BYTES + sealed.length).put(SEALED_BY_GENERATION).putShort((short) generation)
                .put(sealed).array();
    }

    private byte[] open(byte[] stored, byte[] context, String name) {
        boolean first = stored.length > 0 && stored[0] == SEALED;
        if (!first && (stored.length < HEAD_BYTES || stored[0] != SEALED_BY_GENERATION)) {
            return stored;
        }
        int generation = first ? KeyGenerations.FIRST : Short.toUnsignedInt(ByteBuffer.wrap(stored).getShort(1));
        try {
            return keys().of(generation).open(
                    Arrays.copyOfRange(stored, first ? 1 : HEAD_BYTES, stored.length), context);
        } catch (SealBroken e) {
            throw new CatalogueDamaged(name + " (key " + HexFormat.of().formatHex(context, context.length
                    - Math.min(16, context.length), context.length) + "): " + e.getMessage(), e);
        }
    }
}
