package quern.tuning;

import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import quern.tuning.network.PackedBatch.Segment;

/**
 * SHA-256 of what an example says, and orders made of it: where something stands is a function of itself and a seed
 * alone, so that one more or less moves no other.
 */
public final class ContentHash {

    private ContentHash() {}

    /** Of a sample, whatever the order of the names in its maps. */
    public static byte[] of(TrainingSample sample) {
        MessageDigest digest = sha256();
        add(digest, sample);
        return digest.digest();
    }

    /** As {@link #of(TrainingSample)}, in hex. */
    public static String hex(TrainingSample sample) {
        return HexFormat.of().formatHex(of(sample));
    }

    /** Of tokens and labels. */
    static byte[] of(Segment segment) {
        MessageDigest digest = sha256();
        add(digest, segment.tokens());
        add(digest, segment.labels());
        if (segment.isPair()) {
            add(digest, new int[] {segment.rejectedFrom()});
        }
        return digest.digest();
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** What stands for a content under a seed. @param purpose two of them have nothing to do with each other */
    static byte[] key(byte[] content, long seed, long purpose) {
        MessageDigest digest = sha256();
        digest.update(ByteBuffer.allocate(2 * Long.BYTES).putLong(seed).putLong(purpose).flip());
        return digest.digest(content);
    }

    /** A key as a number from 0 to below 1, equally likely everywhere. */
    static double share(byte[] key) {
        return (ByteBuffer.wrap(key).getLong() >>> 11) * 0x1p-53;
    }

    /** Indices of the items by their keys; of equal contents, which are one and the same, the first comes first. */
    static <T> List<Integer> order(List<T> items, Function<T, byte[]> content, long seed, long purpose) {
        List<byte[]> keys = items.stream().map(item -> key(content.apply(item), seed, purpose)).toList();
        return IntStream.range(0, items.size()).boxed()
                .sorted(Comparator.comparing(keys::get, Arrays::compareUnsigned)).toList();
    }

    private static void add(MessageDigest digest, int[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (values.length + 1));
        bytes.asIntBuffer().put(values.length).put(values);
        digest.update(bytes);
    }

    /** Every part with its kind and its length, so that no two contents look alike. */
    private static void add(MessageDigest digest, Object part) {
        switch (part) {
            case null -> begin(digest, 'n', 0);
            case Optional<?> optional -> add(digest, optional.orElse(null));
            case Map<?, ?> map -> {
                Map<String, Object> sorted = new TreeMap<>();
                map.forEach((name, value) -> sorted.put(String.valueOf(name), value));
                begin(digest, 'm', sorted.size());
                sorted.forEach((name, value) -> {
                    add(digest, (Object) name);
                    add(digest, value);
                });
            }
            case Iterable<?> list -> {
                begin(digest, 'l', 0);
                list.forEach(each -> {
                    digest.update((byte) ',');
                    add(digest, each);
                });
                digest.update((byte) ']');
            }
            case Record parts -> {
                add(digest, (Object) parts.getClass().getSimpleName());
                for (RecordComponent component : parts.getClass().getRecordComponents()) {
                    add(digest, value(component, parts));
                }
            }
            default -> {
                byte[] bytes = String.valueOf(part).getBytes(StandardCharsets.UTF_8);
                begin(digest, part instanceof CharSequence ? 't' : 'v', bytes.length);
                digest.update(bytes);
            }
        }
    }

    private static void begin(MessageDigest digest, char kind, int length) {
        digest.update(ByteBuffer.allocate(Character.BYTES + Integer.BYTES).putChar(kind).putInt(length).flip());
    }

    private static Object value(RecordComponent component, Record of) {
        try {
            return component.getAccessor().invoke(of);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(component + " cannot be read", e);
        }
    }
}
