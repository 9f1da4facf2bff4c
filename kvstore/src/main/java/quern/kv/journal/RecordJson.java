package quern.kv.journal;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Stored form of a record: its version (8 bytes, big-endian), then JSON. Unknown fields are skipped when read. */
final class RecordJson {

    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private RecordJson() {}

    static byte[] write(long version, Object value) {
        try {
            byte[] json = JSON.writeValueAsBytes(value);
            return ByteBuffer.allocate(Long.BYTES + json.length).putLong(version).put(json).array();
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

    static <T> T read(byte[] stored, String name, Class<T> type) {
        version(stored);
        try {
            return JSON.readValue(stored, Long.BYTES, stored.length - Long.BYTES, type);
        } catch (IOException e) {
            throw new CatalogueDamaged(name + " is not a " + type.getSimpleName() + ": " + e.getMessage(), e);
        }
    }
}
