package quern.inference.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The patterns that GGUF's names of byte-level pre-tokenizers stand for, as the models' own files have them. Each
 * pattern of a name cuts the words that the one before left, matches and what lies between alike.
 */
final class WordPatterns {

    static final String GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

    private static final String ENDINGS = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";
    private static final String SIGNS = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*";
    private static final String SIGNS_AND_SLASHES = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*";
    private static final String BREAKS = "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String ONE_BREAK = "\\s*[\\r\\n]|\\s+(?!\\S)|\\s+";
    private static final String WORD = "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";

    private static final String LLAMA3 = join(ENDINGS, WORD, "\\p{N}{1,3}", SIGNS, BREAKS);
    private static final String QWEN2 = join(ENDINGS, WORD, "\\p{N}", SIGNS, BREAKS);
    private static final String QWEN35 = join(ENDINGS, "[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+", "\\p{N}",
            " ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*", BREAKS);
    private static final String CAPITALS = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String SMALLS = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String CASED_WORDS = cased(CAPITALS, SMALLS, "");
    private static final String CASED_WORDS_AND_ENDINGS = cased(CAPITALS, SMALLS, ENDINGS + "?");
    private static final String GPT4O = join(CASED_WORDS_AND_ENDINGS, "\\p{N}{1,3}", SIGNS_AND_SLASHES, BREAKS);
    private static final String TEKKEN = join(CASED_WORDS, "\\p{N}", SIGNS_AND_SLASHES, BREAKS);
    private static final String KIMI = join("\\p{Han}+",
            cased("[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{Han}]]", "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{Han}]]",
                    ENDINGS + "?"), "\\p{N}{1,3}", SIGNS, BREAKS);
    private static final String DEEPSEEK3 = join("[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+",
            "[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+", " ?[\\p{P}\\p{S}]+[\\r\\n]*", BREAKS);
    private static final String WRITTEN_WITHOUT_BLANKS = "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+";
    private static final String THREES_FROM_THE_RIGHT = "\\d{1,3}(?=(?:\\d{3})*(?!\\d))";
    private static final String BLOOM = " ?[^(\\s|.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c)]+";

    /** Letters with a case, as they were in the Unicode of that model's file. */
    private static final String CASED = set("41-5A 61-7A B5 C0-D6 D8-F6 F8-1BA 1BC-1BF 1C4-293 295-2AF 370-373 376 377"
            + " 37B-37D 37F 386 388-38A 38C 38E-3A1 3A3-3F5 3F7-481 48A-52F 531-556 10A0-10C5 13A0-13F5 13F8-13FD"
            + " 1C90-1CBA 1CBD-1CBF 1D00-1D2B 1D6B-1D77 1D79-1D9A 1E00-1F15 1F18-1F1D 1F20-1F45 1F48-1F4D 1F50-1F57"
            + " 1F59 1F5B 1F5D 1F5F-1F7D 1F80-1FB4 1FB6-1FBC 1FBE 1FC2-1FC4 1FC6-1FCC 1FD0-1FD3 1FD6-1FDB 1FE0-1FEC"
            + " 1FF2-1FF4 1FF6-1FFC 2102 2107 210A-2113 2115 2119-211D 2124 2126 2128 212A-212D 212F-2134 2139"
            + " 213C-213F 2145-2149 214E 2183 2184 2C00-2C7B 2C7E-2CE4 2CEB-2CEE 2CF2 2CF3 A640-A66D A680-A69B"
            + " A722-A76F"
            + " A771-A787 A78B-A78E AB70-ABBF FB00-FB06 FB13-FB17 FF21-FF3A FF41-FF5A 10400-1044F 104B0-104D3"
            + " 104D8-104FB 10C80-10CB2 10CC0-10CF2 118A0-118DF 1E900-1E943");

