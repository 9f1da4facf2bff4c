package quern.curation.library;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import quern.curation.Arguments;
import quern.curation.ClusterDeduplicator.Admission;
import quern.curation.Operator;
import quern.curation.OperatorSpec;
import quern.curation.Parameter;
import quern.curation.Recipe.Compat;
import quern.curation.dedup.Bands;
import quern.curation.dedup.ExactDeduplicator;
import quern.curation.dedup.MinHashDeduplicator;
import quern.curation.dedup.PieceDeduplicator;
import quern.curation.dedup.Pieces;
import quern.curation.dedup.Shingles;
import quern.curation.dedup.SimHashDeduplicator;
import quern.curation.dedup.TextKey;
import quern.curation.mapper.PythonPattern;
import quern.curation.selector.FrequencySelector;
import quern.curation.selector.RandomSelector;
import quern.curation.selector.RangeSelector;
import quern.curation.selector.TagsSelector;
import quern.curation.selector.TopkSelector;

/** Deduplicators and selectors, with Data-Juicer's parameters and defaults. */
final class DatasetSpecs {

    private static final Parameter.Kind NUMBER = Parameter.Kind.NUMBER_OR_NOTHING;
    private static final Parameter.Kind WHOLE = Parameter.Kind.WHOLE_OR_NOTHING;
    private static final int PERMUTATIONS_MAX = 4096;

    private final Tokenizers tokenizers;

    DatasetSpecs(Tokenizers tokenizers) {
        this.tokenizers = tokenizers;
    }

    List<OperatorSpec> all() {
        return List.of(
                against("document_deduplicator").bool("lowercase", false).bool("ignore_non_character", false)
                        .make(a -> new ExactDeduplicator(a.textKey(), a.texts("against"),
                                new TextKey(a.bool("lowercase"), a.bool("ignore_non_character")))),
                pieces("line_deduplicator", Pieces.LINE, 1), pieces("paragraph_deduplicator", Pieces.PARAGRAPH, 1),
                pieces("sentence_deduplicator", Pieces.SENTENCE, 3),
                shingled("document_minhash_deduplicator", 5).whole("num_permutations", 256)
                .number("jaccard_threshold", 0.7)
                        .with("num_bands", WHOLE, null).with("num_rows_per_band", WHOLE, null)
                        .with("tokenizer_model", Parameter.Kind.TEXT_OR_NOTHING, null).make(this::minHash),
                shingled("document_simhash_deduplicator", 6).whole("num_blocks", 6).whole("hamming_distance", 4)
                        .make(this::simHash),
                new SpecBuilder("random_selector").with("select_ratio", NUMBER, null).with("select_num", WHOLE, null)
                        .make(a -> new RandomSelector(a.numberOrNull("select_ratio"), a.wholeOrNull("select_num"))),
                top("topk_specified_field_selector").make(a -> new TopkSelector(a.text("field_key"),
                        ratio(a), a.wholeOrNull("topk"), a.bool("reverse"), a.isCompatible())),
                top("frequency_specified_field_selector").make(a -> new FrequencySelector(a.text("field_key"),
                        ratio(a), a.wholeOrNull("topk"), a.bool("reverse"))),
                new SpecBuilder("range_specified_field_selector").text("field_key", "")
                .with("lower_percentile", NUMBER, null)
                        .with("upper_percentile", NUMBER, null).with("lower_rank", WHOLE, null)
                        .with("upper_rank", WHOLE, null)
                        .make(a -> new RangeSelector(a.text("field_key"), a.numberOrNull("lower_percentile"),
                                a.numberOrNull("upper_percentile"), a.wholeOrNull("lower_rank"),
                                a.wholeOrNull("upper_rank"))),
                new SpecBuilder("tags_specified_field_selector").text("field_key", "").texts("target_tags", List.of())
                        .make(a -> new TagsSelector(a.text("field_key"), Set.copyOf(a.texts("target_tags")))));
    }

    /** In Data-Juicer a ratio of 0 is none. */
    private static Double ratio(Arguments arguments) {
        Double given = arguments.numberOrNull("top_ratio");
        return given != null && given == 0 && arguments.isCompatible() ? null : given;
    }

    private static SpecBuilder top(String name) {
        return new SpecBuilder(name).text("field_key", "").with("top_ratio", NUMBER, null).with("topk", WHOLE, null)
                .bool("reverse", true);
    }

