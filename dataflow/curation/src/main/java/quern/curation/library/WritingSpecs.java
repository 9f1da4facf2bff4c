package quern.curation.library;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import quern.curation.Arguments;
import quern.curation.Operator;
import quern.curation.OperatorSpec;
import quern.curation.Parameter;
import quern.curation.TextGenerator;
import quern.curation.generation.Asking;
import quern.curation.generation.PairPreferenceMapper;
import quern.curation.generation.PromptMapper;
import quern.curation.generation.QaFromExamplesMapper;
import quern.curation.generation.QaFromTextMapper;
import quern.curation.generation.RewriteMapper;
import quern.curation.generation.RewriteMapper.Rewritten;
import quern.curation.generation.SentenceAugmentationMapper;
import quern.curation.generation.Template;
import quern.curation.mapper.PythonPattern;

/** The mappers that have a model write, with Data-Juicer's parameters and defaults. */
final class WritingSpecs {

    private static final Parameter.Kind TEXT = Parameter.Kind.TEXT_OR_NOTHING;
    private static final int PAIRS_MAX = 1000;
    private static final int PAIRS = 3;
    private static final int SEEDS_MAX = 100_000;
    private static final String JSON = " Answer as JSON: ";
    private static final String QUESTION_FORM = "{\"question\": \"...\"}";
    private static final String ANSWER_FORM = "{\"answer\": \"...\"}";
    private static final String BOTH_FORM = "{\"question\": \"...\", \"answer\": \"...\"}";

    private final ModelParameters models;

    /** @param generator null where none is bound */
    WritingSpecs(TextGenerator generator) {
        this.models = new ModelParameters(generator);
    }

    List<OperatorSpec> all() {
        return List.of(
                calibrate("calibrate_qa_mapper", Rewritten.BOTH, "Correct the question and the answer by the "
                        + "reference, and make both clearer and more detailed." + JSON + BOTH_FORM),
                calibrate("calibrate_query_mapper", Rewritten.QUERY, "Correct the question by the reference, so that "
                        + "the answer still fits it, and make it clearer and more detailed." + JSON + QUESTION_FORM),
                calibrate("calibrate_response_mapper", Rewritten.RESPONSE, "Correct the answer by the reference, so "
                        + "that it fully answers the question, and make it clearer." + JSON + ANSWER_FORM),
                optimize("optimize_qa_mapper", Rewritten.BOTH, "Improve the question and the answer: make both "
                        + "clearer and more detailed, and keep what they are about." + JSON + BOTH_FORM),
                optimize("optimize_query_mapper", Rewritten.QUERY, "Improve the question: make it clearer and more "
                        + "specific, so that the answer still fits it." + JSON + QUESTION_FORM),
                optimize("optimize_response_mapper", Rewritten.RESPONSE, "Improve the answer: make it clearer and "
                        + "more detailed, so that it still answers the question." + JSON + ANSWER_FORM),
                qaFromText(), qaFromExamples(), prompts(), pairPreference(), sentenceAugmentation());
    }

    /** Absent where the recipe gives none. */
    static Optional<Pattern> pattern(Arguments arguments, String parameter) {
        String given = arguments.text(parameter);
        return given == null || given.isEmpty() ? Optional.empty()
                : Optional.of(PythonPattern.compile(parameter, given));
    }

    static String text(Arguments arguments, String parameter, String otherwise) {
        String given = arguments.text(parameter);
        return given == null || given.isEmpty() ? otherwise : given;
    }

    static Template template(Arguments arguments, String parameter, String otherwise, String... places) {
        return new Template(parameter, text(arguments, parameter, otherwise)).requireOnly(parameter, places);
    }

    static SpecBuilder pairs(SpecBuilder builder) {
        return builder.text("query_key", "query").text("response_key", "response");
    }

    private OperatorSpec calibrate(String name, Rewritten rewritten, String prompt) {
        return rewriting(name).with("reference_template", TEXT, null).make(a -> rewrite(name, a, rewritten, prompt,
                new RewriteMapper.Form(
                        template(a, "input_template", "{reference}\n\n{qa_pair}", "reference", "qa_pair"),
                        template(a, "reference_template", "# Reference\n{}", "0"), pairTemplate(a))));
    }

    private OperatorSpec optimize(String name, Rewritten rewritten, String prompt) {
        return rewriting(name).make(a -> rewrite(name, a, rewritten, prompt,
                new RewriteMapper.Form(template(a, "input_template", "{}", "0"), null, pairTemplate(a))));
    }

