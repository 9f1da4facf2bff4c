package quern.curation.library;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import quern.curation.Arguments;
import quern.curation.ModelNeededException;
import quern.curation.Operator;
import quern.curation.OperatorSpec;
import quern.curation.Parameter;
import quern.curation.TextGenerator;
import quern.curation.TextModel;
import quern.curation.generation.Digest;
import quern.curation.generation.EntityAttributeAggregator;
import quern.curation.generation.MetaTagsAggregator;
import quern.curation.generation.NestedAggregator;
import quern.curation.generation.RelevantEntitiesAggregator;
import quern.curation.generation.Template;
import quern.curation.mapper.PythonPattern;

/** The aggregators, with Data-Juicer's parameters and defaults. They work on what groupers make. */
final class AggregatorSpecs {

    private static final Parameter.Kind TEXT = Parameter.Kind.TEXT_OR_NOTHING;
    private static final String SUM_UP = "Join the pieces into one summary, about as long as one of them: without "
            + "opinion, keeping names. Answer with the summary alone.";

    private final ModelParameters models;
    private final TextModel sizes;

    /**
     * @param generator null where none is bound
     * @param sizes counts tokens; null where none is bound
     */
    AggregatorSpecs(TextGenerator generator, TextModel sizes) {
        this.models = new ModelParameters(generator);
        this.sizes = sizes;
    }

    List<OperatorSpec> all() {
        return List.of(nested(), entityAttribute(), relevantEntities(), metaTags());
    }

    private static SpecBuilder aggregating(String name, String outputKey) {
        SpecBuilder spec = ModelParameters.spec(name).text("input_key", "event_description");
        return (outputKey == null ? spec.with("output_key", TEXT, null) : spec.text("output_key", outputKey))
                .with("max_token_num", Parameter.Kind.WHOLE_OR_NOTHING, null).with("input_template", TEXT, null);
    }

    private int tokensMax(Arguments a) {
        if (a.wholeOrNull("max_token_num") == null) {
            return 0;
        }
        if (sizes == null) {
            throw new ModelNeededException("max_token_num needs a tokenizer, and none is bound; leave it out, or "
                    + "run the recipe where a model is served");
        }
        return a.whole("max_token_num", 1, 1 << 24);
    }

    private Digest digest(Arguments a, String prompt, Template whole, Template one) {
        return new Digest(models.asking(a), sizes, tokensMax(a), prompt, whole, one);
    }

    private OperatorSpec nested() {
        return aggregating("nested_aggregator", null).with("system_prompt", TEXT, null)
                .with("sub_doc_template", TEXT, null).make(a -> new NestedAggregator(
                        digest(a, WritingSpecs.text(a, "system_prompt", SUM_UP),
                                WritingSpecs.template(a, "input_template", "{sub_docs}\n\n# Summary\n", "sub_docs"),
                                WritingSpecs.template(a, "sub_doc_template", "# Piece\n{text}\n", "text")),
                        a.text("input_key"), WritingSpecs.text(a, "output_key", a.text("input_key"))));
    }

    private OperatorSpec entityAttribute() {
        return aggregating("entity_attribute_aggregator", "entity_attribute").with("entity", TEXT, null)
                .with("attribute", TEXT, null).whole("word_limit", 100).with("system_prompt_template", TEXT, null)
                .with("example_prompt", TEXT, null).with("output_pattern_template", TEXT, null)
                .make(this::entityAttribute);
    }