    private static SpecBuilder shingled(String name, int window) {
        return against(name).text("tokenization", "space").whole("window_size", window).bool("lowercase", true)
                .with("ignore_pattern", Parameter.Kind.TEXT_OR_NOTHING, null);
    }

    /** Beside Data-Juicer's parameters: earlier datasets whose samples count as seen. */
    private static SpecBuilder against(String name) {
        return new SpecBuilder(name).texts("against", List.of());
    }

    /** Quern's own; Data-Juicer has no such operators. */
    private static OperatorSpec pieces(String name, Pieces kind, int window) {
        return against(name).bool("lowercase", false).bool("ignore_non_character", false).whole("min_len", 1)
                .whole("window", window).whole("ngram_size", 0).whole("ngram_stride", 1).number("threshold", 1.0)
                .bool("within_sample", true).whole("min_pieces_left", 0).whole("min_words_left", 0)
                .make(a -> new PieceDeduplicator(name, a.textKey(), a.texts("against"), kind,
                        new TextKey(a.bool("lowercase"), a.bool("ignore_non_character")), rules(a)));
    }

    private static PieceDeduplicator.Rules rules(Arguments arguments) {
        double threshold = arguments.number("threshold");
        if (!(threshold > 0 && threshold <= 1)) {
            throw new IllegalArgumentException("threshold is " + threshold + ", expected more than 0 and at most 1");
        }
        return new PieceDeduplicator.Rules(arguments.whole("min_len", 1, Integer.MAX_VALUE),
                arguments.whole("window", 1, 1000), arguments.whole("ngram_size", 0, 1000),
                arguments.whole("ngram_stride", 1, 1000), threshold, arguments.bool("within_sample"),
                arguments.whole("min_pieces_left", 0, Integer.MAX_VALUE),
                arguments.whole("min_words_left", 0, Integer.MAX_VALUE));
    }

    private Shingles shingles(Arguments arguments, boolean minHash) {
        String tokenization = arguments.text("tokenization");
        boolean pieces = tokenization.equals("sentencepiece") && minHash;
        if (!pieces && !Set.of("space", "character", "punctuation").contains(tokenization)) {
            throw new IllegalArgumentException("tokenization is '" + tokenization
                    + "', expected space, character or punctuation" + (minHash ? ", or sentencepiece" : ""));
        }
        String ignore = arguments.text("ignore_pattern");
        return new Shingles(Shingles.Tokens.valueOf(tokenization.toUpperCase(Locale.ROOT)),
                arguments.whole("window_size", 1, 1000), arguments.bool("lowercase"),
                ignore == null || ignore.isEmpty() ? null
                        : PythonPattern.compileLines("ignore_pattern", ignore),
                pieces ? tokenizers.of(arguments, "tokenizer_model", "tokenization: sentencepiece") : null);
    }

    private Operator minHash(Arguments arguments) {
        int permutations = arguments.whole("num_permutations", 1, PERMUTATIONS_MAX);
        double threshold = arguments.number("jaccard_threshold");
        if (!(threshold > 0 && threshold < 1)) {
            throw new IllegalArgumentException("jaccard_threshold is " + threshold
                    + ", expected more than 0 and less than 1");
        }
        Long givenBands = arguments.wholeOrNull("num_bands");
        Long givenRows = arguments.wholeOrNull("num_rows_per_band");
        Bands bands;
        if (givenBands == null || givenRows == null) {
            bands = Bands.optimal(threshold, permutations);
        } else {
            int count = arguments.whole("num_bands", 1, permutations);
            bands = new Bands(count, arguments.whole("num_rows_per_band", 1, permutations / count));
        }
        Admission shortText = arguments.compat() == Compat.DATA_JUICER_1_4_3 ? Admission.DROP : Admission.KEEP;
        return new MinHashDeduplicator(arguments.textKey(), arguments.texts("against"), shingles(arguments, true),
                bands,
                shortText);
    }

    private Operator simHash(Arguments arguments) {
        Admission shortText = arguments.compat() == Compat.DATA_JUICER_1_4_3 ? Admission.COMPARE : Admission.KEEP;
        return new SimHashDeduplicator(arguments.textKey(), arguments.texts("against"), shingles(arguments, false),
                arguments.whole("num_blocks", 1, 16),
                arguments.whole("hamming_distance", 0, 15), shortText);
    }
}
