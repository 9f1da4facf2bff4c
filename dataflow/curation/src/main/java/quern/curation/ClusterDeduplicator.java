package quern.curation;

import java.util.function.IntConsumer;
import quern.curation.text.TextView;

/** Decides over the signatures of all samples, once all are signed. */
public non-sealed interface ClusterDeduplicator extends Deduplicator {

    /** What becomes of a text before any comparison. */
    enum Admission { COMPARE, KEEP, DROP }

    /** Size of one signature in bytes. */
    int signatureBytes();

    /**
     * Writes the signature of a text, {@link #signatureBytes()} bytes from {@code at}, or says that the text takes no
     * part: one too short to have a signature is kept unseen, dropped or compared, as the operator's parameters say.
     * Pure; safe for several threads.
     */
    Admission sign(TextView text, byte[] target, int at);

    /**
     * Decides over all signatures, within the memory and in the directory given; what does not fit is sorted on disk.
     * The result does not depend on the memory.
     *
     * @param standsFor takes for each signature in order the index of the sample that stands for it: its own where it
     *     is kept, a smaller one where it is a duplicate of that one
     */
    void cluster(Signatures signatures, Scratch scratch, IntConsumer standsFor);
}
