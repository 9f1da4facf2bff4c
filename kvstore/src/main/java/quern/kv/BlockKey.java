package quern.kv;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Names the keys and values of one block of tokens: a SHA-256 chain over the parent's key and the block's tokens,
 * rooted in everything else the numbers depend on. Two keys are equal only if model, adapter, arithmetic, layout,
 * tenant and every token before are equal, so nothing ever has to be invalidated.
 */
public final class BlockKey {

    public static final int BYTES = 32;

    private final byte[] digest;

    private BlockKey(byte[] digest) {
        this.digest = digest;
    }

    /**
     * What every block of a conversation shares. Fields are hashed with their names and lengths, so that no two
     * different roots can be written the same way.
     */
    public record Root(
            String modelFingerprint, String adapterFingerprint, String layout, String arithmetic, String tenantSalt) {

        public BlockKey key() {
            MessageDigest sha = sha256();
            field(sha, "quern.kv.root", "1");
            field(sha, "model", modelFingerprint);
            field(sha, "adapter", adapterFingerprint);
            field(sha, "layout", layout);
            field(sha, "arithmetic", arithmetic);
            field(sha, "tenant", tenantSalt);
            return new BlockKey(sha.digest());
        }
    }

    /** The key of the block that follows this one and holds {@code tokens[from .. to)}. */
    public BlockKey child(int[] tokens, int from, int to) {
        MessageDigest sha = sha256();
        field(sha, "quern.kv.block", "1");
        sha.update(digest);
        ByteBuffer ids = ByteBuffer.allocate((to - from) * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = from; i < to; i++) {
            ids.putInt(tokens[i]);
        }
        sha.update(ids.array());
        return new BlockKey(sha.digest());
    }

    /** @throws IllegalArgumentException unless there are 32 bytes */
    public static BlockKey ofBytes(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("block key of " + bytes.length + " bytes, expected " + BYTES);
        }
        return new BlockKey(bytes.clone());
    }

    public byte[] bytes() {
        return digest.clone();
    }

    private static void field(MessageDigest sha, String name, String value) {
        for (String part : new String[] {name, value}) {
            byte[] bytes = part.getBytes(java.nio.charset.StandardCharsets.UTF_8);
            sha.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
            sha.update(bytes);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BlockKey that && Arrays.equals(digest, that.digest);
    }

    @Override
    public int hashCode() {
        return ByteBuffer.wrap(digest).getInt();
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(digest);
    }
}
