package quern.curation.dedup;

import java.nio.file.Path;
import java.util.Arrays;
import quern.curation.Scratch;
import quern.curation.Signatures;

/**
 * Links samples whose 64-bit hashes differ in few bits. Equal hashes are linked first; then, for one mask after the
 * other, the distinct ones are sorted so that those that agree under the mask are neighbours, and these are compared
 * pair by pair. A neighbourhood larger than memory is compared part by part. One owner, one thread.
 */
final class NearPairs implements AutoCloseable {

    private static final int BUFFER_PAIRS = 1 << 14;

    private final int distance;
    private final Scratch scratch;
    private final Components components;
    private final Path distinct;
    private final int keptMax;
    private long distinctCount;
    private int masks;

    private long[] keys = new long[64];
    private int[] samples = new int[64];
    private int[] roots = new int[64];
    private int kept;
    private int overflows;
    private Path overflowFile;
    private PairFile.Writer overflow;

    NearPairs(Signatures signatures, Scratch scratch, int distance) {
        this.distance = distance;
        this.scratch = scratch;
        this.distinct = scratch.file("distinct");
        this.keptMax = Math.clamp(scratch.memoryBytes() / 8 / (PairSorter.PAIR_BYTES + Integer.BYTES), 64,
                1 << 28);
        this.components = Components.of(signatures.count(), scratch.share("all", scratch.memoryBytes() / 2));
        try (PairSorter sorter = sorter("equal", signatures.count())) {
            try (Signatures.Pass pass = signatures.pass()) {
                for (int sample = 0; pass.next(); sample++) {
                    if (pass.isPresent()) {
                        sorter.add(pass.longAt(0), sample);
                    }
                }
            }
            writeDistinct(sorter);
        }
    }

    Components components() {
        return components;
    }

    private void writeDistinct(PairSorter sorter) {
        long key = 0;
        int first = -1;
        try (Pairs sorted = sorter.sorted(); PairFile.Writer writer = new PairFile.Writer(distinct, BUFFER_PAIRS)) {
            while (sorted.next()) {
                if (first >= 0 && sorted.key() == key) {
                    components.link(first, sorted.sample());
                } else {
                    key = sorted.key();
                    first = sorted.sample();
                    writer.add(key, first);
                    distinctCount++;
                }
            }
        }
    }

    /** Links all near pairs that agree on every bit of the mask. */
    void link(long mask) {
        int bits = Long.bitCount(mask);
        try (PairSorter sorter = sorter("mask-" + masks++, distinctCount)) {
            try (Pairs values = new PairFile.Reader(distinct, BUFFER_PAIRS)) {
                while (values.next()) {
                    long rest = Long.compress(values.key(), ~mask);
                    sorter.add(Long.compress(values.key(), mask) << Long.SIZE - bits | rest, values.sample());
                }
            }
            try (Pairs sorted = sorter.sorted()) {
                long agreed = 0;
                while (sorted.next()) {
                    if (sorted.key() >>> Long.SIZE - bits != agreed) {
                        endNeighbourhood();
                        agreed = sorted.key() >>> Long.SIZE - bits;
                    }
                    take(sorted.key(), sorted.sample());
                }
                endNeighbourhood();
            }
        }
    }

    /** Compares one more hash with those kept of its neighbourhood, and keeps it, or puts it off where memory ends. */
    private void take(long key, int sample) {
        int self = -1;
        if (kept < keptMax) {
            self = keep(key, sample);
        }
        int latest = -1;
        int others = self < 0 ? kept : self;
        for (int i = 0; i < others; i++) {
            if (Long.bitCount(keys[i] ^ key) <= distance) {
                int root = root(i);
                if (self < 0 ? root != latest : root != root(self)) {
                    components.link(samples[i], sample);
                    latest = root;
                    if (self >= 0) {
                        roots[Math.max(root, root(self))] = Math.min(root, root(self));
                    }
                }
            }
        }
        if (self < 0) {
            if (overflow == null) {
                overflowFile = scratch.file("overflow-" + overflows++);
                overflow = new PairFile.Writer(overflowFile, BUFFER_PAIRS);
            }
            overflow.add(key, sample);
        }
    }

    private int keep(long key, int sample) {
        if (kept == keys.length) {
            int more = (int) Math.min(keptMax, 2L * kept);
            keys = Arrays.copyOf(keys, more);
            samples = Arrays.copyOf(samples, more);
            roots = Arrays.copyOf(roots, more);
        }
        keys[kept] = key;
        samples[kept] = sample;
        roots[kept] = kept;
        return kept++;
    }

    private int root(int i) {
        int at = i;
        while (roots[at] != at) {
            roots[at] = roots[roots[at]];
            at = roots[at];
        }
        return at;
    }

    private void endNeighbourhood() {
        kept = 0;
        while (overflow != null) {
            Path file = overflowFile;
            overflow.close();
            overflow = null;
            try (Pairs rest = new PairFile.Reader(file, BUFFER_PAIRS)) {
                while (rest.next()) {
                    take(rest.key(), rest.sample());
                }
            }
            kept = 0;
            PairSorter.delete(file);
        }
    }

    @Override
    public void close() {
        components.close();
        PairSorter.delete(distinct);
    }

    private PairSorter sorter(String name, long expected) {
        return new PairSorter(scratch.share(name, scratch.memoryBytes() / 4), expected);
    }
}
