package quern.curation.library;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import quern.curation.Arguments;
import quern.curation.Operator;
import quern.curation.OperatorSpec;
import quern.curation.Parameter;
import quern.curation.TextGenerator;
import quern.curation.generation.DialogMapper;
import quern.curation.generation.DialogTask;
import quern.curation.generation.EntityAttributeMapper;
import quern.curation.generation.EntityRelationMapper;
import quern.curation.generation.EventMapper;
import quern.curation.generation.Extraction;
import quern.curation.generation.ExtractionMapper;
import quern.curation.generation.SupportTextMapper;
import quern.curation.generation.Template;
import quern.curation.mapper.PythonPattern;

/** The mappers that have a model read something out of a text, with Data-Juicer's parameters and defaults. */
final class ExtractingSpecs {

    private static final Parameter.Kind TEXT = Parameter.Kind.TEXT_OR_NOTHING;
    private static final String INPUT = "# Text\n```\n{text}\n```\n";
    private static final int NAMES_MAX = 200;

    private final ModelParameters models;

    /** @param generator null where none is bound */
    ExtractingSpecs(TextGenerator generator) {
        this.models = new ModelParameters(generator);
    }

    List<OperatorSpec> all() {
        List<OperatorSpec> specs = new ArrayList<>();
        for (DialogTask task : DialogTask.values()) {
            specs.add(dialog(task));
        }
        specs.addAll(List.of(keywords(), nicknames(), roleRelation(), entityRelation(), entityAttribute(), events(),
                supportText()));
        return specs;
    }

    private OperatorSpec dialog(DialogTask task) {
        boolean intensity = task == DialogTask.INTENSITY;
        String label = intensity ? "intensity" : "labels";
        SpecBuilder builder = WritingSpecs.pairs(ModelParameters.spec(task.operator())).text("history_key", "history")
                .whole("max_round", 10).text(intensity ? "intensities_key" : "labels_key", task.labelsKey())
                .text("analysis_key", task.analysisKey());
        for (String parameter : List.of("system_prompt", "query_template", "response_template", "analysis_template",
                label + "_template", "analysis_pattern", label + "_pattern")) {
            builder.with(parameter, TEXT, null);
        }
        if (!intensity) {
            builder.texts(candidates(task), List.of()).with("candidate_template", TEXT, null);
        }
        return builder.make(a -> dialog(task, label, a));
    }

    private static String candidates(DialogTask task) {
        return task.name().toLowerCase(Locale.ROOT) + "_candidates";
    }

    private Operator dialog(DialogTask task, String label, Arguments a) {
        boolean intensity = task == DialogTask.INTENSITY;
        var forms = new DialogMapper.Forms(intensity ? new Template("candidate_template", "")
                : named(a, "candidate_template", "Choose from: {candidate_str}", "candidate_str"),
                named(a, "query_template", "User: {query}\n", "query"),
                named(a, "response_template", "Assistant: {response}\n", "response"),
                named(a, "analysis_template", "Analysis: {analysis}\n", "analysis"),
                named(a, label + "_template", "Label: {" + label + "}\n", label));
        var analysis = WritingSpecs.pattern(a, "analysis_pattern");
        var labels = WritingSpecs.pattern(a, label + "_pattern");
        if (analysis.isPresent() != labels.isPresent()) {
            throw new IllegalArgumentException("analysis_pattern and " + label + "_pattern go together, found one of "
                    + "them");
        }
        var keys = new DialogMapper.Keys(a.text("history_key"), a.text("query_key"), a.text("response_key"),
                a.text(intensity ? "intensities_key" : "labels_key"), a.text("analysis_key"));
        return new DialogMapper(task, models.asking(a), intensity ? List.of() : names(a, candidates(task)),
                a.whole("max_round", 0, 10_000), keys, WritingSpecs.text(a, "system_prompt", task.prompt()), forms,
                analysis.map(one -> new DialogMapper.Patterns(one, labels.get())));
    }

    private static Template named(Arguments a, String parameter, String otherwise, String place) {
        return WritingSpecs.template(a, parameter, otherwise, place, "0");
    }

    private static List<String> names(Arguments a, String parameter) {
        List<String> names = a.texts(parameter).stream().distinct().toList();
        if (names.size() > NAMES_MAX || names.contains("")) {
            throw new IllegalArgumentException(parameter + " has " + names.size() + " texts, expected at most "
                    + NAMES_MAX + ", none of them empty");
        }
        return names;
    }

