package quern.curation.library;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import quern.curation.Arguments;
import quern.curation.OperatorSpec;
import quern.curation.Parameter;
import quern.curation.TextGenerator;
import quern.curation.deident.Deidentifier;
import quern.curation.deident.DeidentifyMapper;
import quern.curation.deident.IdentifierKind;
import quern.curation.deident.Masker;
import quern.curation.deident.ModelRecognizer;
import quern.curation.deident.Pseudonymizer;
import quern.curation.deident.Recognizer;
import quern.curation.deident.Replacer;
import quern.curation.deident.SecretKey;

/**
 * De-identification. Both operators take {@code kinds} (default: all), {@code min_confidence}, {@code when_unsure}
 * (mask, keep or drop: then with the reason {@code identifier unsure}), {@code all_fields} and {@code recognizer}
 * (rules, or rules+model: the served model is asked as well); masking {@code keep_year}; pseudonymising {@code key} or
 * {@code key_file} (default: the data directory's own), {@code date_shift_days}, {@code keep_weekday} and
 * {@code date_shift_field}, a field that names the person.
 */
final class DeidentSpecs {

    private static final int SHIFT_DAYS_MAX = 36_500;

    private static final String RULES = "rules";
    private static final String WITH_MODEL = "rules+model";

    private final ModelParameters models;
    /** The data directory's key, null where there is no such directory. */
    private final Supplier<byte[]> secret;

    /** @param generator null where none is bound */
    DeidentSpecs(TextGenerator generator, Supplier<byte[]> secret) {
        this.models = new ModelParameters(generator);
        this.secret = secret;
    }

    List<OperatorSpec> all() {
        return List.of(
                shared("mask_identifiers_mapper").bool("keep_year", false)
                        .make(a -> mapper("mask_identifiers_mapper", a, new Masker(a.bool("keep_year")), null)),
                shared("pseudonymize_identifiers_mapper").with("key", Parameter.Kind.TEXT_OR_NOTHING, null)
                        .with("key_file", Parameter.Kind.TEXT_OR_NOTHING, null).whole("date_shift_days", 365)
                        .bool("keep_weekday", true).with("date_shift_field", Parameter.Kind.TEXT_OR_NOTHING, null)
                        .make(a -> mapper("pseudonymize_identifiers_mapper", a, new Pseudonymizer(key(a),
                                a.whole("date_shift_days", 1, SHIFT_DAYS_MAX), a.bool("keep_weekday")),
                                a.text("date_shift_field"))));
    }

    private static SpecBuilder shared(String name) {
        return ModelParameters.spec(name).text("recognizer", RULES).texts("kinds", List.of())
                .number("min_confidence", 0.7).text("when_unsure", "mask")
                .bool("all_fields", false);
    }

    private DeidentifyMapper mapper(String name, Arguments arguments, Replacer replacer, String scopeKey) {
        Set<IdentifierKind> kinds = EnumSet.noneOf(IdentifierKind.class);
        arguments.texts("kinds").forEach(kind -> kinds.add(IdentifierKind.of(kind)));
        double confidence = arguments.number("min_confidence");
        if (!(confidence >= 0 && confidence <= 1)) {
            throw new IllegalArgumentException("min_confidence is " + confidence + ", expected 0 to 1");
        }
        Set<IdentifierKind> chosen = kinds.isEmpty() ? EnumSet.allOf(IdentifierKind.class) : kinds;
        return new DeidentifyMapper(name, arguments.textKey(), arguments.bool("all_fields"), new Deidentifier(replacer,
                chosen, confidence, Deidentifier.WhenUnsure.of(arguments.text("when_unsure")),
                recognizer(arguments, chosen)), scopeKey);
    }

    private Recognizer recognizer(Arguments arguments, Set<IdentifierKind> kinds) {
        return switch (arguments.text("recognizer")) {
            case RULES -> null;
            case WITH_MODEL -> new ModelRecognizer(models.asking(arguments), kinds);
            case String other -> throw new IllegalArgumentException("recognizer is '" + other + "', expected " + RULES
                    + " or " + WITH_MODEL);
        };
    }

    private byte[] key(Arguments arguments) {
        if (arguments.text("key_file") != null) {
            return SecretKey.read(Path.of(arguments.text("key_file")));
        }
        if (arguments.text("key") != null) {
            return SecretKey.of(arguments.text("key"));
        }
        byte[] own = secret == null ? null : secret.get();
        if (own == null) {
            throw new IllegalArgumentException("key or key_file has to be given where there is no data directory");
        }
        return own;
    }
}