    private static final List<String> DEEPSEEK_LLM = List.of("[\\r\\n]", "\\s?[" + CASED + "]+",
            "\\s?[!-/:-~\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3000-\u3002]+", "\\s+$", WRITTEN_WITHOUT_BLANKS,
            "\\p{N}+");
    private static final List<String> DEEPSEEK_CODER =
            List.of("[\\r\\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", WRITTEN_WITHOUT_BLANKS, "\\p{N}");
    private static final List<String> DEEPSEEK_V3 =
            List.of("\\p{N}{1,3}", "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+", DEEPSEEK3);
    private static final List<String> DIGITS_APART = List.of("\\p{N}", GPT2);
    private static final List<String> DEFAULT =
            List.of("[\\p{P}\\$\\+<=>\\^~\\|]+", GPT2, "\\p{N}+", "[0-9][0-9][0-9]");
    private static final List<String> FALCON = List.of("[\\p{P}\\$\\+<=>\\^~\\|`]+", GPT2, "[0-9][0-9][0-9]");
    private static final List<String> CHAMELEON = List.of("<sentinel:[0-9]+>", "(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z",
            "([\\t\\n]|    |  )", "\\p{N}", "[\\p{P}!-/:-@\\[-`{-~]", GPT2);
    private static final List<String> BAILING = List.of(join("'(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])",
            "[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+", "\\p{N}", " ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*", ONE_BREAK));
    private static final List<String> EXAONE_MOE = List.of(join(ENDINGS,
            "[^\\r\\n\\p{L}\\p{N}]?(?:\\p{L}\\p{M}*(?: \\p{L}\\p{M}*)*)+", "\\p{N}",
            " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]?", ONE_BREAK));
    private static final List<String> SEED_CODER =
            List.of(join(ENDINGS, WORD, "\\p{N}", " ?[^\\s\\p{L}\\p{N}\\r\\n]+", BREAKS));
    private static final List<String> YOUTU = List.of(
            "[\uac00-\ud7a3\u3131-\u318e]+|[\uff01\u2026\u201c\u201d\u2018\u2019\u2014\uff1a\uff1b\uff0c\u3001-\u303f"
            + "\ufe30-\ufe4f]+|[\u3105-\u312f]+|[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+",
            join(CASED_WORDS_AND_ENDINGS, "\\p{N}", SIGNS_AND_SLASHES, BREAKS));
    private static final List<String> AFMOE = List.of("\\p{N}{1,3}(?=(?:\\p{N}{3})*(?!\\p{N}))",
            "[\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff\u3040-\u309f\u30a0-\u30ff\uff65-\uff9f\u2f00-\u2fdf\u0e40-\u0e7f"
            + "\u0e80-\u0eff\u1780-\u17ff\u1000-\u109f\uaa60-\uaa7f\ua9e0-\ua9ff\uac00-\ud7af\u1100-\u11ff]+",
            DEEPSEEK3);
    private static final List<String> JAIS2 = List.of(join(ENDINGS, WORD, "\\p{N}{1,3}", SIGNS, "\\s*[\\r\\n]+",
            "\\s{512}(?!\\S)|\\s{256}(?!\\S)|\\s{128}(?!\\S)|\\s{64}(?!\\S)|\\s{32}(?!\\S)|\\s{16}(?!\\S)"
            + "|\\s{8}(?!\\S)|\\s{4}(?!\\S)|\\s{1,2}(?!\\S)|\\s{1}"));
    private static final List<String> NANOCHAT = List.of(join("'(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])", WORD,
            "\\p{N}{1,2}", SIGNS, ONE_BREAK));

    private WordPatterns() {}

    /** A pattern in the spelling of these: files also write the endings once, for any case. */
    static String spelled(String pattern) {
        return pattern.replace("(?i:'s|'t|'re|'ve|'m|'ll|'d)", ENDINGS);
    }

    static Map<String, List<String>> named() {
        Map<String, List<String>> named = new TreeMap<>();
        put(named, DEFAULT, "default");
        put(named, List.of(LLAMA3), "llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0",
                "lfm2", "jina-v5-nano", "dbrx", "smaug-bpe", "glm4", "chatglm-bpe");
        put(named, List.of(QWEN2), "qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "stablelm2", "megrez", "hunyuan",
                "solar-open", "grok-2");
        put(named, List.of(QWEN35), "qwen35");
        put(named, List.of(GPT2), "gpt-2", "phi-2", "gpt-neox", "mpt", "olmo", "jais", "trillion", "granite-docling",
                "jina-es", "jina-de", "gigachat", "jina-v1-en", "jina-v2-es", "jina-v2-de", "jina-v2-code",
                "roberta-bpe", "a.x-4.0", "mellum", "modern-bert", "exaone4");
        put(named, DIGITS_APART, "starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b");
        put(named, List.of(GPT4O), "gpt-4o", "llama4", "kanana2", "minimax-m2");
        put(named, List.of(TEKKEN), "tekken");
        put(named, List.of(KIMI), "kimi-k2");
        put(named, List.of(BLOOM), "bloom", "poro-chat", "gpt3-finnish");
        put(named, List.of(BLOOM, "\\p{N}"), "viking");
        put(named, DEEPSEEK_LLM, "deepseek-llm");
        put(named, DEEPSEEK_CODER, "deepseek-coder");
        put(named, DEEPSEEK_V3, "deepseek-v3", "hunyuan-dense", "joyai-llm");
        put(named, FALCON, "falcon");
        put(named, CHAMELEON, "chameleon");
        put(named, BAILING, "bailingmoe", "bailingmoe2", "llada-moe");
        put(named, EXAONE_MOE, "exaone-moe");
        put(named, SEED_CODER, "seed-coder");
        put(named, YOUTU, "youtu");
        put(named, AFMOE, "afmoe");
        put(named, JAIS2, "jais-2");
        put(named, NANOCHAT, "nanochat");
        put(named, List.of("\\p{N}+", THREES_FROM_THE_RIGHT), "superbpe");
        put(named, List.of("\\d{1,3}(?=(?:\\d{3})*\\b)", GPT4O), "tiny_aya");
        return named;
    }

    private static void put(Map<String, List<String>> named, List<String> patterns, String... names) {
        for (String name : names) {
            named.put(name, patterns);
        }
    }

    private static String join(String... branches) {
        return String.join("|", branches);
    }

    private static String cased(String capitals, String smalls, String ending) {
        String before = "[^\\r\\n\\p{L}\\p{N}]?";
        return before + capitals + "*" + smalls + "+" + ending + "|" + before + capitals + "+" + smalls + "*" + ending;
    }

    private static String set(String ranges) {
        List<String> escaped = new ArrayList<>();
        for (String range : ranges.split(" ")) {
            escaped.add("\\x{" + range.replace("-", "}-\\x{") + "}");
        }
        return String.join("", escaped);
    }
}
