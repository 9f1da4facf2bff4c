package quern.curation.deident;

import java.util.List;

/** What stands in place of identifiers. Immutable, for any thread. */
public interface Replacer {

    /** What happened, for the report: {@code masked}. */
    String done();

    /**
     * @param findings in order, without overlap
     * @param scope whose text it is, for example a document's id: dates of one scope are shifted alike
     * @return one text for each finding
     */
    List<String> replace(String text, List<Finding> findings, String scope);
}
