package quern.curation.library;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import quern.config.QuernException;
import quern.curation.Arguments;
import quern.curation.LanguageDetector;
import quern.curation.ModelNeededException;
import quern.curation.OperatorSpec;
import quern.curation.Parameter;
import quern.curation.TextModel;
import quern.curation.expression.Expression;
import quern.curation.filter.AlphanumericFilter;
import quern.curation.filter.AverageLineLengthFilter;
import quern.curation.filter.CharacterRepetitionFilter;
import quern.curation.filter.ExpressionFilter;
import quern.curation.filter.GeneralFieldFilter;
import quern.curation.filter.LanguageIdScoreFilter;
import quern.curation.filter.ListedWordsFilter;
import quern.curation.filter.MaximumLineLengthFilter;
import quern.curation.filter.PerplexityFilter;
import quern.curation.filter.SpecialCharactersFilter;
import quern.curation.filter.SpecifiedFieldFilter;
import quern.curation.filter.SpecifiedNumericFieldFilter;
import quern.curation.filter.SuffixFilter;
import quern.curation.filter.TextLengthFilter;
import quern.curation.filter.TokenNumFilter;
import quern.curation.filter.WordRepetitionFilter;
import quern.curation.filter.WordSource;
import quern.curation.filter.WordsNumFilter;
import quern.curation.kenlm.KenlmModel;
import quern.curation.kenlm.KenlmPerplexity;
import quern.curation.language.FastTextDetector;

/** The filters, with Data-Juicer's parameters and defaults. */
final class FilterSpecs {

    private static final double UNLIMITED = SpecBuilder.UNLIMITED;
    private static final int GRAM_MAX = 10_000;

    private final TextModel model;
    private final LanguageDetector detector;
    private final Tokenizers tokenizers;

    /** @param model null where none is bound */
    FilterSpecs(TextModel model, LanguageDetector detector, Tokenizers tokenizers) {
        this.model = model;
        this.detector = detector;
        this.tokenizers = tokenizers;
    }

    List<OperatorSpec> all() {
        return List.of(
                range("alphanumeric_filter", "min_ratio", 0.25, "max_ratio", UNLIMITED).bool("tokenization", false)
                        .with("hf_tokenizer", Parameter.Kind.TEXT_OR_NOTHING, null)
                        .make(a -> new AlphanumericFilter(a.textKey(), ratio(a),
                                tokenizers.whereAsked(a, Tokenizers.TOKENIZER))),
                range("average_line_length_filter", "min_len", 10, "max_len", UNLIMITED)
                        .make(a -> new AverageLineLengthFilter(a.textKey(), a.interval("min_len", "max_len"))),
                range("maximum_line_length_filter", "min_len", 10, "max_len", UNLIMITED)
                        .make(a -> new MaximumLineLengthFilter(a.textKey(), a.interval("min_len", "max_len"))),
                range("text_length_filter", "min_len", 10, "max_len", UNLIMITED)
                        .make(a -> new TextLengthFilter(a.textKey(), a.interval("min_len", "max_len"))),
                range("special_characters_filter", "min_ratio", 0.0, "max_ratio", 0.25)
                        .make(a -> new SpecialCharactersFilter(a.textKey(), ratio(a))),
                range("character_repetition_filter", "min_ratio", 0.0, "max_ratio", 0.5).whole("rep_len", 10)
                        .make(a -> new CharacterRepetitionFilter(a.textKey(), ratio(a),
                        a.whole("rep_len", 1, GRAM_MAX))),
                words("word_repetition_filter", "min_ratio", 0.0, "max_ratio", 0.5).whole("rep_len", 10)
                        .make(a -> new WordRepetitionFilter(a.textKey(), ratio(a), source(a),
                        a.whole("rep_len", 1, GRAM_MAX))),
                words("words_num_filter", "min_num", 10, "max_num", UNLIMITED)
                        .make(a -> new WordsNumFilter(a.textKey(), a.interval("min_num", "max_num"), source(a))),
                listed("flagged_words", 0.0, 0.045), listed("stopwords", 0.3, 1.0),
                language(), perplexity(), tokens(), suffix(), field(), numericField(),
                new SpecBuilder("general_field_filter").text("filter_condition", "")
                        .make(a -> a.isCompatible() ? GeneralFieldFilter.compatible(a.text("filter_condition"))
                                : GeneralFieldFilter.of(a.text("filter_condition"), a.bool("reversed_range"))),
                new SpecBuilder("expression_filter").text("condition", "").make(FilterSpecs::expression));
    }

    private static ExpressionFilter expression(Arguments arguments) {
        return new ExpressionFilter(Expression.parse("condition", arguments.text("condition"),
                Expression.Nothing.STRICT), arguments.bool("reversed_range"));
    }

    private OperatorSpec language() {
        return new SpecBuilder("language_id_score_filter").texts("lang", List.of()).number("min_score", 0.8)
                .with("fasttext_model", Parameter.Kind.TEXT_OR_NOTHING, null)
                .make(a -> new LanguageIdScoreFilter(a.textKey(), languages(a.texts("lang")), a.number("min_score"),
                        detector(a.text("fasttext_model"))));
    }

