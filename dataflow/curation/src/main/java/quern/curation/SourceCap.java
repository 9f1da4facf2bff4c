package quern.curation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/**
 * Drops what a source has beyond its part of the dataset, sample by sample in input order: so that nobody who gets one
 * source in fills the dataset with it. The share is of the samples kept so far, so it holds for the dataset too; where
 * sources come one after the other it keeps less than a fixed number would.
 *
 * <p>Recipe key {@code source_cap_selector}; Data-Juicer has no operator of the kind.
 *
 * @param textKey field whose UTF-8 bytes count
 * @param fieldKey where {@code by} is FIELD: a dotted path
 * @param hostOnly whether of an address in the field only its host counts
 */
public record SourceCap(String textKey, By by, String fieldKey, boolean hostOnly, Limits limits) implements Operator {

    /** Field in which samples of the journal's documents say who sent them; it is never written. */
    public static final String SENDER = Draft.PRIVATE_PREFIX + "sender__";
    /** The same for the labels of their document. */
    public static final String LABELS = Draft.PRIVATE_PREFIX + "labels__";

    private static final String NAME = "source_cap_selector";

    /** What makes two samples be of one source. */
    public enum By { DOCUMENT, SENDER, LABELS, FIELD }

    /**
     * Of one source; {@link Long#MAX_VALUE} and 1 where there is no limit.
     *
     * @param share of all samples kept so far, this one included
     * @param shareFrom samples that every source may have whatever its share is
     */
    public record Limits(long samples, long bytes, double share, long shareFrom) {}

    @Override
    public String name() {
        return NAME;
    }

    /** Names the sample's source; the empty text where it does not say. */
    String sourceOf(Draft draft) {
        if (by == By.DOCUMENT) {
            return draft.sample().documentId();
        }
        JsonNode value = FieldPath.get(draft.fields(), switch (by) {
            case SENDER -> SENDER;
            case LABELS -> LABELS;
            case DOCUMENT, FIELD -> fieldKey;
        });
        String text = value == null || value.isNull() ? "" : value.isValueNode() ? value.asText() : value.toString();
        return hostOnly ? host(text) : text;
    }

    /** Of {@code https://user@WWW.example.org:80/a} and of {@code Ann <ann@www.example.org>} the same. */
    static String host(String address) {
        int scheme = address.indexOf("://");
        int from = scheme < 0 ? 0 : scheme + 3;
        int to = from;
        while (to < address.length() && "/?#\\>".indexOf(address.charAt(to)) < 0) {
            to++;
        }
        String authority = address.substring(address.lastIndexOf('@', to - 1) + 1 > from
                ? address.lastIndexOf('@', to - 1) + 1 : from, to);
        int port = authority.startsWith("[") ? authority.indexOf(']') + 1 : authority.indexOf(':');
        String host = port > 0 ? authority.substring(0, port) : authority;
        return (host.endsWith(".") ? host.substring(0, host.length() - 1) : host).strip().toLowerCase(Locale.ROOT);
    }
}
