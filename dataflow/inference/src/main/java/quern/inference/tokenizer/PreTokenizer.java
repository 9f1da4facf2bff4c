package quern.inference.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import quern.config.QuernException;

/** A byte-level pre-tokenizer that GGUF's {@code tokenizer.ggml.pre} only names: how text is cut into words. */
public final class PreTokenizer {

    /** The pattern of GPT-2. */
    public static final String GPT2 = WordPatterns.GPT2;

    private static final Map<String, List<String>> NAMED = WordPatterns.named();

    private static final Set<String> WHOLE_WORD_FIRST = Set.of("llama-bpe", "llama3", "llama-v3", "falcon3",
            "falcon-h1", "pixtral", "midm-2.0", "lfm2", "jina-v5-nano", "tekken", "youtu");
    private static final Set<String> BEGIN_FIRST = Set.of("llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1",
            "pixtral", "midm-2.0", "lfm2", "jina-v5-nano", "tekken", "chameleon");

    private static final List<String> BEST_KNOWN = List.of("llama-bpe", "qwen2", "gpt-2", "smollm", "gpt-4o",
            "dbrx", "deepseek-v3", "falcon", "bloom", "bailingmoe");

    private final String name;
    private final List<WordRule> rules;

    private PreTokenizer(String name, List<String> patterns) {
        this.name = name;
        this.rules = patterns.stream().<WordRule>map(WordRule.Split::isolated).toList();
    }

    /** @throws QuernException if no pre-tokenizer has that name */
    public static PreTokenizer named(String name) {
        List<String> patterns = NAMED.get(name);
        if (patterns == null) {
            throw new QuernException(QuernException.Category.ERROR,
                    "pre-tokenizer " + name + ", supported are " + NAMED.keySet());
        }
        return new PreTokenizer(name, patterns);
    }

    /**
     * The name under which GGUF knows these patterns, the best known where several do.
     *
     * @param patterns as {@code tokenizer.json} spells them
     * @param wholeWordFirst whether a word that is itself a token is not merged
     */
    public static Optional<String> nameOf(List<String> patterns, boolean wholeWordFirst) {
        List<String> spelled = patterns.stream().map(WordPatterns::spelled).toList();
        return Stream.concat(BEST_KNOWN.stream(), NAMED.keySet().stream())
                .filter(name -> NAMED.get(name).equals(spelled))
                .filter(name -> WHOLE_WORD_FIRST.contains(name) == wholeWordFirst)
                .findFirst();
    }

    /** All names. */
    public static Set<String> names() {
        return NAMED.keySet();
    }

    public String name() {
        return name;
    }

    /** Whether a word that is itself a token is not merged. */
    public boolean wholeWordFirst() {
        return WHOLE_WORD_FIRST.contains(name);
    }

    /** Whether the beginning-of-text token is put in front where the file does not say. */
    public boolean addsBegin() {
        return BEGIN_FIRST.contains(name);
    }

    /**
     * The tokenizer of a byte-level vocabulary.
     *
     * @param merges "left right" in the byte alphabet, most important first
     * @throws QuernException if a merge names a token that is not in the vocabulary
     */
    public Tokenizer tokenizer(Vocabulary vocabulary, List<String> merges) {
        return new VocabularyTokenizer(parts(vocabulary, merges));
    }

    /** What {@link #tokenizer} is made of. */
    public VocabularyTokenizer.Parts parts(Vocabulary vocabulary, List<String> merges) {
        List<WordRule> words = new ArrayList<>(rules);
        words.add(new WordRule.Bytes());
        var options = new BytePairs.Options(false, false, wholeWordFirst(), "", "");
        var pieces = new BytePairs(vocabulary, merges.stream().map(Merge::parse).toList(), -1, options);
        return VocabularyTokenizer.Parts.of(vocabulary, List.of(), words, pieces, Writing.alphabet());
    }

    /** Hands over the words of {@code text} in order; together they are the text. */
    public void split(String text, Consumer<String> words) {
        WordRule.cut(rules, text, true, words);
    }

    public List<String> split(String text) {
        List<String> words = new ArrayList<>();
        split(text, words::add);
        return words;
    }
}
