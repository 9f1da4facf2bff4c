package quern.inference.engine;

/** A sequence could not give its blocks back: the loop's books are wrong from now on, and it is to be replaced. */
final class BlocksLost extends Error {

    private static final long serialVersionUID = 1L;

    BlocksLost(long sequenceId, RuntimeException cause) {
        super("blocks of sequence " + sequenceId + " were not given back: " + cause, cause);
    }
}