    private static SpecBuilder extracting(String name) {
        return ModelParameters.spec(name).bool("drop_text", false);
    }

    private OperatorSpec keywords() {
        return extracting("extract_keyword_mapper").text("keyword_key", "keyword").with("prompt_template", TEXT, null)
                .with("completion_delimiter", TEXT, null).with("output_pattern", TEXT, null).make(a -> {
                    var what = new Extraction.Keywords(a.text("keyword_key"));
                    boolean own = a.text("prompt_template") != null;
                    return new ExtractionMapper(what, models.asking(a), a.textKey(), own ? "" : what.prompt(),
                            completed(a, "prompt_template", "# Text\n```\n{input_text}\n```\n", "input_text"),
                            WritingSpecs.pattern(a, "output_pattern"), a.bool("drop_text"));
                });
    }

    /** Data-Juicer's delimiters are filled in where a recipe's own prompt names them. */
    private static Template completed(Arguments a, String parameter, String otherwise, String... places) {
        String given = WritingSpecs.text(a, parameter, otherwise);
        for (String delimiter : List.of("completion_delimiter", "tuple_delimiter", "record_delimiter")) {
            String text = WritingSpecs.text(a, delimiter, switch (delimiter) {
                case "completion_delimiter" -> "<|COMPLETE|>";
                case "tuple_delimiter" -> "<|>";
                default -> "##";
            });
            given = given.replace("{" + delimiter + "}", text.replace("{", "{{").replace("}", "}}"));
        }
        return new Template(parameter, given).requireOnly(parameter, places);
    }

    private OperatorSpec nicknames() {
        return reading("extract_nickname_mapper").text("nickname_key", "nickname").make(a -> {
            var what = new Extraction.Nicknames(a.text("nickname_key"));
            return new ExtractionMapper(what, models.asking(a), a.textKey(),
                    WritingSpecs.text(a, "system_prompt", what.prompt()),
                    WritingSpecs.template(a, "input_template", INPUT, "text"),
                    WritingSpecs.pattern(a, "output_pattern"), a.bool("drop_text"));
        });
    }

    private static SpecBuilder reading(String name) {
        return extracting(name).with("system_prompt", TEXT, null).with("input_template", TEXT, null)
                .with("output_pattern", TEXT, null);
    }

    private OperatorSpec roleRelation() {
        return extracting("relation_identity_mapper").with("source_entity", TEXT, null)
                .with("target_entity", TEXT, null).text("output_key", "role_relation")
                .with("system_prompt_template", TEXT, null).with("input_template", TEXT, null)
                .with("output_pattern_template", TEXT, null).make(a -> {
                    String source = needed(a, "source_entity");
                    String target = needed(a, "target_entity");
                    String prompt = WritingSpecs.template(a, "system_prompt_template",
                            Extraction.RoleRelation.PROMPT, "entity1", "entity2").fill(place ->
                            place.equals("entity1") ? source : target);
                    String pattern = WritingSpecs.text(a, "output_pattern_template", "");
                    return new ExtractionMapper(
                            new Extraction.RoleRelation(a.text("output_key"), source, target, prompt),
                            models.asking(a), a.textKey(), prompt, WritingSpecs.template(a, "input_template",
                                    "About {entity1} and {entity2}:\n```\n{text}\n```\n", "entity1", "entity2",
                                    "text"),
                            pattern.isEmpty() ? Optional.empty() : Optional.of(PythonPattern.compile(
                                    "output_pattern_template", pattern.replace("{entity1}", quoted(source))
                                            .replace("{entity2}", quoted(target)))),
                            a.bool("drop_text"));
                });
    }

    private static String quoted(String name) {
        return Pattern.quote(name);
    }

    static String needed(Arguments a, String parameter) {
        String given = a.text(parameter);
        if (given == null || given.isEmpty()) {
            throw new IllegalArgumentException(parameter + " is nothing, expected a text");
        }
        return given;
    }

