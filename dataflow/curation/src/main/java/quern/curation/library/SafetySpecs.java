package quern.curation.library;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import quern.curation.Arguments;
import quern.curation.OperatorSpec;
import quern.curation.Parameter;
import quern.curation.SourceCap;
import quern.curation.secret.MaskSecretsMapper;
import quern.curation.secret.SecretKind;
import quern.curation.secret.SecretsFilter;

/** Operators against secrets in a dataset and against sources that want too much of it. Data-Juicer has none. */
final class SafetySpecs {

    private SafetySpecs() {}

    static List<OperatorSpec> all() {
        return List.of(
                new SpecBuilder("secrets_filter").texts("kinds", List.of()).whole("max_num", 0)
                        .make(a -> new SecretsFilter(a.textKey(), kinds(a),
                                a.interval(0, a.whole("max_num", 0, Integer.MAX_VALUE)))),
                new SpecBuilder("mask_secrets_mapper").texts("kinds", List.of()).bool("all_fields", false)
                        .make(a -> new MaskSecretsMapper(a.textKey(), kinds(a), a.bool("all_fields"))),
                new SpecBuilder("source_cap_selector").with("by", Parameter.Kind.TEXT_OR_NOTHING, null)
                        .text("field_key", "").bool("host_only", false)
                        .with("max_samples", Parameter.Kind.WHOLE_OR_NOTHING, null)
                        .with("max_bytes", Parameter.Kind.WHOLE_OR_NOTHING, null)
                        .with("max_share", Parameter.Kind.NUMBER_OR_NOTHING, null).whole("share_from", 100)
                        .make(SafetySpecs::cap));
    }

    private static SourceCap cap(Arguments arguments) {
        String field = arguments.text("field_key");
        String given = arguments.text("by");
        String by = given != null ? given : field.isEmpty() ? "document" : "field";
        if (!Set.of("document", "sender", "labels", "field").contains(by)) {
            throw new IllegalArgumentException("by is '" + by + "', expected document, sender, labels or field");
        }
        if (by.equals("field") == field.isEmpty()) {
            throw new IllegalArgumentException("by is " + by + " and field_key '" + field + "', expected a field_key "
                    + "with by: field, and with nothing else");
        }
        if (arguments.bool("host_only") && field.isEmpty()) {
            throw new IllegalArgumentException("host_only is true, expected a field_key that holds addresses");
        }
        Long samples = arguments.wholeOrNull("max_samples");
        Long bytes = arguments.wholeOrNull("max_bytes");
        Double share = arguments.numberOrNull("max_share");
        if (samples == null && bytes == null && share == null) {
            throw new IllegalArgumentException("no limit, expected max_samples, max_bytes or max_share");
        }
        boolean fine = (samples == null || samples >= 0) && (bytes == null || bytes >= 0)
                && (share == null || share > 0 && share <= 1);
        if (!fine) {
            throw new IllegalArgumentException("max_samples is " + samples + ", max_bytes " + bytes + ", max_share "
                    + share + ", expected at least 0, at least 0, more than 0 and at most 1");
        }
        return new SourceCap(arguments.textKey(), SourceCap.By.valueOf(by.toUpperCase(Locale.ROOT)), field,
                arguments.bool("host_only"), new SourceCap.Limits(samples == null ? Long.MAX_VALUE : samples,
                        bytes == null ? Long.MAX_VALUE : bytes, share == null ? 1 : share,
                        arguments.whole("share_from", 0, Integer.MAX_VALUE)));
    }

    private static Set<SecretKind> kinds(Arguments arguments) {
        Set<SecretKind> kinds = EnumSet.noneOf(SecretKind.class);
        arguments.texts("kinds").forEach(kind -> kinds.add(SecretKind.of(kind)));
        return kinds.isEmpty() ? EnumSet.allOf(SecretKind.class) : kinds;
    }
}
