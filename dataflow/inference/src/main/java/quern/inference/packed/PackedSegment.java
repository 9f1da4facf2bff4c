package quern.inference.packed;

/**
 * A run of matrices that lies in a file of its own, which is called by its SHA-256 and may be the same for several
 * models.
 *
 * @param from where it would begin if all lay in one file, a multiple of {@value #ALIGNMENT}
 * @param bytes of its file
 * @param sha256 of its file, in hex
 */
record PackedSegment(long from, long bytes, String sha256) {

    /** So that each block of a file that is read past the page cache is one of one segment. */
    static final int ALIGNMENT = 1 << 16;
}
