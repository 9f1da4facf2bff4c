package quern.curation.dedup;

import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import quern.curation.ClusterDeduplicator;
import quern.curation.Scratch;
import quern.curation.Signatures;
import quern.curation.text.TextView;

/**
 * Keeps the first of all samples whose 64-bit SimHashes (Charikar, 2002) are near each other.
 *
 * <p>Recipe key {@code document_simhash_deduplicator}. A shingle's hash is the first eight bytes of its MD5, big
 * endian; repeated shingles count as often as they occur. Hashes at most {@code distance} bits apart are linked, all
 * such pairs are found by the block permutations of Manku et al. (2007), and of each connected component the first
 * sample in input order is kept. Compatible with Data-Juicer 1.4.3.
 */
public record SimHashDeduplicator(String textKey, List<String> against, Shingles shingles, int blocks, int distance,
        Admission shortText) implements ClusterDeduplicator {

    private static final int BITS = 64;

    /** @throws IllegalArgumentException unless there are more blocks than bits of distance */
    public SimHashDeduplicator {
        if (blocks <= distance || blocks > 16 || distance < 0) {
            throw new IllegalArgumentException("num_blocks is " + blocks + ", expected more than hamming_distance "
                    + distance
                    + " and at most 16");
        }
    }

    @Override
    public String name() {
        return "document_simhash_deduplicator";
    }

    @Override
    public int signatureBytes() {
        return Long.BYTES;
    }

    @Override
    public String signing() {
        return shingles.toString();
    }

    @Override
    public Admission sign(TextView text, byte[] target, int at) {
        Shingles.Cut cut = shingles.cut(text.text());
        if (cut.count() == 0 && shortText != Admission.COMPARE) {
            return shortText;
        }
        ByteBuffer.wrap(target).putLong(at, hash(cut));
        return Admission.COMPARE;
    }

    /** The SimHash; 0 for a text without shingles. */
    private static long hash(Shingles.Cut cut) {
        int[] balance = new int[BITS];
        MessageDigest md5 = Digests.md5();
        byte[] digest = new byte[16];
        ByteBuffer start = ByteBuffer.wrap(digest);
        try {
            for (int i = 0; i < cut.count(); i++) {
                md5.update(cut.bytes(), cut.from(i), cut.length(i));
                md5.digest(digest, 0, digest.length);
                long feature = start.getLong(0);
                for (int bit = 0; bit < BITS; bit++) {
                    balance[bit] += (int) (feature >>> bit & 1) * 2 - 1;
                }
            }
        } catch (DigestException e) {
            throw new IllegalStateException("MD5 has 16 bytes", e);
        }
        long hash = 0;
        for (int bit = 0; bit < BITS; bit++) {
            hash |= balance[bit] > 0 ? 1L << bit : 0;
        }
        return hash;
    }

    @Override
    public void cluster(Signatures signatures, Scratch scratch, IntConsumer standsFor) {
        try (NearPairs near = new NearPairs(signatures, scratch, distance)) {
            for (long mask : agreeingBlocks()) {
                near.link(mask);
            }
            near.components().firsts(standsFor);
        }
    }

    /**
     * Every choice of {@code blocks - distance} blocks as a mask: two hashes within the distance agree on one of
     * them.
     */
    private List<Long> agreeingBlocks() {
        List<Long> masks = new ArrayList<>();
        for (int choice = 0; choice < 1 << blocks; choice++) {
            if (Integer.bitCount(choice) == blocks - distance) {
                long mask = 0;
                for (int block = 0; block < blocks; block++) {
                    if ((choice >> block & 1) != 0) {
                        mask |= bits(block * BITS / blocks, (block + 1) * BITS / blocks);
                    }
                }
                masks.add(mask);
            }
        }
        return masks;
    }

    private static long bits(int from, int to) {
        long upTo = to == BITS ? -1L : (1L << to) - 1;
        return upTo & -(1L << from);
    }
}
