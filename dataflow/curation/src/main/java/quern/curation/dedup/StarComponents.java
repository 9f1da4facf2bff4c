package quern.curation.dedup;

import java.util.function.IntConsumer;
import quern.curation.Scratch;

/**
 * Components by sorting links on disk until each component is a star around its smallest sample: alternating large
 * star and small star (Kiveris et al., Connected Components in MapReduce and Beyond, 2014). A link is a pair whose key
 * is two samples; memory does not grow with their number.
 */
final class StarComponents implements Components {

    private final int count;
    private final Scratch scratch;
    private PairSorter links;
    private int round;

    StarComponents(int count, Scratch scratch) {
        this.count = count;
        this.scratch = scratch;
        this.links = sorter();
    }

    @Override
    public void link(int a, int b) {
        addBoth(links, a, b);
    }

    @Override
    public void firsts(IntConsumer each) {
        boolean changed = true;
        while (changed) {
            PairSorter byLarger = sorter();
            changed = largeStar(byLarger);
            links.close();
            links = sorter();
            changed |= smallStar(byLarger);
            byLarger.close();
        }
        int next = 0;
        try (Pairs sorted = links.sorted()) {
            while (sorted.next()) {
                int sample = (int) (sorted.key() >>> 32);
                int first = (int) sorted.key();
                if (first < sample && sample >= next) {
                    while (next < sample) {
                        each.accept(next++);
                    }
                    each.accept(first);
                    next++;
                }
            }
        }
        while (next < count) {
            each.accept(next++);
        }
    }

    /** Links all larger neighbours of each sample to the smallest of it and its neighbours, larger end first. */
    private boolean largeStar(PairSorter target) {
        boolean changed = false;
        long sampleBefore = -1;
        long keyBefore = -1;
        int least = 0;
        try (Pairs sorted = links.sorted()) {
            while (sorted.next()) {
                int sample = (int) (sorted.key() >>> 32);
                int neighbour = (int) sorted.key();
                if (sample != sampleBefore) {
                    sampleBefore = sample;
                    least = Math.min(sample, neighbour);
                }
                if (neighbour > sample && sorted.key() != keyBefore) {
                    target.add((long) neighbour << 32 | least, 0);
                    changed |= least != sample;
                }
                keyBefore = sorted.key();
            }
        }
        return changed;
    }

    /** Links each sample and its smaller neighbours to the smallest of those. */
    private boolean smallStar(PairSorter byLarger) {
        boolean changed = false;
        long sampleBefore = -1;
        long keyBefore = -1;
        int least = 0;
        try (Pairs sorted = byLarger.sorted()) {
            while (sorted.next()) {
                int sample = (int) (sorted.key() >>> 32);
                int neighbour = (int) sorted.key();
                if (sample != sampleBefore) {
                    sampleBefore = sample;
                    least = neighbour;
                    addBoth(links, sample, least);
                } else if (sorted.key() != keyBefore) {
                    addBoth(links, neighbour, least);
                    changed = true;
                }
                keyBefore = sorted.key();
            }
        }
        return changed;
    }

    @Override
    public void close() {
        links.close();
    }

    private static void addBoth(PairSorter target, int a, int b) {
        target.add((long) a << 32 | b, 0);
        target.add((long) b << 32 | a, 0);
    }

    private PairSorter sorter() {
        return new PairSorter(scratch.share("links-" + round++, scratch.memoryBytes() / 2), 0);
    }
}
