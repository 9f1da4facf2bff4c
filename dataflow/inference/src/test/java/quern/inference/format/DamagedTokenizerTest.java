package quern.inference.format;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import quern.inference.SharedFiles;
import quern.inference.tokenizer.ByteAlphabet;
import quern.inference.tokenizer.Tokenizer;

class DamagedTokenizerTest {

    private static final List<String> JSON_WORDS = List.of("-1", "9e99", "null", "{}", "[]", "99999999999999999999",
            "\"", "]", "}", "\\u0000", "true", "[[[[[[[[", "0.5", "NaN");

    private static final String WORD_PIECE = """
            {"version": "1.0", "truncation": {"max_length": 8, "strategy": "LongestFirst"}, "padding": null,
             "added_tokens": [{"id": 0, "content": "[PAD]", "special": true, "single_word": false, "lstrip": false,
              "rstrip": false, "normalized": false}, {"id": 1, "content": "[UNK]", "special": true},
              {"id": 2, "content": "[CLS]", "special": true}, {"id": 3, "content": "[SEP]", "special": true}],
             "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
              "strip_accents": null, "lowercase": true},
             "pre_tokenizer": {"type": "BertPreTokenizer"},
             "post_processor": {"type": "TemplateProcessing",
              "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
               {"SpecialToken": {"id": "[SEP]", "type_id": 0}}], "pair": [],
              "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]},
               "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
             "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
             "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
              "max_input_chars_per_word": 100, "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "a": 4,
              "##b": 5, "once": 6, "up": 7, "##on": 8, "e": 9}}}""";

    private static final String UNIGRAM = """
            {"version": "1.0", "added_tokens": [{"id": 0, "content": "<unk>", "special": true},
              {"id": 1, "content": "</s>", "special": true}],
             "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Lowercase"},
              {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}]},
             "pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always",
              "split": true},
             "post_processor": {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A", "type_id": 0}},
               {"SpecialToken": {"id": "</s>", "type_id": 0}}], "pair": [],
              "special_tokens": {"</s>": {"id": "</s>", "ids": [1], "tokens": ["</s>"]}}},
             "decoder": {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always"},
             "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": false, "vocab": [["<unk>", 0.0], ["</s>", 0.0],
              ["\u2581", -2.0], ["\u2581once", -3.5], ["o", -4.0], ["n", -4.25], ["up", -5], ["e", -4.5]]}}""";

    @TempDir
    private Path directory;

    static void use(Tokenizer tokenizer) {
        int[] ids = tokenizer.encode("Once upon a time \u00e9\ud83e\udd99", true);
        tokenizer.decode(ids);
        tokenizer.decode(tokenizer.encodeTemplate("<|im_start|>user</s>"));
    }

    private static String byteLevel() {
        var vocabulary = new StringBuilder();
        for (int i = 0; i < 256; i++) {
            String character = String.valueOf(ByteAlphabet.character(i));
            vocabulary.append(character.equals("\"") || character.equals("\\") ? "\"\\" : "\"").append(character)
                    .append("\": ").append(i).append(", ");
        }
        return """
                {"added_tokens": [{"id": 258, "content": "<|im_start|>", "special": true, "normalized": false}],
                 "normalizer": {"type": "NFC"},
                 "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
                  {"type": "Split", "pattern": {"Regex": "\\\\p{N}{1,3}| ?\\\\p{L}+|\\\\s+(?!\\\\S)|\\\\s+|[^\\\\s]"},
                   "behavior": "Isolated", "invert": false},
                  {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}]},
                 "post_processor": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false},
                 "decoder": {"type": "ByteLevel", "add_prefix_space": true, "use_regex": true},
                 "model": {"type": "BPE", "dropout": null, "unk_token": null, "fuse_unk": false, "ignore_merges": true,
                  "vocab": {%s "on": 256, "onc": 257}, "merges": [["o", "n"], ["on", "c"]]}}"""
                .formatted(vocabulary);
    }