    private Operator entityAttribute(Arguments a) {
        String entity = ExtractingSpecs.needed(a, "entity");
        String attribute = ExtractingSpecs.needed(a, "attribute");
        int words = a.whole("word_limit", 1, 100_000);
        String example = WritingSpecs.text(a, "example_prompt", "");
        String prompt = WritingSpecs.template(a, "system_prompt_template", "Sum up the {attribute} of {entity} from "
                + "the documents, in at most {word_limit} words and in their terms. Leave out what has nothing to do "
                + "with it, and details that contradict the rest. {example} Answer as JSON: {{\"summary\": \"...\"}}",
                "entity", "attribute", "word_limit", "example").fill(place -> switch (place) {
                    case "entity" -> entity;
                    case "attribute" -> attribute;
                    case "word_limit" -> String.valueOf(words);
                    default -> example;
                });
        String pattern = WritingSpecs.text(a, "output_pattern_template", "");
        Optional<Pattern> compiled = pattern.isEmpty() ? Optional.empty() : Optional.of(PythonPattern.compile(
                "output_pattern_template", pattern.replace("{entity}", Pattern.quote(entity))
                        .replace("{attribute}", Pattern.quote(attribute))));
        return new EntityAttributeAggregator(digest(a, SUM_UP, new Template("sub_docs", "{sub_docs}\n\n# Summary\n"),
                new Template("text", "# Piece\n{text}\n")), a.text("input_key"),
                WritingSpecs.text(a, "output_key", "entity_attribute"), entity, attribute, prompt,
                WritingSpecs.template(a, "input_template", "# Documents about {entity}\n{sub_docs}\n\n# The "
                        + "{attribute} of {entity}\n", "entity", "attribute", "sub_docs"), compiled);
    }

    private OperatorSpec relevantEntities() {
        return aggregating("most_relevant_entities_aggregator", "most_relevant_entities").with("entity", TEXT, null)
                .with("query_entity_type", TEXT, null).with("system_prompt_template", TEXT, null)
                .with("output_pattern", TEXT, null).make(this::relevantEntities);
    }

    private Operator relevantEntities(Arguments a) {
        String entity = ExtractingSpecs.needed(a, "entity");
        String type = ExtractingSpecs.needed(a, "query_entity_type");
        String prompt = WritingSpecs.template(a, "system_prompt_template", "From the documents, name those of the type "
                + "{entity_type} that are most closely related to {entity}, the most important first, without {entity} "
                + "under any other name. First weigh them in a few sentences. Answer as JSON: {{\"analysis\": "
                + "\"...\", \"entities\": [\"...\"]}}", "entity", "entity_type").fill(place ->
                place.equals("entity") ? entity : type);
        return new RelevantEntitiesAggregator(models.asking(a), sizes, tokensMax(a), a.text("input_key"),
                WritingSpecs.text(a, "output_key", "most_relevant_entities"), entity, type, prompt,
                WritingSpecs.template(a, "input_template", "# Documents about {entity}\n{sub_docs}\n\n# Most related "
                        + "of the type {entity_type}\n", "entity", "entity_type", "sub_docs"),
                WritingSpecs.pattern(a, "output_pattern"));
    }

    private OperatorSpec metaTags() {
        String prompt = "Merge tags of like meaning: for every tag say into which it goes. Where the tags to merge "
                + "into are given, use those alone; else choose few and clear ones, and put rare tags that fit "
                + "nowhere into a common one. Answer as JSON: {\"merged\": [{\"tag\": \"...\", \"into\": \"...\"}]}";
        SpecBuilder builder = ModelParameters.spec("meta_tags_aggregator")
                .text("meta_tag_key", "dialog_sentiment_labels").texts("target_tags", List.of());
        for (String parameter : List.of("system_prompt", "input_template", "target_tag_template", "tag_template",
                "output_pattern")) {
            builder.with(parameter, TEXT, null);
        }
        return builder.make(a -> new MetaTagsAggregator(models.asking(a), a.text("meta_tag_key"),
                a.texts("target_tags").stream().distinct().toList(), WritingSpecs.text(a, "system_prompt", prompt),
                new MetaTagsAggregator.Forms(
                        WritingSpecs.template(a, "input_template", "{target_tag_str}| tag | count |\n{tag_strs}\n",
                                "target_tag_str", "tag_strs"),
                        WritingSpecs.template(a, "target_tag_template", "Merge into: {target_tags}\n", "target_tags"),
                        WritingSpecs.template(a, "tag_template", "| {tag} | {cnt} |", "tag", "cnt")),
                WritingSpecs.pattern(a, "output_pattern")));
    }
}
