package quern.curation.dedup;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.Arrays;
import quern.curation.Deduplicator;
import quern.curation.Signatures;
import quern.curation.text.TextView;

/**
 * Keeps the first of all samples with similar shingles: MinHash with banding (Broder, 1997; Indyk and Motwani, 1998).
 *
 * <p>Recipe key {@code document_minhash_deduplicator}. Shingle hash: first four bytes of SHA-1, little endian. Two
 * samples are linked if all values of one band agree; of each connected component the first sample in input order is
 * kept, candidates are not verified. The values are Data-Juicer 1.4.3's; a band is compared by a 64-bit hash of them.
 */
public final class MinHashDeduplicator implements Deduplicator {

    private static final long LOW_32 = 0xFFFFFFFFL;

    private final String textKey;
    private final Shingles shingles;
    private final Bands bands;
    private final Admission shortText;
    private final Permutations permutations;

    /** @param shortText what becomes of a text with fewer tokens than a shingle */
    public MinHashDeduplicator(String textKey, Shingles shingles, Bands bands, Admission shortText) {
        this.textKey = textKey;
        this.shingles = shingles;
        this.bands = bands;
        this.shortText = shortText;
        this.permutations = new Permutations(bands.bands() * bands.rows());
    }

    @Override
    public String name() {
        return "document_minhash_deduplicator";
    }

    @Override
    public String textKey() {
        return textKey;
    }

    @Override
    public int signatureBytes() {
        return bands.bands() * Long.BYTES;
    }

    @Override
    public Admission admit(TextView text) {
        return shingles.isTooShort(text.text()) ? shortText : Admission.COMPARE;
    }

    @Override
    public void sign(TextView text, byte[] target, int at) {
        long[] values = values(text.text());
        ByteBuffer out = ByteBuffer.wrap(target);
        for (int band = 0; band < bands.bands(); band++) {
            long hash = 0;
            for (int row = 0; row < bands.rows(); row++) {
                hash = (hash ^ values[band * bands.rows() + row]) * 0x9E3779B97F4A7C15L;
                hash ^= hash >>> 29;
            }
            out.putLong(at + band * Long.BYTES, hash);
        }
    }

    /** The minimum of each permuted hash over all shingles: what bands are made of. */
    long[] values(String text) {
        Shingles.Cut cut = shingles.cut(text);
        long[] values = new long[permutations.a.length];
        Arrays.fill(values, LOW_32);
        MessageDigest sha1 = Digests.sha1();
        byte[] digest = new byte[20];
        ByteBuffer littleEndian = ByteBuffer.wrap(digest).order(ByteOrder.LITTLE_ENDIAN);
        try {
            for (int i = 0; i < cut.count(); i++) {
                sha1.update(cut.bytes(), cut.from(i), cut.length(i));
                sha1.digest(digest, 0, digest.length);
                lower(values, permutations.a, permutations.b, littleEndian.getInt(0) & LOW_32);
            }
        } catch (DigestException e) {
            throw new IllegalStateException("SHA-1 has 20 bytes", e);
        }
        return values;
    }

    private static void lower(long[] values, long[] a, long[] b, long hash) {
        for (int i = 0; i < values.length; i++) {
            long product = a[i] * hash + b[i];
            long folded = (product & Permutations.PRIME) + (product >>> 61);
            folded -= folded >= Permutations.PRIME ? Permutations.PRIME : 0;
            values[i] = Math.min(values[i], folded & LOW_32);
        }
    }

    @Override
    public boolean immediate() {
        return false;
    }

    @Override
    public int[] duplicates(Signatures signatures) {
        Clusters clusters = new Clusters(signatures.count());
        FirstSeen seen = new FirstSeen(signatures.count());
        for (int band = 0; band < bands.bands(); band++) {
            seen.clear();
            for (int i = 0; i < signatures.count(); i++) {
                if (signatures.isPresent(i)) {
                    int first = seen.firstOrPut(signatures.longAt(i, band * Long.BYTES), i);
                    if (first != i) {
                        clusters.link(first, i);
                    }
                }
            }
        }
        return clusters.firsts();
    }

    @Override
    public long memoryBytesPerSample() {
        return 2 * Integer.BYTES + 4 * (Long.BYTES + Integer.BYTES);
    }
}