    private static SpecBuilder rewriting(String name) {
        return pairs(ModelParameters.spec(name)).with("system_prompt", TEXT, null).with("input_template", TEXT, null)
                .with("qa_pair_template", TEXT, null).with("output_pattern", TEXT, null);
    }

    private static Template pairTemplate(Arguments arguments) {
        return template(arguments, "qa_pair_template", "# Question\n{}\n\n# Answer\n{}", "0", "1");
    }

    private Operator rewrite(String name, Arguments a, Rewritten rewritten, String prompt, RewriteMapper.Form form) {
        var keys = new RewriteMapper.Keys(a.textKey(), a.text("query_key"), a.text("response_key"));
        return new RewriteMapper(name, models.asking(a), keys, rewritten, text(a, "system_prompt", prompt), form,
                pattern(a, "output_pattern"));
    }

    private OperatorSpec qaFromText() {
        return pairs(ModelParameters.spec(QaFromTextMapper.NAME)).with("max_num", Parameter.Kind.WHOLE_OR_NOTHING, null)
                .with("output_pattern", TEXT, null).bool("chat", false)
                .make(a -> new QaFromTextMapper(models.asking(a), a.textKey(), a.text("query_key"),
                        a.text("response_key"), pairsMax(a), pattern(a, "output_pattern"), a.bool("chat")));
    }

    private static int pairsMax(Arguments arguments) {
        if (arguments.wholeOrNull("max_num") == null) {
            return arguments.text("output_pattern") == null ? PAIRS : PAIRS_MAX;
        }
        return arguments.whole("max_num", 1, PAIRS_MAX);
    }

    private OperatorSpec qaFromExamples() {
        return pairs(ModelParameters.spec("generate_qa_from_examples_mapper")).text("history_key", "history")
                .text("seed_file", "").whole("example_num", 3).number("similarity_threshold", 0.7)
                .with("system_prompt", TEXT, null).with("input_template", TEXT, null)
                .with("example_template", TEXT, null).with("qa_pair_template", TEXT, null)
                .with("output_pattern", TEXT, null).make(this::qaFromExamples);
    }

    private Operator qaFromExamples(Arguments a) {
        String prompt = "Study the examples, find out what they have in common, and write a new question with its "
                + "answer of the same form; of several rounds if the examples have several. It must not repeat an "
                + "example, may be about something else, and the answer must be right." + JSON
                + "{\"pairs\": [" + BOTH_FORM + "]}";
        double threshold = a.number("similarity_threshold");
        if (!(threshold >= 0 && threshold <= 1)) {
            throw new IllegalArgumentException("similarity_threshold is " + threshold + ", expected 0 to 1");
        }
        var forms = new QaFromExamplesMapper.Forms(template(a, "input_template", "{}", "0"),
                template(a, "example_template", "An example:\n{}\n", "0"),
                template(a, "qa_pair_template", "# Question\n{}\n# Answer\n{}\n", "0", "1"));
        return new QaFromExamplesMapper(models.asking(a), seeds(a), a.whole("example_num", 1, 100), threshold,
                new QaFromExamplesMapper.Keys(a.text("query_key"), a.text("response_key"), a.text("history_key")),
                text(a, "system_prompt", prompt), forms, pattern(a, "output_pattern"));
    }

    private static List<List<QaFromExamplesMapper.Round>> seeds(Arguments a) {
        String path = a.text("seed_file");
        if (path == null || path.isEmpty()) {
            throw new IllegalArgumentException("seed_file is nothing, expected a JSONL file with messages");
        }
        List<List<QaFromExamplesMapper.Round>> seeds = new ArrayList<>();
        SampleList.file("seed_file", path, SEEDS_MAX, false).forEach(sample -> {
            List<QaFromExamplesMapper.Round> rounds = new ArrayList<>();
            String question = null;
            for (JsonNode message : sample.path("messages")) {
                String content = message.path("content").asText("");
                if (message.path("role").asText("").equals("user")) {
                    question = content;
                } else if (message.path("role").asText("").equals("assistant") && question != null) {
                    rounds.add(new QaFromExamplesMapper.Round(question, content));
                }
            }
            if (!rounds.isEmpty()) {
                seeds.add(List.copyOf(rounds));
            }
        });
        if (seeds.isEmpty()) {
            throw new IllegalArgumentException("seed_file " + path + " has no question with an answer");
        }
        return List.copyOf(seeds);
    }

