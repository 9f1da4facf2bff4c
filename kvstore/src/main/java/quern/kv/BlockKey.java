package quern.kv;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Names the keys and values of one block of tokens: a SHA-256 chain over the parent's key and the block's tokens,
 * rooted in everything else the numbers depend on. Two keys are equal only if model, adapter, arithmetic, layout,
 * tenant and every token before are equal, so nothing ever has to be invalidated.
 *
 * <p>A key made by {@link #child} also knows where in the chain it stands: its root, its parent and its depth. These
 * say nothing about equality. Only names go up the chain: what {@link #root} and {@link #parent} return knows no
 * ancestors of its own.
 */
public final class BlockKey {

    public static final int BYTES = 32;

    static final int UNKNOWN_RUN = 0;
    private static final int RUN_SHIFT = 5;
    private static final int RUN_FACTOR = 0x9E3779B1;

    private static final ThreadLocal<MessageDigest> SHA = ThreadLocal.withInitial(BlockKey::sha256);
    private static final byte[] BLOCK_DOMAIN = blockDomain();

    private final byte[] digest;
    private final byte[] parent;
    private final byte[] root;
    private final int depth;
    private final long head;
    private final int run;

    private BlockKey(byte[] digest, byte[] parent, byte[] root, int depth, long head, int run) {
        this.digest = digest;
        this.parent = parent;
        this.root = root;
        this.depth = depth;
        this.head = head;
        this.run = run;
    }

    private static BlockKey lone(byte[] digest) {
        return new BlockKey(digest, digest, digest, 0, 0, UNKNOWN_RUN);
    }

    /**
     * What every block of a conversation shares. Fields are hashed with their names and lengths, so that no two
     * different roots can be written the same way.
     */
    public record Root(
            String modelFingerprint, String adapterFingerprint, String layout, String arithmetic, String tenantSalt) {

        public BlockKey key() {
            MessageDigest sha = SHA.get();
            field(sha, "quern.kv.root", "1");
            field(sha, "model", modelFingerprint);
            field(sha, "adapter", adapterFingerprint);
            field(sha, "layout", layout);
            field(sha, "arithmetic", arithmetic);
            field(sha, "tenant", tenantSalt);
            return lone(sha.digest());
        }
    }

    /**
     * A beginning of its own below this root: blocks under different salts never match. Blocks there still name this
     * root, so that one tenant's can be told from another's.
     *
     * @param salt empty: this key itself
     */
    public BlockKey salted(String salt) {
        if (salt.isEmpty()) {
            return this;
        }
        MessageDigest sha = SHA.get();
        field(sha, "quern.kv.salt", "1");
        field(sha, "root", toString());
        field(sha, "salt", salt);
        return new BlockKey(sha.digest(), digest, root, 0, 0, UNKNOWN_RUN);
    }

    /** The key of the block that follows this one and holds {@code tokens[from .. to)}. */
    public BlockKey child(int[] tokens, int from, int to) {
        ByteBuffer fields = ByteBuffer.allocate(
                BLOCK_DOMAIN.length + 2 * Integer.BYTES + BYTES + (to - from) * Integer.BYTES);
        fields.put(BLOCK_DOMAIN).putInt(BYTES).put(digest).putInt(to - from).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = from; i < to; i++) {
            fields.putInt(tokens[i]);
        }
        byte[] child = SHA.get().digest(fields.array());
        return new BlockKey(
                child, digest, root, depth + 1, depth == 0 ? first8(child) : head, runOn(run, tokens, from, to));
    }

    private static int runOn(int before, int[] tokens, int from, int to) {
        int mixed = before;
        for (int i = from; i < to; i++) {
            mixed = (Integer.rotateLeft(mixed, RUN_SHIFT) ^ tokens[i]) * RUN_FACTOR;
        }
        return mixed == UNKNOWN_RUN ? 1 : mixed;
    }

    /**
     * A key by its name alone, good for looking it up: it stands for a root until a tier says where it belongs.
     *
     * @throws IllegalArgumentException unless there are 32 bytes
     */
    public static BlockKey ofBytes(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("block key of " + bytes.length + " bytes, expected " + BYTES);
        }
        return lone(bytes.clone());
    }

    /** A key as it was stored. @param from where key, parent and root begin, one after the other */
    static BlockKey stored(ByteBuffer bytes, int from, int depth, long head, int run) {
        byte[][] names = new byte[3][BYTES];
        for (int i = 0; i < names.length; i++) {
            bytes.get(from + i * BYTES, names[i]);
        }
        return new BlockKey(names[0], names[1], names[2], depth, head, run);
    }

    /** Puts what {@link #stored} takes: key, parent and root. */
    void store(ByteBuffer target) {
        target.put(digest).put(parent).put(root);
    }

    public byte[] bytes() {
        return digest.clone();
    }

    /** The key the chain begins with; the block's own if it is a root. */
    public BlockKey root() {
        return lone(root);
    }

    /** The key of the block before, or the root's; the block's own if it is a root. */
    public BlockKey parent() {
        return lone(parent);
    }

    /** How many blocks the chain has up to this one, itself included; 0 for a root. */
    public int depth() {
        return depth;
    }

    /** The first bytes of the name of the chain's first block: equal for all blocks of a conversation. 0 for a root. */
    public long head() {
        return head;
    }

    /**
     * A check of all token ids from the root on, by a function that has nothing to do with the name's. Were two runs of
     * tokens ever to get one name, blocks further on that hold equal tokens are told apart by it. 0: not known.
     */
    public int run() {
        return run;
    }

    /** Whether this key and another of the same name may stand for the same tokens, as far as both know. */
    boolean sameRun(BlockKey other) {
        return run == other.run || run == UNKNOWN_RUN || other.run == UNKNOWN_RUN;
    }

    /** The 8 bytes of the name from {@code 8 * part} on. */
    long bits(int part) {
        return ByteBuffer.wrap(digest).getLong(part * Long.BYTES);
    }

    /** The same of the parent's name. */
    long parentBits(int part) {
        return ByteBuffer.wrap(parent).getLong(part * Long.BYTES);
    }

    private static long first8(byte[] digest) {
        return ByteBuffer.wrap(digest).getLong();
    }

    private static void field(MessageDigest sha, String name, String value) {
        for (String part : new String[] {name, value}) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            sha.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
            sha.update(bytes);
        }
    }

    private static byte[] blockDomain() {
        byte[] name = "quern.kv.block".getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(2 * Integer.BYTES + name.length + 1)
                .putInt(name.length).put(name).putInt(1).put((byte) '2').array();
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