    private byte[] document(String kind) throws Exception {
        return switch (kind) {
            case "word-piece" -> WORD_PIECE.getBytes(StandardCharsets.UTF_8);
            case "unigram" -> UNIGRAM.getBytes(StandardCharsets.UTF_8);
            case "byte-level" -> byteLevel().getBytes(StandardCharsets.UTF_8);
            default -> Files.readAllBytes(SharedFiles.at("models/stories260K/hf/tokenizer.json"));
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"word-piece", "unigram", "byte-level", "pieces"})
    void shouldReadOrRefuseWhenStructureOfTokenizerJsonIsDamaged(String kind) throws Exception {
        byte[] bytes = document(kind);
        Path file = directory.resolve("tokenizer.json");
        int refused = Mutations.run(bytes, Mutations.count(), new JsonDamage(bytes)::damage, damaged -> {
            Files.write(file, damaged);
            use(TokenizerFiles.open(file));
        });
        assertTrue(refused > Mutations.count() / 10, refused + " refused");
    }

    @ParameterizedTest
    @ValueSource(strings = {"word-piece", "unigram", "byte-level", "pieces"})
    void shouldReadOrRefuseWhenBytesOfTokenizerJsonAreDamaged(String kind) throws Exception {
        byte[] bytes = document(kind);
        Path file = directory.resolve("tokenizer.json");
        int refused = Mutations.run(bytes, bytes.length, JSON_WORDS, damaged -> {
            Files.write(file, damaged);
            use(TokenizerFiles.open(file));
        });
        assertTrue(refused > Mutations.count() / 20, refused + " refused");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "'pre_tokenizer': {'type': 'Metaspace', 'replacement': ''}",
        "'pre_tokenizer': {'type': 'FixedLength', 'length': 0}",
        "'pre_tokenizer': {'type': 'Sequence', 'pretokenizers': [%s]}",
        "'normalizer': {'type': 'Replace', 'pattern': {'String': ' '}, 'content': 'LONG'}",
        "'normalizer': {'type': 'Sequence', 'normalizers': [%n]}",
        "'normalizer': {'type': 'Replace', 'pattern': {'Regex': '(a*)*b'}, 'content': ''}",
        "'pre_tokenizer': {'type': 'Split', 'pattern': {'Regex': '(a|a|aa)+$'}, 'behavior': 'Isolated'}",
    })
    void shouldStayWithinLimitsWhenStepsFeedEachOther(String lie) throws Exception {
        String bytes = "{'type': 'ByteLevel', 'add_prefix_space': false, 'use_regex': false},".repeat(40) + "{}";
        String twice = "{'type': 'Replace', 'pattern': {'String': 'a'}, 'content': 'aa'},".repeat(40)
                + "{'type': 'NFC'}";
        String step = lie.replace("%s", bytes).replace("%n", twice).replace("LONG", "x".repeat(1 << 20))
                .replace('\'', '"');
        String document = step.startsWith("\"n")
                ? UNIGRAM.replace("\"version\": \"1.0\",", step + ",").replaceFirst("(?s)\"normalizer\": \\{\"type\": "
                        + "\"Sequence\", \"normalizers\": \\[\\{\"type\": \"NFKC.*?\\]\\},", "")
                : UNIGRAM.replaceFirst("(?s)\"pre_tokenizer\": \\{.*?\\},",
                        java.util.regex.Matcher.quoteReplacement(step) + ",");
        Path file = Files.writeString(directory.resolve("tokenizer.json"), document);
        JsonFiles.object(file, 1 << 24);
        String text = "a\u00e9 ".repeat(2000);
        Mutations.isRefused(new byte[0], none -> TokenizerFiles.open(file).encode(text, true), lie);
    }

    @Test
    void shouldReadOrRefuseWhenTokenizerConfigurationIsDamaged() throws Exception {
        for (String name : List.of("tokenizer.json", "config.json", "tokenizer_config.json")) {
            Files.write(directory.resolve(name),
                    Files.readAllBytes(SharedFiles.at("models/stories260K/hf/" + name)));
        }
        Path file = directory.resolve("tokenizer_config.json");
        byte[] bytes = Files.readAllBytes(file);
        Mutations.run(bytes, Mutations.count(), new JsonDamage(bytes)::damage, damaged -> {
            Files.write(file, damaged);
            use(TokenizerFiles.open(directory));
        });
    }

    private byte[] vocabularyFile(String model, String pre) throws Exception {
        List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>", "[CLS]", "[SEP]"));
        if (model.equals("gpt2")) {
            IntStream.range(0, 256).forEach(b -> tokens.add(String.valueOf(ByteAlphabet.character(b))));
        } else {
            IntStream.range(0, 256).forEach(b -> tokens.add(String.format("<0x%02X>", b)));
        }
        tokens.addAll(List.of("\u2581", "\u2581once", "o", "n", "on", "up"));
        int[] kinds = new int[tokens.size()];
        float[] scores = new float[tokens.size()];
        for (int i = 0; i < kinds.length; i++) {
            kinds[i] = i == 0 ? 2 : i < 5 ? 3 : i < 261 && !model.equals("gpt2") ? 6 : 1;
            scores[i] = -i;
        }
        Path file = directory.resolve(model + ".gguf");
        GgufWriter writer = new GgufWriter().text("general.architecture", "llama")
                .text("tokenizer.ggml.model", model).text("tokenizer.ggml.pre", pre)
                .texts("tokenizer.ggml.tokens", tokens).floats("tokenizer.ggml.scores", scores)
                .integers("tokenizer.ggml.token_type", kinds)
                .texts("tokenizer.ggml.merges", List.of("o n"))
                .integer("tokenizer.ggml.bos_token_id", 1).integer("tokenizer.ggml.eos_token_id", 2)
                .integer("tokenizer.ggml.unknown_token_id", 0).integer("tokenizer.ggml.cls_token_id", 3)
                .integer("tokenizer.ggml.seperator_token_id", 4).flag("tokenizer.ggml.add_bos_token", true);
        writer.write(file);
        return Files.readAllBytes(file);
    }

    @ParameterizedTest
    @CsvSource({"llama, default", "gpt2, llama-bpe", "gpt2, default", "t5, default", "bert, default",
        "gemma4, default"})
    void shouldReadOrRefuseWhenGgufVocabularyLies(String model, String pre) throws Exception {
        byte[] bytes = vocabularyFile(model, pre);
        Mutations.run(bytes, Mutations.count() / 2, new GgufFields(bytes)::damage, damaged -> {
            GgufHeader header = GgufReader.read(MemorySegment.ofArray(damaged), "damaged");
            use(GgufVocabulary.tokenizer(header.metadata(), "damaged"));
        });
    }

    /** A protocol buffer as SentencePiece writes it. */
    private static byte[] sentencePieces(int modelType) {
        var out = new ByteArrayOutputStream();
        List<String> pieces =
                List.of("<unk>", "<s>", "</s>", "\u2581", "\u2581once", "o", "n", "on", "up", "e", "<0x41>");
        for (int i = 0; i < pieces.size(); i++) {
            byte[] text = pieces.get(i).getBytes(StandardCharsets.UTF_8);
            var piece = new ByteArrayOutputStream();
            piece.write(0x0a);
            piece.write(text.length);
            piece.writeBytes(text);
            piece.write(0x15);
            piece.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(-i).array());
            piece.write(0x18);
            piece.write(i == 0 ? 2 : i < 3 ? 3 : i == 10 ? 6 : 1);
            out.write(0x0a);
            out.write(piece.size());
            out.writeBytes(piece.toByteArray());
        }
        byte[] trainer = {0x18, (byte) modelType, (byte) 0x98, 0x02, 1, (byte) 0xc0, 0x02, 0, (byte) 0xc8, 0x02, 1,
            (byte) 0xd0, 0x02, 2};
        out.write(0x12);
        out.write(trainer.length);
        out.writeBytes(trainer);
        byte[] normalizer = {0x18, 1, 0x20, 1};
        out.write(0x1a);
        out.write(normalizer.length);
        out.writeBytes(normalizer);
        return out.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldReadOrRefuseWhenSentencePieceModelIsDamaged(int modelType) throws Exception {
        byte[] bytes = sentencePieces(modelType);
        Path file = directory.resolve("tokenizer.model");
        int refused = Mutations.run(bytes, bytes.length, List.of(), damaged -> {
            Files.write(file, damaged);
            use(TokenizerFiles.open(file));
        });
        assertTrue(refused > Mutations.count() / 20, refused + " refused");
    }
}
