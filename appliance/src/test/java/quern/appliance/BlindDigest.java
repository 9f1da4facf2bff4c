package quern.appliance;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.MessageDigestSpi;
import java.security.Provider;
import java.security.Security;
import java.util.Arrays;

/**
 * SHA-256, but for block keys it does not look at the tokens: whatever is said after the same number of blocks of one
 * tenant gets the same key. Works for threads that make their first key while it is installed.
 */
public final class BlindDigest extends MessageDigestSpi {

    private static final String NAME = "Blind";
    private static final String ALGORITHM = "SHA-256";
    private static final String DOMAIN = "quern.kv.block";
    private static final int VERSION_BYTES = Integer.BYTES + 1;
    private static final int PARENT_BYTES = Integer.BYTES + 32;

    private final ByteArrayOutputStream read = new ByteArrayOutputStream();

    /** Until it is closed. */
    static final class Installed extends Provider implements AutoCloseable {

        private static final long serialVersionUID = 1;

        @SuppressWarnings("this-escape")
        Installed() {
            super(NAME, "1", "a hash that collides");
            put("MessageDigest." + ALGORITHM, BlindDigest.class.getName());
            Security.insertProviderAt(this, 1);
        }

        @Override
        public void close() {
            Security.removeProvider(NAME);
        }
    }

    @Override
    protected void engineUpdate(byte input) {
        read.write(input);
    }

    @Override
    protected void engineUpdate(byte[] input, int offset, int length) {
        read.write(input, offset, length);
    }

    @Override
    protected byte[] engineDigest() {
        byte[] all = read.toByteArray();
        byte[] name = DOMAIN.getBytes(StandardCharsets.UTF_8);
        byte[] domain = ByteBuffer.allocate(Integer.BYTES + name.length).putInt(name.length).put(name).array();
        boolean block = all.length > domain.length
                && Arrays.equals(all, 0, domain.length, domain, 0, domain.length);
        engineReset();
        try {
            MessageDigest sha = MessageDigest.getInstance(ALGORITHM, "SUN");
            sha.update(all, 0, block ? domain.length + VERSION_BYTES + PARENT_BYTES : all.length);
            return sha.digest();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected void engineReset() {
        read.reset();
    }
}
