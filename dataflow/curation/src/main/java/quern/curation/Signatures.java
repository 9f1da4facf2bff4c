package quern.curation;

/** Signatures of samples in input order; entries of samples that were not admitted are absent. */
public interface Signatures {

    /** Number of samples, admitted or not. */
    int count();

    /** Begins a pass over all of them; several may follow one another. */
    Pass pass();

    /** One pass, sample by sample. One owner, one thread. */
    interface Pass extends AutoCloseable {

        /** Goes to the next sample. @return false at the end */
        boolean next();

        /** Whether this sample was admitted to the comparison. */
        boolean isPresent();

        /** The eight bytes at {@code byteAt} of this sample's signature, big endian. */
        long longAt(int byteAt);

        @Override
        void close();
    }
}
