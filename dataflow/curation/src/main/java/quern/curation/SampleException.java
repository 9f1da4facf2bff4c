package quern.curation;

import quern.config.QuernException;

/** One sample is not what an operator needs. The message is a short fixed text: runs count by it. */
public class SampleException extends QuernException {

    private static final long serialVersionUID = 1L;

    public SampleException(String reason) {
        super(Category.ERROR, reason);
    }
}
