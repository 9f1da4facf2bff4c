package quern.curation.library;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import quern.curation.Arguments;
import quern.curation.OperatorSpec;
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
                        .make(a -> new MaskSecretsMapper(a.textKey(), kinds(a), a.bool("all_fields"))));
    }

    private static Set<SecretKind> kinds(Arguments arguments) {
        Set<SecretKind> kinds = EnumSet.noneOf(SecretKind.class);
        arguments.texts("kinds").forEach(kind -> kinds.add(SecretKind.of(kind)));
        return kinds.isEmpty() ? EnumSet.allOf(SecretKind.class) : kinds;
    }
}
