package quern.inference.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import quern.config.QuernException;

/**
 * Cuts text into the words within which byte pairs merge. The cuts are those of GGUF's {@code tokenizer.ggml.pre}; each
 * pattern of a name cuts the words that the one before left, matches and what lies between them alike.
 */
public final class PreTokenizer {

    /** The pattern of GPT-2. */
    public static final String GPT2 =
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
    private static final String ANY_CASE = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private static final String EACH_CASE = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";
    private static final String LLAMA3 = EACH_CASE
            + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
            + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String QWEN2 = LLAMA3.replace("\\p{N}{1,3}", "\\p{N}");
    private static final List<String> DEEPSEEK_CODER = List.of(
            "[\\r\\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+", "\\p{N}");
    private static final List<String> DEFAULT =
            List.of("[\\p{P}\\$\\+<=>\\^~\\|]+", GPT2, "\\p{N}+", "[0-9][0-9][0-9]");

    private static final Map<String, List<String>> NAMED = new TreeMap<>(Map.ofEntries(
            Map.entry("default", DEFAULT),
            Map.entry("gpt-2", List.of(GPT2)),
            Map.entry("phi-2", List.of(GPT2)),
            Map.entry("mpt", List.of(GPT2)),
            Map.entry("olmo", List.of(GPT2)),
            Map.entry("llama-bpe", List.of(LLAMA3)),
            Map.entry("llama3", List.of(LLAMA3)),
            Map.entry("llama-v3", List.of(LLAMA3)),
            Map.entry("falcon3", List.of(LLAMA3)),
            Map.entry("qwen2", List.of(QWEN2)),
            Map.entry("deepseek-r1-qwen", List.of(QWEN2)),
            Map.entry("stablelm2", List.of(QWEN2)),
            Map.entry("deepseek-coder", DEEPSEEK_CODER),
            Map.entry("smollm", List.of("\\p{N}", GPT2)),
            Map.entry("starcoder", List.of("\\p{N}", GPT2)),
            Map.entry("refact", List.of("\\p{N}", GPT2)),
            Map.entry("command-r", List.of("\\p{N}", GPT2))));

    private final String name;
    private final List<Pattern> patterns;

    private PreTokenizer(String name, List<String> patterns) {
        this.name = name;
        // Without the flag \s would know ASCII only.
        this.patterns = patterns.stream()
                .map(pattern -> Pattern.compile(pattern, Pattern.UNICODE_CHARACTER_CLASS))
                .toList();
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
     * The pre-tokenizer that has these patterns. They come with a file, so they are looked up and not compiled: a
     * pattern can be made to take years.
     *
     * @throws QuernException if no pre-tokenizer has them
     */
    public static PreTokenizer matching(List<String> patterns) {
        List<String> spelled = patterns.stream().map(pattern -> pattern.replace(ANY_CASE, EACH_CASE)).toList();
        for (Map.Entry<String, List<String>> named : NAMED.entrySet()) {
            if (named.getValue().equals(spelled)) {
                return named(named.getKey());
            }
        }
        throw new QuernException(QuernException.Category.ERROR,
                "pre-tokenizer pattern " + patterns + ", supported are those of " + NAMED.keySet());
    }

    public String name() {
        return name;
    }

    /** Hands over the words of {@code text} in order; together they are the text. */
    public void split(String text, Consumer<String> words) {
        split(text, 0, words);
    }

    public List<String> split(String text) {
        List<String> words = new ArrayList<>();
        split(text, words::add);
        return words;
    }

    private void split(String text, int stage, Consumer<String> words) {
        if (stage == patterns.size()) {
            words.accept(text);
            return;
        }
        Matcher matcher = patterns.get(stage).matcher(text);
        int from = 0;
        while (matcher.find()) {
            if (matcher.start() > from) {
                split(text.substring(from, matcher.start()), stage + 1, words);
            }
            if (matcher.end() > matcher.start()) {
                split(matcher.group(), stage + 1, words);
            }
            from = matcher.end();
        }
        if (from < text.length()) {
            split(text.substring(from), stage + 1, words);
        }
    }
}
