package quern.curation.dedup;

import java.util.BitSet;
import java.util.List;
import quern.curation.StreamDeduplicator;
import quern.curation.text.TextView;

/**
 * Keeps the first of all samples with the same text.
 *
 * <p>Recipe key {@code document_deduplicator}. The hash is Data-Juicer 1.4.3's: the text, lower-cased and without
 * white space, digits and ASCII punctuation where asked, without white space at its ends, MD5 of its UTF-8.
 */
public record ExactDeduplicator(String textKey, List<String> against, TextKey key) implements StreamDeduplicator {

    @Override
    public String name() {
        return "document_deduplicator";
    }

    @Override
    public String signing() {
        return key.toString();
    }

    @Override
    public Keys keys(TextView text) {
        return TextKeys.of(key.of(key.plain(text.text())));
    }

    @Override
    public Outcome decide(String text, Keys keys, BitSet seen) {
        BitSet left = new BitSet();
        left.set(0);
        return seen.get(0) ? new Repeated("duplicate") : new Remaining(text, 0, left);
    }
}
