package quern.curation;

import quern.curation.text.TextView;

/**
 * Drops all but the first of each group of equal or similar samples. It sees every text once, when it makes a
 * signature of fixed size, and afterwards only signatures: no text is held.
 */
public non-sealed interface Deduplicator extends Operator {

    String textKey();

    /** Size of one signature in bytes. */
    int signatureBytes();

    /**
     * Says whether a text takes part. A text too short to have a signature is kept unseen, dropped or compared, as
     * the operator's parameters say.
     */
    Admission admit(TextView text);

    /** What becomes of a text before any comparison. */
    enum Admission { COMPARE, KEEP, DROP }

    /** Writes the signature of an admitted text: {@link #signatureBytes()} bytes from {@code at}. */
    void sign(TextView text, byte[] target, int at);

    /**
     * True where equal signatures are the whole test: the run then decides at once, in one pass, holding one
     * signature per kept sample. Otherwise all samples are signed first and {@link #duplicates} decides.
     */
    boolean immediate();

    /**
     * Decides over all signatures.
     *
     * @return for each signature the index of the sample that stands for it: itself where it is kept, a smaller index
     *     where it is a duplicate of that one
     */
    int[] duplicates(Signatures signatures);

    /**
     * Bytes of memory {@link #duplicates} (or the immediate set) needs per sample; the run refuses to exceed its
     * limit.
     */
    long memoryBytesPerSample();
}
