package quern.curation.filter;

import java.util.List;
import quern.curation.Draft;
import quern.curation.Filter;
import quern.curation.Verdict;

/**
 * Keeps samples of documents with one of the wanted suffixes, compared exactly ({@code .txt}, not {@code txt}).
 *
 * <p>Recipe key {@code suffix_filter}, field {@code __dj__suffix__}; no suffixes keep all. Compatible with
 * Data-Juicer 1.4.3.
 */
public record SuffixFilter(List<String> suffixes) implements Filter {

    @Override
    public String name() {
        return "suffix_filter";
    }

    @Override
    public boolean isIndependent() {
        return true;
    }

    @Override
    public Verdict judge(Draft draft) {
        String suffix = draft.fields().path("__dj__suffix__").asText("");
        return suffixes.isEmpty() || suffixes.contains(suffix) ? Verdict.keep() : Verdict.drop("suffix not asked for");
    }
}
