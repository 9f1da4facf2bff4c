package quern.curation.deident;

import java.util.List;
import java.util.function.Consumer;

/** A second look for identifiers, beside the rules of {@link IdentifierFinder}. Any thread. */
public interface Recognizer {

    /**
     * What was found.
     *
     * @param findings in any order, overlaps allowed
     * @param whole false where some of the text was not looked at
     */
    record Recognized(List<Finding> findings, boolean whole) {}

    /** @param notes takes what went wrong, without any of the text */
    Recognized find(String text, Consumer<String> notes);
}
