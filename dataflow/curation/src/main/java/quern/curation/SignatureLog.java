package quern.curation;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * Signatures of fixed size in one growing file, the ids of the samples they belong to in another. An entry of the
 * first is the place of the id, eight bytes, its complement where the sample takes no part in the comparison, then
 * the signature; an entry of the second is its length in four bytes and the id in UTF-8.
 */
final class SignatureLog implements AutoCloseable {

    static final String SIGNATURES = ".sig";
    static final String IDS = ".ids";

    private final AppendFile signatures;
    private final AppendFile ids;
    private final byte[] place = new byte[Long.BYTES];
    private final byte[] length = new byte[Integer.BYTES];

    /** Opens or makes the two files {@code name.sig} and {@code name.ids}, cut to the lengths of a checkpoint. */
    SignatureLog(Path directory, String name, Map<String, Long> lengths) {
        signatures = new AppendFile(directory.resolve(name + SIGNATURES),
                lengths.getOrDefault(name + SIGNATURES, 0L));
        ids = new AppendFile(directory.resolve(name + IDS), lengths.getOrDefault(name + IDS, 0L));
    }

    /** @return where the id is, for {@link #append} */
    long appendId(String id) {
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        long at = ids.length();
        ByteBuffer.wrap(length).putInt(0, bytes.length);
        ids.append(length, length.length);
        ids.append(bytes, bytes.length);
        return at;
    }

    /** @param present whether the sample takes part in the comparison */
    void append(long idAt, boolean present, byte[] signature) {
        ByteBuffer.wrap(place).putLong(0, present ? idAt : ~idAt);
        signatures.append(place, place.length);
        signatures.append(signature, signature.length);
    }

    /** Everything appended so far can be read from the files when this returns. */
    void flush() {
        signatures.flush();
        ids.flush();
    }

    void force() {
        signatures.force();
        ids.force();
    }

    void lengths(Map<String, Long> into) {
        into.put(signatures.path().getFileName().toString(), signatures.length());
        into.put(ids.path().getFileName().toString(), ids.length());
    }

    @Override
    public void close() {
        signatures.close();
        ids.close();
    }
}