    private OperatorSpec entityRelation() {
        String prompt = "Build a small knowledge graph of the text. Name its entities of the types %s, each with its "
                + "type and a description; then the relations between them that are clear from the text, each with "
                + "a description, key words and a strength from 0 to 10. Answer as JSON: {\"entities\": [{\"name\": "
                + "\"...\", \"type\": \"...\", \"description\": \"...\"}], \"relations\": [{\"source\": \"...\", "
                + "\"target\": \"...\", \"description\": \"...\", \"keywords\": [\"...\"], \"strength\": 5}]}";
        SpecBuilder builder = extracting("extract_entity_relation_mapper").text("entity_key", "entity")
                .text("relation_key", "relation").texts("entity_types", List.of()).whole("max_gleaning", 1);
        for (String parameter : List.of("prompt_template", "tuple_delimiter", "record_delimiter",
                "completion_delimiter", "continue_prompt", "if_loop_prompt", "entity_pattern", "relation_pattern")) {
            builder.with(parameter, TEXT, null);
        }
        return builder.make(a -> {
            List<String> types = a.texts("entity_types").isEmpty() ? List.of("organization", "person", "geo", "event")
                    : names(a, "entity_types");
            return new EntityRelationMapper(models.asking(a), a.textKey(), a.text("entity_key"),
                    a.text("relation_key"), types, a.whole("max_gleaning", 0, 100),
                    prompt.formatted(String.join(", ", types)), completed(a, "prompt_template",
                            "# Text\n```\n{input_text}\n```\n", "input_text", "entity_types"),
                    WritingSpecs.text(a, "continue_prompt", "Some entities or relations may be missing. Give those "
                            + "that are, in the same form; empty lists if none is."), a.bool("drop_text"));
        });
    }

    private OperatorSpec entityAttribute() {
        String prompt = "Sum up what the text says of the {attribute} of {entity}, and copy a few short passages that "
                + "show it best, exactly as they stand in the text. Answer as JSON: {{\"description\": \"...\", "
                + "\"quotations\": [\"...\"]}}";
        SpecBuilder builder = extracting("extract_entity_attribute_mapper").texts("query_entities", List.of())
                .texts("query_attributes", List.of()).text("entity_key", "main_entities")
                .text("attribute_key", "attributes").text("attribute_desc_key", "attribute_descriptions")
                .text("support_text_key", "attribute_support_texts");
        for (String parameter : List.of("system_prompt_template", "input_template", "attr_pattern_template",
                "demo_pattern")) {
            builder.with(parameter, TEXT, null);
        }
        return builder.make(a -> new EntityAttributeMapper(models.asking(a), a.textKey(), names(a, "query_entities"),
                names(a, "query_attributes"), new EntityAttributeMapper.Keys(a.text("entity_key"),
                        a.text("attribute_key"), a.text("attribute_desc_key"), a.text("support_text_key")),
                WritingSpecs.template(a, "system_prompt_template", prompt, "entity", "attribute"),
                WritingSpecs.template(a, "input_template", INPUT, "text"), a.bool("drop_text")));
    }

    private OperatorSpec events() {
        String prompt = "List the events of the text in order, each with what led to it and what came of it, true to "
                + "the text and without opinion, keeping its names; and the people who matter in each. Answer as "
                + "JSON: {\"events\": [{\"description\": \"...\", \"characters\": [\"...\"]}]}";
        return reading("extract_event_mapper").text("event_desc_key", "event_description")
                .text("relevant_char_key", "relevant_characters").make(a -> new EventMapper(models.asking(a),
                        a.textKey(), a.text("event_desc_key"), a.text("relevant_char_key"),
                        WritingSpecs.text(a, "system_prompt", prompt),
                        WritingSpecs.template(a, "input_template", INPUT, "text"),
                        WritingSpecs.pattern(a, "output_pattern"), a.bool("drop_text")));
    }

    private OperatorSpec supportText() {
        String prompt = "Find the part of the text that the summary is about, and copy it exactly as it stands there. "
                + "Answer as JSON: {\"quotation\": \"...\"}";
        return extracting("extract_support_text_mapper").text("summary_key", "event_description")
                .text("support_text_key", "support_text").with("system_prompt", TEXT, null)
                .with("input_template", TEXT, null).make(a -> new SupportTextMapper(models.asking(a), a.textKey(),
                        a.text("summary_key"), a.text("support_text_key"),
                        WritingSpecs.text(a, "system_prompt", prompt), WritingSpecs.template(a, "input_template",
                                "# Text\n{text}\n\n# Summary\n{summary}\n", "text", "summary"),
                        a.bool("drop_text")));
    }
}
