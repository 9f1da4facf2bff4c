package quern.curation.dedup;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import quern.curation.ClusterDeduplicator;
import quern.curation.Scratch;
import quern.curation.Signatures;
import quern.curation.text.TextView;

/**
 * Keeps the first of all samples with similar shingles: MinHash with banding (Broder, 1997; Indyk and Motwani, 1998).
 *
 * <p>Recipe key {@code document_minhash_deduplicator}. Shingle hash: first four bytes of SHA-1, little endian. Two
 * samples are linked if all values of one band agree; of each connected component the first sample in input order is
 * kept, candidates are not verified. The values are Data-Juicer 1.4.3's; a band is compared by a 64-bit hash of them.
 */
public final class MinHashDeduplicator implements ClusterDeduplicator {

    private static final long LOW_32 = 0xFFFFFFFFL;
    /** Passes over the signatures beyond which bands are sorted on disk instead, all in one pass. */
    private static final int PASSES_MAX = 8;
    private static final int REPEATS_MAX = 1 << 14;

    private final String textKey;
    private final List<String> against;
    private final Shingles shingles;
    private final Bands bands;
    private final Admission shortText;
    private final Permutations permutations;

    /**
     * @param against earlier datasets to compare with
     * @param shortText what becomes of a text with fewer tokens than a shingle
     */
    public MinHashDeduplicator(String textKey, List<String> against, Shingles shingles, Bands bands,
            Admission shortText) {
        this.textKey = textKey;
        this.against = List.copyOf(against);
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
    public List<String> against() {
        return against;
    }

    @Override
    public String signing() {
        return shingles + ", " + bands;
    }

    @Override
    public int signatureBytes() {
        return bands.bands() * Long.BYTES;
    }

    @Override
    public Admission sign(TextView text, byte[] target, int at) {
        Shingles.Cut cut = shingles.cut(text.text());
        if (cut.count() == 0 && shortText != Admission.COMPARE) {
            return shortText;
        }
        long[] values = values(cut);
        ByteBuffer out = ByteBuffer.wrap(target);
        for (int band = 0; band < bands.bands(); band++) {
            long hash = 0;
            for (int row = 0; row < bands.rows(); row++) {
                hash = (hash ^ values[band * bands.rows() + row]) * 0x9E3779B97F4A7C15L;
                hash ^= hash >>> 29;
            }
            out.putLong(at + band * Long.BYTES, hash);
        }
        return Admission.COMPARE;
    }

    /** The minimum of each permuted hash over all shingles: what bands are made of. */
    long[] values(String text) {
        return values(shingles.cut(text));
    }

    private long[] values(Shingles.Cut cut) {
        long[] values = new long[permutations.a.length];
        Arrays.fill(values, LOW_32);
        int[] hashes = new int[ShingleHashes.LANES];
        int[] latest = new int[Math.clamp(4L * Integer.highestOneBit(cut.count() + 1), 64, REPEATS_MAX)];
        ShingleHashes hasher = new ShingleHashes();
        for (int first = 0; first < cut.count(); first += hashes.length) {
            int count = Math.min(hashes.length, cut.count() - first);
            hasher.hash(cut, first, count, hashes);
            int fresh = withoutRepeats(hashes, count, latest);
            int i = 0;
            for (; i + 4 <= fresh; i += 4) {
                lower(values, permutations.a, permutations.b, hashes[i] & LOW_32, hashes[i + 1] & LOW_32,
                        hashes[i + 2] & LOW_32, hashes[i + 3] & LOW_32);
            }
            for (; i < fresh; i++) {
                long hash = hashes[i] & LOW_32;
                lower(values, permutations.a, permutations.b, hash, hash, hash, hash);
            }
        }
        return values;
    }

    /** Leaves out most hashes that came before: a minimum does not change by them. */
    private static int withoutRepeats(int[] hashes, int count, int[] latest) {
        int fresh = 0;
        for (int i = 0; i < count; i++) {
            int slot = hashes[i] & latest.length - 1;
            if (latest[slot] != hashes[i] || hashes[i] == 0) {
                latest[slot] = hashes[i];
                hashes[fresh++] = hashes[i];
            }
        }
        return fresh;
    }

    /** The compiler makes vector instructions of this loop; four hashes at once spare loads. */
    private static void lower(long[] values, long[] a, long[] b, long h0, long h1, long h2, long h3) {
        for (int i = 0; i < values.length; i++) {
            long first = Math.min(permuted(a[i] * h0 + b[i]), permuted(a[i] * h1 + b[i]));
            long second = Math.min(permuted(a[i] * h2 + b[i]), permuted(a[i] * h3 + b[i]));
            values[i] = Math.min(values[i], Math.min(first, second));
        }
    }

    /**
     * The low 32 bits of a product modulo 2^61 - 1: bits above 61 count once more below, and where that reaches the
     * prime, taking it away adds one to the low bits.
     */
    private static long permuted(long product) {
        long folded = (product & Permutations.PRIME) + (product >>> 61);
        return folded + (folded + 1 >>> 61) & LOW_32;
    }

    @Override
    public void cluster(Signatures signatures, Scratch scratch, IntConsumer standsFor) {
        long half = scratch.memoryBytes() / 2;
        long bandBytes = Math.max(1, (long) signatures.count() * PairSorter.PAIR_BYTES);
        int perPass = Math.clamp(half / bandBytes, 1, bands.bands());
        if (half < bandBytes || (bands.bands() + perPass - 1) / perPass > PASSES_MAX) {
            perPass = bands.bands();
        }
        try (Components components = Components.of(signatures.count(), scratch.share("all", half))) {
            for (int band = 0; band < bands.bands(); band += perPass) {
                link(signatures, band, Math.min(bands.bands(), band + perPass), scratch, half / perPass, components);
            }
            components.firsts(standsFor);
        }
    }

    /** Links samples that agree in one of some bands. */
    private static void link(Signatures signatures, int from, int to, Scratch scratch, long bandBytes,
            Components components) {
        PairSorter[] sorters = new PairSorter[to - from];
        for (int i = 0; i < sorters.length; i++) {
            sorters[i] = new PairSorter(scratch.share("band-" + (from + i), bandBytes), signatures.count());
        }
        try (Signatures.Pass pass = signatures.pass()) {
            for (int sample = 0; pass.next(); sample++) {
                for (int i = 0; pass.isPresent() && i < sorters.length; i++) {
                    sorters[i].add(pass.longAt((from + i) * Long.BYTES), sample);
                }
            }
        }
        for (PairSorter sorter : sorters) {
            try (sorter; Pairs sorted = sorter.sorted()) {
                linkEqual(sorted, components);
            }
        }
    }

    /** Links all samples with the same key to the first of them. */
    static void linkEqual(Pairs sorted, Components components) {
        long key = 0;
        int first = -1;
        while (sorted.next()) {
            if (first >= 0 && sorted.key() == key) {
                components.link(first, sorted.sample());
            } else {
                key = sorted.key();
                first = sorted.sample();
            }
        }
    }
}