    private LanguageDetector detector(String fastTextModel) {
        if (fastTextModel == null || fastTextModel.isEmpty()) {
            return detector;
        }
        try {
            return new FastTextDetector(Path.of(fastTextModel));
        } catch (QuernException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private OperatorSpec perplexity() {
        return range("perplexity_filter", "min_ppl", 0, "max_ppl", 1500).text("lang", "en")
                .with("kenlm_model", Parameter.Kind.TEXT_OR_NOTHING, null)
                .with("sp_model", Parameter.Kind.TEXT_OR_NOTHING, null).make(a ->
                        new PerplexityFilter(a.textKey(), a.interval("min_ppl", "max_ppl"), perplexity(a)));
    }

    private ToDoubleFunction<String> perplexity(Arguments arguments) {
        String kenlm = arguments.text("kenlm_model");
        if (kenlm == null || kenlm.isEmpty()) {
            if (model == null) {
                throw new ModelNeededException("perplexity_filter needs a language model, and none is bound; set "
                        + "kenlm_model and sp_model to files of yours, or run the recipe where a model is served");
            }
            return model::perplexity;
        }
        String pieces = arguments.text("sp_model");
        if (pieces == null || pieces.isEmpty()) {
            throw new IllegalArgumentException("kenlm_model is given and sp_model is not; expected the SentencePiece "
                    + "model whose pieces it was made of");
        }
        try {
            return new KenlmPerplexity(KenlmModel.open(Path.of(kenlm)), tokenizers.file("sp_model", pieces))::of;
        } catch (QuernException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private OperatorSpec tokens() {
        return range("token_num_filter", "min_num", 10, "max_num", UNLIMITED)
                .with("hf_tokenizer", Parameter.Kind.TEXT_OR_NOTHING, null).make(a ->
                new TokenNumFilter(a.textKey(), a.interval("min_num", "max_num"),
                        tokenizers.of(a, Tokenizers.TOKENIZER, "token_num_filter")));
    }

    private static OperatorSpec suffix() {
        return new SpecBuilder("suffix_filter").texts("suffixes", List.of())
                .make(a -> new SuffixFilter(a.texts("suffixes")));
    }

    private static OperatorSpec field() {
        return new SpecBuilder("specified_field_filter").text("field_key", "")
                .with("target_value", Parameter.Kind.VALUES, List.of())
                .make(a -> new SpecifiedFieldFilter(a.text("field_key"), nodes(a.values("target_value"))));
    }

    private static OperatorSpec numericField() {
        return range("specified_numeric_field_filter", "min_value", -UNLIMITED, "max_value", UNLIMITED)
                .text("field_key", "")
                .make(a -> new SpecifiedNumericFieldFilter(a.text("field_key"),
                        a.interval("min_value", "max_value"), !a.isCompatible()));
    }

    private OperatorSpec listed(String kind, double min, double max) {
        return words(kind + "_filter", "min_ratio", min, "max_ratio", max)
                .with(kind + "_dir", Parameter.Kind.TEXT_OR_NOTHING, null).bool("use_words_aug", false)
                .with("words_aug_group_sizes", Parameter.Kind.WHOLES, List.of(2L)).text("words_aug_join_char", "")
                .make(a -> new ListedWordsFilter(kind + "_filter", kind + "_ratio", a.textKey(), ratio(a), source(a),
                        WordLists.load(kind, a.text(kind + "_dir"), a.text("lang")), groupSizes(a),
                        a.text("words_aug_join_char")));
    }

    private static List<Integer> groupSizes(Arguments arguments) {
        int[] sizes = arguments.wholes("words_aug_group_sizes");
        for (int size : sizes) {
            if (size < 1 || size > 100) {
                throw new IllegalArgumentException("words_aug_group_sizes holds " + size + ", expected 1 to 100");
            }
        }
        return arguments.bool("use_words_aug") ? Arrays.stream(sizes).boxed().toList() : List.of();
    }

    private static Set<String> languages(List<String> given) {
        return given.size() == 1 && given.getFirst().isEmpty() ? Set.of() : Set.copyOf(given);
    }

    private static List<JsonNode> nodes(List<?> values) {
        JsonMapper mapper = JsonMapper.builder().build();
        return values.stream().<JsonNode>map(mapper::valueToTree).toList();
    }

    private static SpecBuilder range(String name, String minName, double min, String maxName, double max) {
        return new SpecBuilder(name).number(minName, min).number(maxName, max);
    }

    private static SpecBuilder words(String name, String minName, double min, String maxName, double max) {
        return range(name, minName, min, maxName, max).text("lang", "en").bool("tokenization", false)
                .with("sp_model", Parameter.Kind.TEXT_OR_NOTHING, null);
    }

    private static quern.curation.Interval ratio(Arguments arguments) {
        return arguments.interval("min_ratio", "max_ratio");
    }

    private WordSource source(Arguments arguments) {
        return new WordSource(tokenizers.whereAsked(arguments, Tokenizers.SENTENCE_PIECE));
    }
}
