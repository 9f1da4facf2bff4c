package quern.curation.library;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import quern.curation.Arguments;
import quern.curation.Operator;
import quern.curation.OperatorSpec;
import quern.curation.Parameter;
import quern.curation.TextGenerator;
import quern.curation.generation.JudgementFilter;
import quern.curation.generation.LikelihoodFilter;
import quern.curation.generation.LikelihoodFilter.Measure;
import quern.curation.generation.LikelihoodFilter.Validation;
import quern.curation.generation.PairSimilarityFilter;
import quern.curation.generation.Rubric;
import quern.curation.generation.SimilarityFilter;
import quern.curation.generation.Template;

/** The filters that ask a model for a judgement, with Data-Juicer's parameters and defaults. */
final class JudgingSpecs {

    private static final Parameter.Kind TEXT = Parameter.Kind.TEXT_OR_NOTHING;
    private static final int DIMENSIONS_MAX = 50;

    private final ModelParameters models;

    /** @param generator null where none is bound */
    JudgingSpecs(TextGenerator generator) {
        this.models = new ModelParameters(generator);
    }

    List<OperatorSpec> all() {
        List<OperatorSpec> specs = new ArrayList<>();
        for (Rubric rubric : List.of(Rubric.ANALYSIS, Rubric.QUALITY, Rubric.DIFFICULTY)) {
            specs.add(judging(rubric).make(a -> judgement(rubric, a, "")));
        }
        specs.add(judging(Rubric.TASK_RELEVANCE).with("valid_dataset", Parameter.Kind.SAMPLES, null)
                .with("task_desc", TEXT, null).with("n_shot", Parameter.Kind.WHOLE_OR_NOTHING, null)
                .make(this::taskRelevance));
        specs.add(likelihood(Measure.PERPLEXITY).make(a -> likelihood(Measure.PERPLEXITY, a, Validation.NONE)));
        specs.add(likelihood(Measure.DIFFICULTY).make(a -> likelihood(Measure.DIFFICULTY, a, Validation.NONE)));
        specs.add(likelihood(Measure.INFLUENCE).with("valid_dataset", Parameter.Kind.SAMPLES, null)
                .with("task_desc", TEXT, null).bool("valid_as_demo", false)
                .with("n_shot", Parameter.Kind.WHOLE_OR_NOTHING, null).make(a -> likelihood(Measure.INFLUENCE, a,
                        new Validation(validation(a, "n_shot"), WritingSpecs.text(a, "task_desc", ""),
                                a.bool("valid_as_demo")))));
        specs.add(ModelParameters.spec("text_embd_similarity_filter").number("min_score", 0.1).number("max_score", 1.0)
                .with("valid_dataset", Parameter.Kind.SAMPLES, null).whole("ebd_dim", 4096)
                .with("pooling", TEXT, null).with("input_template", TEXT, null).make(this::similarity));
        specs.add(new SpecBuilder("text_pair_similarity_filter").with("hf_clip", TEXT, null)
                .bool("trust_remote_code", false).number("min_score", 0.1).number("max_score", 1.0)
                .with("text_key_second", TEXT, null).text("any_or_all", "any").with("encoder", TEXT, null)
                .make(this::pairSimilarity));
        return specs;
    }

    private Operator pairSimilarity(Arguments a) {
        if (!"served".equals(a.text("encoder"))) {
            throw new IllegalArgumentException("encoder is '" + WritingSpecs.text(a, "encoder", "")
                    + "', expected served: CLIP's text encoder is not there, embeddings of 'quern serve "
                    + "--embedding-model' are compared instead, so min_score and max_score have to be found anew");
        }
        if (a.text("text_key_second") == null) {
            throw new IllegalArgumentException("text_key_second is nothing, expected the field of the other text");
        }
        if (!List.of("any", "all").contains(a.text("any_or_all"))) {
            throw new IllegalArgumentException("any_or_all is '" + a.text("any_or_all") + "', expected any or all");
        }
        return new PairSimilarityFilter(models.generator(), a.textKey(), a.text("text_key_second"),
                a.interval("min_score", "max_score"));
    }

