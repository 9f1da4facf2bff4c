package quern.curation.dedup;

import java.util.function.IntConsumer;
import quern.curation.Scratch;

/** Connected components of samples that are linked; each is named by its smallest sample. */
interface Components extends AutoCloseable {

    void link(int a, int b);

    /** Gives for each sample in order the smallest one of its component; nothing can be linked afterwards. */
    void firsts(IntConsumer each);

    @Override
    void close();

    /** In memory where one number per sample fits, else by sorting links on disk; the result is the same. */
    static Components of(int count, Scratch scratch) {
        return (long) count * Integer.BYTES <= scratch.memoryBytes() ? new JoinedSets(count)
                : new StarComponents(count, scratch);
    }
}