    private OperatorSpec prompts() {
        return ModelParameters.spec("optimize_prompt_mapper").text("prompt_key", "prompt").whole("gen_num", 3)
                .whole("max_example_num", 3).bool("keep_original_sample", true).whole("retry_num", 3)
                .with("system_prompt", TEXT, null).with("input_template", TEXT, null)
                .with("example_template", TEXT, null).with("prompt_template", TEXT, null)
                .with("output_pattern", TEXT, null).make(this::prompts);
    }

    private Operator prompts(Arguments a) {
        String prompt = "Study the prompts and find out what makes them work. Write a new and better one for the same "
                + "task: of the same form, changed in key words and details rather than as a whole, and not one of "
                + "those." + JSON + "{\"prompt\": \"...\"}";
        Asking asking = models.asking(a);
        var forms = new PromptMapper.Forms(template(a, "input_template", "{}", "0"),
                template(a, "example_template", "\nAn example:\n{}", "0"),
                template(a, "prompt_template", "# Prompt\n{}\n", "0"));
        return new PromptMapper(new Asking(asking.model(), asking.sampling(), a.whole("retry_num", 1, 100),
                asking.calledFor()), a.text("prompt_key"), a.whole("gen_num", 1, 1000),
                a.whole("max_example_num", 1, 1000), a.bool("keep_original_sample"),
                text(a, "system_prompt", prompt), forms, pattern(a, "output_pattern"));
    }

    private OperatorSpec pairPreference() {
        String prompt = "Write another answer to the question that is worse than the given one: wrong in a fact, in "
                + "its tone, in whom it speaks for or in the stand it takes. Also say in a sentence what makes it "
                + "worse." + JSON + "{\"answer\": \"...\", \"reason\": \"...\"}";
        return pairs(ModelParameters.spec("pair_preference_mapper")).with("system_prompt", TEXT, null)
                .with("input_template", TEXT, null).with("output_pattern", TEXT, null)
                .text("rejected_key", "rejected_response").text("reason_key", "reason")
                .make(a -> new PairPreferenceMapper(models.asking(a), new PairPreferenceMapper.Fields(a.textKey(),
                        a.text("query_key"), a.text("response_key"), a.text("rejected_key"), a.text("reason_key")),
                        text(a, "system_prompt", prompt), template(a, "input_template",
                                "# Reference\n{reference}\n\n# Question\n{query}\n\n# Answer\n{response}",
                                "reference", "query", "response"), pattern(a, "output_pattern")));
    }

    private OperatorSpec sentenceAugmentation() {
        return ModelParameters.spec("sentence_augmentation_mapper").with("system_prompt", TEXT, null)
                .with("task_sentence", TEXT, null).whole("max_new_tokens", 256).number("temperature", 0.2)
                .with("top_p", Parameter.Kind.NUMBER_OR_NOTHING, null).whole("num_beams", 1)
                .with("text_key_second", TEXT, null).make(this::sentenceAugmentation);
    }

    private Operator sentenceAugmentation(Arguments a) {
        String task = text(a, "task_sentence", "");
        String toKey = text(a, "text_key_second", "");
        if (task.isEmpty() || toKey.isEmpty()) {
            throw new IllegalArgumentException((task.isEmpty() ? "task_sentence" : "text_key_second")
                    + " is nothing, expected " + (task.isEmpty() ? "what is to be done with the sentence"
                            : "the field that the variant goes to"));
        }
        var asking = models.asking(a);
        var sampling = asking.sampling().withTokensMax(a.whole("max_new_tokens", 1, 1 << 20));
        if (a.number("temperature") < 0 || a.number("temperature") > 100) {
            throw new IllegalArgumentException("temperature is " + a.number("temperature") + ", expected 0 to 100");
        }
        sampling = sampling.withTemperature(a.number("temperature"));
        Double topP = a.numberOrNull("top_p");
        if (topP != null) {
            if (!(topP > 0 && topP <= 1)) {
                throw new IllegalArgumentException("top_p is " + topP + ", expected more than 0, at most 1");
            }
            sampling = sampling.withTopP(topP);
        }
        a.whole("num_beams", 1, 1);
        return new SentenceAugmentationMapper(new Asking(asking.model(), sampling,
                asking.triesMax(), asking.calledFor()), a.textKey(), toKey, text(a, "system_prompt",
                "You write variants of sentences. Answer with the variant alone."), task);
    }
}