    private static SpecBuilder likelihood(Measure measure) {
        return ModelParameters.spec(measure.operator()).number("min_score", 1.0).number("max_score", 100.0)
                .with("query_template", TEXT, null).with("response_template", TEXT, null);
    }

    private Operator likelihood(Measure measure, Arguments a, Validation validation) {
        String response = WritingSpecs.text(a, "response_template", "{text}");
        return new LikelihoodFilter(measure, models.asking(a), a.interval("min_score", "max_score"),
                new Template("query_template", WritingSpecs.text(a, "query_template", "")),
                new Template("response_template", response), validation);
    }

    private static List<ObjectNode> validation(Arguments a, String limit) {
        List<ObjectNode> samples = SampleList.read(a, "valid_dataset", limit);
        if (samples.isEmpty()) {
            throw new IllegalArgumentException("valid_dataset is nothing, expected the samples to compare with");
        }
        return samples;
    }

    private Operator similarity(Arguments a) {
        String pooling = WritingSpecs.text(a, "pooling", "mean");
        if (!List.of("mean", "weighted_mean", "last").contains(pooling)) {
            throw new IllegalArgumentException("pooling is '" + pooling + "', expected mean or weighted_mean");
        }
        String input = WritingSpecs.text(a, "input_template", "{" + a.textKey() + "}");
        return new SimilarityFilter(models.asking(a), a.interval("min_score", "max_score"),
                a.whole("ebd_dim", 1, 1 << 20), new Template("input_template", input),
                new SimilarityFilter.Validation(validation(a, "")));
    }

    private static SpecBuilder judging(Rubric rubric) {
        return ModelParameters.spec(rubric.operator()).number("min_score", 0.5).number("max_score", 1.0)
                .texts("input_keys", List.of("text")).texts("field_names", List.of("Text"))
                .with("system_prompt", TEXT, null).with("input_template", TEXT, null)
                .with("field_template", TEXT, null).texts("dim_required_keys", List.of());
    }

    private Operator judgement(Rubric rubric, Arguments a, String before) {
        List<String> dimensions = a.texts("dim_required_keys").isEmpty() ? rubric.dimensions()
                : a.texts("dim_required_keys").stream().distinct().toList();
        if (dimensions.size() > DIMENSIONS_MAX) {
            throw new IllegalArgumentException("dim_required_keys has " + dimensions.size() + " keys, at most "
                    + DIMENSIONS_MAX);
        }
        return new JudgementFilter(rubric, models.asking(a), a.interval("min_score", "max_score"), dimensions,
                input(a), WritingSpecs.text(a, "system_prompt", rubric.task()), before);
    }

    private static JudgementFilter.InputFields input(Arguments a) {
        List<String> keys = a.texts("input_keys");
        List<String> names = a.texts("field_names");
        if (keys.size() != names.size() || keys.isEmpty()) {
            throw new IllegalArgumentException("input_keys has " + keys.size() + " and field_names " + names.size()
                    + " texts, expected as many of each and at least one");
        }
        return new JudgementFilter.InputFields(keys, names,
                WritingSpecs.template(a, "field_template", "**{field_name}**\n{field_data}", "field_name",
                        "field_data"),
                WritingSpecs.template(a, "input_template", "# Data\n'''\n{data}\n'''\n", "data"));
    }

    private Operator taskRelevance(Arguments a) {
        String task = WritingSpecs.text(a, "task_desc", "");
        StringBuilder before = new StringBuilder(task.isEmpty() ? "" : "# Task Description\n" + task + "\n\n");
        var samples = SampleList.read(a, "valid_dataset", "n_shot");
        if (!samples.isEmpty()) {
            before.append("# Validation Data\n");
            samples.forEach(sample -> before.append("'''\n").append(input(a).data(sample)).append("\n'''\n\n"));
        }
        if (before.isEmpty()) {
            throw new IllegalArgumentException("valid_dataset and task_desc are both nothing, expected one of them: "
                    + "relevant to what?");
        }
        return judgement(Rubric.TASK_RELEVANCE, a, before.toString());
    }
}
