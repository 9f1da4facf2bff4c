package quern.curation;

/** Signatures of all admitted samples in input order; entries of samples that were not admitted are absent. */
public interface Signatures {

    /** Number of samples, admitted or not. */
    int count();

    /** Whether the sample was admitted to the comparison. */
    boolean isPresent(int sample);

    /** The eight bytes at {@code byteAt} of the sample's signature, big endian. */
    long longAt(int sample, int byteAt);
}
