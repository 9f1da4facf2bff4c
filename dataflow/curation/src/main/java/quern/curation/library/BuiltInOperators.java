package quern.curation.library;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import quern.curation.LanguageDetector;
import quern.curation.OperatorLibrary;
import quern.curation.OperatorPage;
import quern.curation.OperatorSpec;
import quern.curation.TextGenerator;
import quern.curation.TextModel;
import quern.curation.TokenizerOpener;
import quern.curation.language.OpenNlpDetector;

/** Every operator Quern has. */
public final class BuiltInOperators implements OperatorLibrary {

    private final TextGenerator generator;
    private final Map<String, OperatorSpec> specs = new LinkedHashMap<>();

    /** Without a model, with the language detector that comes with Quern. */
    public BuiltInOperators() {
        this(null, null, new OpenNlpDetector());
    }

    /** With a model. */
    public BuiltInOperators(TextModel model, TextGenerator generator) {
        this(model, generator, new OpenNlpDetector());
    }

    /**
     * @param model for tokens and perplexity; null: recipes that need one are refused
     * @param generator for operators that ask a model; null: the same
     */
    public BuiltInOperators(TextModel model, TextGenerator generator, LanguageDetector detector) {
        this(model, generator, detector, null);
    }

    /** @param opener for tokenizer files that recipes name; null: they cannot be read */
    public BuiltInOperators(TextModel model, TextGenerator generator, LanguageDetector detector,
            TokenizerOpener opener) {
        this.generator = generator;
        Tokenizers tokenizers = new Tokenizers(model, opener);
        new FilterSpecs(model, detector, tokenizers).all().forEach(spec -> specs.put(spec.name(), spec));
        new MapperSpecs(tokenizers).all().forEach(spec -> specs.put(spec.name(), spec));
        LanguageSpecs.all().forEach(spec -> specs.put(spec.name(), spec));
        new DeidentSpecs(generator, null).all().forEach(spec -> specs.put(spec.name(), spec));
        SafetySpecs.all().forEach(spec -> specs.put(spec.name(), spec));
        GroupSpecs.all().forEach(spec -> specs.put(spec.name(), spec));
        new DatasetSpecs(tokenizers).all().forEach(spec -> specs.put(spec.name(), spec));
        new JudgingSpecs(generator).all().forEach(spec -> specs.put(spec.name(), spec));
        new WritingSpecs(generator).all().forEach(spec -> specs.put(spec.name(), spec));
        new ExtractingSpecs(generator).all().forEach(spec -> specs.put(spec.name(), spec));
        new AggregatorSpecs(generator, model).all().forEach(spec -> specs.put(spec.name(), spec));
    }

    /** The same operators, with the key of surrogates that a data directory keeps for its texts. */
    public BuiltInOperators withSecret(Supplier<byte[]> secret) {
        new DeidentSpecs(generator, secret).all().forEach(spec -> specs.put(spec.name(), spec));
        return this;
    }

    /** What a user may read about an operator; empty where there is none of that name. */
    public Optional<OperatorPage> page(String name) {
        return specs.containsKey(name) ? Optional.ofNullable(OperatorPages.all().get(name)) : Optional.empty();
    }

    /** Names of Data-Juicer's operators that {@link #refusal} says something about, but for those on media. */
    public static Collection<String> refusedNames() {
        return Refusals.names();
    }

    @Override
    public Optional<OperatorSpec> find(String name) {
        return Optional.ofNullable(specs.get(name));
    }

    @Override
    public Optional<String> refusal(String name) {
        return Refusals.of(name);
    }

    @Override
    public Collection<String> names() {
        return specs.keySet();
    }
}
