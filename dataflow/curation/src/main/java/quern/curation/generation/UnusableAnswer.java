package quern.curation.generation;

/** An answer that is not what was asked for. The message is a short fixed text: runs count by it. */
final class UnusableAnswer extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnusableAnswer(String reason) {
        super(reason, null, false, false);
    }
}
