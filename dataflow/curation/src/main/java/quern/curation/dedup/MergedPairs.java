package quern.curation.dedup;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/** Sorted runs as one sorted sequence. */
final class MergedPairs implements Pairs {

    private final List<Pairs> runs = new ArrayList<>();
    private final PriorityQueue<Pairs> heads = new PriorityQueue<>((a, b) -> {
        int keys = Long.compareUnsigned(a.key(), b.key());
        return keys != 0 ? keys : Integer.compare(a.sample(), b.sample());
    });
    private Pairs current;

    MergedPairs(List<Path> files, int bufferPairs) {
        for (Path file : files) {
            Pairs run = new PairFile.Reader(file, bufferPairs);
            runs.add(run);
            if (run.next()) {
                heads.add(run);
            }
        }
    }

    @Override
    public boolean next() {
        if (current != null && current.next()) {
            heads.add(current);
        }
        current = heads.poll();
        return current != null;
    }

    @Override
    public long key() {
        return current.key();
    }

    @Override
    public int sample() {
        return current.sample();
    }

    @Override
    public void close() {
        runs.forEach(Pairs::close);
    }
}
