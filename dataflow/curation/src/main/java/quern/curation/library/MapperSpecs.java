package quern.curation.library;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import quern.curation.Arguments;
import quern.curation.Operator;
import quern.curation.OperatorSpec;
import quern.curation.Parameter;
import quern.curation.mapper.CleanCopyrightMapper;
import quern.curation.mapper.CleanEmailMapper;
import quern.curation.mapper.CleanHtmlMapper;
import quern.curation.mapper.CleanLinksMapper;
import quern.curation.mapper.ExpandMacroMapper;
import quern.curation.mapper.ExpressionMapper;
import quern.curation.mapper.ExtractTablesMapper;
import quern.curation.mapper.FixUnicodeMapper;
import quern.curation.mapper.PatternMapper;
import quern.curation.mapper.PunctuationNormalizationMapper;
import quern.curation.mapper.PythonPattern;
import quern.curation.mapper.RemoveBibliographyMapper;
import quern.curation.mapper.RemoveCommentsMapper;
import quern.curation.mapper.RemoveHeaderMapper;
import quern.curation.mapper.RemoveLongWordsMapper;
import quern.curation.mapper.RemoveNonChineseMapper;
import quern.curation.mapper.RemoveRepeatSentencesMapper;
import quern.curation.mapper.RemoveSpecificCharsMapper;
import quern.curation.mapper.RemoveTableTextMapper;
import quern.curation.mapper.RemoveWordsWithSubstringsMapper;
import quern.curation.mapper.TextChunkMapper;
import quern.curation.mapper.WhitespaceNormalizationMapper;
import quern.curation.qa.QaFromStructureMapper;

/** The mappers, with Data-Juicer's parameters and defaults. */
final class MapperSpecs {

    private static final Parameter.Kind TEXT_OR_NOTHING = Parameter.Kind.TEXT_OR_NOTHING;
    private static final String BULLETS =
            "\u25C6\u25CF\u25A0\u25BA\u25BC\u25B2\u25B4\u2206\u25BB\u25B7\u2756\u2661\u25A1";

    private final Tokenizers tokenizers;

    MapperSpecs(Tokenizers tokenizers) {
        this.tokenizers = tokenizers;
    }

    List<OperatorSpec> all() {
        List<OperatorSpec> all = new ArrayList<>(cleaning());
        all.addAll(latex());
        all.addAll(words());
        all.add(new SpecBuilder("expression_mapper").with("assign", Parameter.Kind.ENTRIES, Map.of())
                .make(a -> new ExpressionMapper(a.entries("assign"))));
        all.add(new SpecBuilder("qa_from_structure_mapper").whole("max_answer_words", 25).whole("phrasings", 4)
                .whole("max_facts", 200).make(a -> new QaFromStructureMapper(a.textKey(),
                a.whole("max_answer_words", 1, 1000),
                        a.whole("phrasings", 1, QaFromStructureMapper.PHRASINGS_MAX),
                        a.whole("max_facts", 1, 100_000))));
        return all;
    }

    private List<OperatorSpec> cleaning() {
        return List.of(
                pattern("clean_email_mapper", a -> new CleanEmailMapper(a.textKey(), a.text("repl"))),
                pattern("clean_links_mapper", a -> new CleanLinksMapper(a.textKey(), a.text("repl"))),
                pattern("clean_ip_mapper", a -> new PatternMapper("clean_ip_mapper", a.textKey(),
                        List.of(a.isCompatible() ? PatternMapper.IP_ADDRESS_ANYWHERE : PatternMapper.IP_ADDRESS),
                        List.of(PythonPattern.replacement(a.text("repl"))))),
                plain("clean_copyright_mapper", CleanCopyrightMapper::new),
                plain("clean_html_mapper", CleanHtmlMapper::new),
                new SpecBuilder("extract_tables_from_html_mapper").text("tables_field_name", "html_tables")
                        .bool("retain_html_tags", false).bool("include_header", true)
                        .make(a -> new ExtractTablesMapper(a.textKey(), a.text("tables_field_name"),
                                a.bool("retain_html_tags"), a.bool("include_header"))),
                new SpecBuilder("fix_unicode_mapper").with("normalization", TEXT_OR_NOTHING, null)
                        .make(a -> new FixUnicodeMapper(a.textKey(), form(a.text("normalization")))),
                new SpecBuilder("punctuation_normalization_mapper")
                        .make(a -> new PunctuationNormalizationMapper(a.textKey(), a.isCompatible())),
                plain("whitespace_normalization_mapper", WhitespaceNormalizationMapper::new),
                new SpecBuilder("replace_content_mapper").texts("pattern", List.of()).texts("repl", List.of(""))
                        .make(MapperSpecs::replaceContent),
                new SpecBuilder("text_chunk_mapper").with("max_len", Parameter.Kind.WHOLE_OR_NOTHING, null)
                        .with("split_pattern", TEXT_OR_NOTHING, "\\n\\n").whole("overlap_len", 0)
                        .with("tokenizer", TEXT_OR_NOTHING, null).bool("trust_remote_code", false)
                        .make(this::textChunk));
    }

    private static List<OperatorSpec> latex() {
        return List.of(
                plain("expand_macro_mapper", ExpandMacroMapper::new),
                plain("remove_bibliography_mapper", RemoveBibliographyMapper::new),
                new SpecBuilder("remove_comments_mapper").texts("doc_type", List.of("tex")).bool("inline", true)
                        .bool("multiline", true)
                        .make(a -> new RemoveCommentsMapper(a.textKey(), a.bool("inline"), a.bool("multiline"),
                        a.isCompatible())),
                new SpecBuilder("remove_header_mapper").bool("drop_no_head", true)
                        .make(a -> new RemoveHeaderMapper(a.textKey(), a.bool("drop_no_head"), a.isCompatible())),
                new SpecBuilder("remove_table_text_mapper").whole("min_col", 2).whole("max_col", 20)
                        .make(a -> new RemoveTableTextMapper(a.textKey(), a.whole("min_col", 2, 20),
                        a.whole("max_col", 2, 20))));
    }

