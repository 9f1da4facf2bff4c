package quern.curation.dedup;

/** One pass over pairs of a key and a sample, in the order of keys as unsigned numbers, then samples. */
interface Pairs extends AutoCloseable {

    /** Goes to the next pair. @return false at the end */
    boolean next();

    long key();

    int sample();

    @Override
    void close();
}