    /** Data-Juicer joins characters by bars between brackets, whatever they mean there. */
    private static Operator specificCharacters(Arguments a) {
        List<String> given = a.texts("chars_to_remove");
        String all = String.join("", given);
        if (!a.isCompatible() || all.chars().noneMatch(c -> "\\[]^-".indexOf(c) >= 0)) {
            return new RemoveSpecificCharsMapper(a.textKey(), all, a.isCompatible());
        }
        String joined = given.size() > 1 ? String.join("|", given)
                : String.join("|", all.codePoints().mapToObj(Character::toString).toList());
        return new PatternMapper("remove_specific_chars_mapper", a.textKey(),
                List.of(PythonPattern.compile("chars_to_remove", "[" + joined + "]")), List.of(""));
    }

    private List<OperatorSpec> words() {
        return List.of(
                new SpecBuilder("remove_long_words_mapper").whole("min_len", 1).whole("max_len", Long.MAX_VALUE)
                        .make(a -> new RemoveLongWordsMapper(a.textKey(), a.whole("min_len"), a.whole("max_len"))),
                new SpecBuilder("remove_words_with_incorrect_substrings_mapper").text("lang", "en")
                .bool("tokenization", false).with("sp_model", TEXT_OR_NOTHING, null)
                        .texts("substrings", List.of("http", "www", ".com", "href", "//"))
                        .make(a -> new RemoveWordsWithSubstringsMapper(a.textKey(), a.texts("substrings"),
                                tokenizers.whereAsked(a, Tokenizers.SENTENCE_PIECE), a.isCompatible())),
                new SpecBuilder("remove_specific_chars_mapper").texts("chars_to_remove", List.of(BULLETS))
                        .make(MapperSpecs::specificCharacters),
                new SpecBuilder("remove_non_chinese_character_mapper").bool("keep_alphabet", true)
                .bool("keep_number", true)
                        .bool("keep_punc", true)
                        .make(a -> new RemoveNonChineseMapper(a.textKey(), a.bool("keep_alphabet"),
                        a.bool("keep_number"),
                                a.bool("keep_punc"))),
                new SpecBuilder("remove_repeat_sentences_mapper").bool("lowercase", false)
                        .bool("ignore_special_character", true).whole("min_repeat_sentence_length", 2)
                        .make(a -> new RemoveRepeatSentencesMapper(a.textKey(), a.bool("lowercase"),
                                a.bool("ignore_special_character"),
                                a.whole("min_repeat_sentence_length", 0, 1 << 20))));
    }

    private static OperatorSpec plain(String name, Function<String, Operator> factory) {
        return new SpecBuilder(name).make(a -> factory.apply(a.textKey()));
    }

    /** An operator with a pattern of its own that a recipe may replace. */
    private static OperatorSpec pattern(String name, Function<Arguments, Operator> factory) {
        return new SpecBuilder(name).with("pattern", TEXT_OR_NOTHING, null).text("repl", "").make(a -> {
            if (a.text("pattern") == null) {
                return factory.apply(a);
            }
            return new PatternMapper(name, a.textKey(), List.of(PythonPattern.compile("pattern", a.text("pattern"))),
                    List.of(PythonPattern.replacement(a.text("repl"))));
        });
    }

    private static Operator replaceContent(Arguments arguments) {
        List<Pattern> patterns = arguments.texts("pattern").stream().map(p -> PythonPattern.compile("pattern", p))
                .toList();
        List<String> given = arguments.texts("repl").stream().map(PythonPattern::replacement).toList();
        if (given.size() != 1 && given.size() < patterns.size()) {
            throw new IllegalArgumentException("repl has " + given.size() + " texts for " + patterns.size()
                    + " patterns");
        }
        List<String> replacements = new ArrayList<>();
        for (int i = 0; i < patterns.size(); i++) {
            replacements.add(given.size() == 1 ? given.getFirst() : given.get(i));
        }
        return new PatternMapper("replace_content_mapper", arguments.textKey(), patterns, replacements);
    }

    private Operator textChunk(Arguments arguments) {
        Long maxLen = arguments.wholeOrNull("max_len");
        String separator = arguments.text("split_pattern");
        int overlap = arguments.whole("overlap_len", 0, Integer.MAX_VALUE);
        if (maxLen == null && separator == null) {
            throw new IllegalArgumentException("max_len and split_pattern are both nothing, expected one of them");
        }
        if (maxLen != null && (maxLen < 1 || maxLen > Integer.MAX_VALUE || overlap >= maxLen)) {
            throw new IllegalArgumentException("max_len is " + maxLen + ", expected more than overlap_len " + overlap);
        }
        return new TextChunkMapper(arguments.textKey(), maxLen == null ? 0 : maxLen.intValue(),
                separator == null ? null : PythonPattern.compileLines("split_pattern", separator), overlap,
                maxLen == null || arguments.text("tokenizer") == null ? null
                        : tokenizers.of(arguments, "tokenizer", "text_chunk_mapper with a tokenizer"));
    }

    private static Normalizer.Form form(String name) {
        try {
            return name == null || name.isEmpty() ? Normalizer.Form.NFC
                    : Normalizer.Form.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("normalization is '" + name + "', expected NFC, NFKC, NFD or NFKD", e);
        }
    }
}
