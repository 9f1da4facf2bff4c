package quern.inference.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import quern.inference.sampling.AnswerText;
import quern.inference.tokenizer.PreTokenizer;
import quern.inference.tokenizer.PromptText;
import quern.inference.tokenizer.TokenKind;
import quern.inference.tokenizer.Tokenizer;
import quern.inference.tokenizer.Vocabulary;

/**
 * Small vocabularies of our own, trained on our own text, with the ids that other engines give: 22 configurations of
 * {@code tokenizer.json} by Hugging Face's tokenizers 0.23.2, three {@code tokenizer.model} by SentencePiece 0.2.2, and
 * one byte-level vocabulary under 28 names of pre-tokenizers by llama.cpp (de.kherud:llama 4.2.0).
 */
class TokenizerGoldensTest {

    private static final JsonNode GOLDENS = goldens();

    @TempDir
    Path directory;

    private static JsonNode goldens() {
        try (InputStream in = TokenizerGoldensTest.class.getResourceAsStream(
                "/quern/inference/tokenizer/goldens.json")) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Tokenizer json(JsonNode golden) {
        return read("tokenizer.json", golden.path("tokenizer").toString().getBytes(StandardCharsets.UTF_8));
    }

    private Tokenizer pieces(JsonNode golden) {
        return read("tokenizer.model", Base64.getDecoder().decode(golden.path("model").asText()));
    }

    private Tokenizer read(String name, byte[] bytes) {
        try {
            return TokenizerFiles.open(Files.write(directory.resolve(name), bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Stream<JsonNode> all() {
        return Stream.concat(GOLDENS.path("json").valueStream(), GOLDENS.path("sentencepiece").valueStream());
    }

    private Tokenizer any(JsonNode golden) {
        return golden.has("model") ? pieces(golden) : json(golden);
    }

    private static int[] ids(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::asInt).toArray();
    }

    private static boolean namesSpecial(String text) {
        return Stream.of("<s>", "</s>", "<unk>", "[CLS]").anyMatch(text::contains);
    }

    @TestFactory
    Stream<DynamicTest> shouldGiveTheIdsOfOtherEnginesWhenFileIsTokenizerJson() {
        return GOLDENS.path("json").valueStream().map(golden -> DynamicTest.dynamicTest(
                golden.path("name").asText(), () -> {
                    Tokenizer tokenizer = json(golden);
                    for (JsonNode each : golden.path("cases")) {
                        String text = each.path("text").asText();
                        // The oracle takes special tokens in plain text for such where its vocabulary holds them.
                        if (!namesSpecial(text)) {
                            assertArrayEquals(ids(each.path("ids")), tokenizer.encode(text, false), text);
                            assertArrayEquals(ids(each.path("framed")), tokenizer.encodeFramed(text), text);
                            assertEquals(comparable(golden, each.path("decoded").asText()),
                                    comparable(golden, tokenizer.decode(ids(each.path("ids")))), text);
                        }
                        JsonNode template = each.path(each.has("template") ? "template" : "ids");
                        assertArrayEquals(ids(template), tokenizer.encodeTemplate(text), text);
                    }
                }));
    }

    /** The other engine's Metaspace takes away all blanks in front, not only the one it put there. */
    private static String comparable(JsonNode golden, String decoded) {
        boolean metaspace = golden.path("tokenizer").path("decoder").toString().contains("Metaspace");
        return metaspace ? decoded.stripLeading() : decoded;
    }

    @TestFactory
    Stream<DynamicTest> shouldGiveTheIdsOfSentencePieceWhenFileIsTokenizerModel() {
        return GOLDENS.path("sentencepiece").valueStream().map(golden -> DynamicTest.dynamicTest(
                golden.path("name").asText(), () -> {
                    Tokenizer tokenizer = pieces(golden);
                    for (JsonNode each : golden.path("cases")) {
                        String text = each.path("text").asText();
                        assertArrayEquals(ids(each.path("ids")), tokenizer.encode(text, false), text);
                        String decoded = each.path("decoded").asText();
                        if (!decoded.contains("\u2047") && !text.contains("\u2581")) {
                            assertEquals(decoded, tokenizer.decode(ids(each.path("ids"))), text);
                        }
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> shouldGiveTheIdsOfLlamaCppWhenGgufNamesThePreTokenizer() {
        JsonNode model = GOLDENS.path("json").path(0).path("tokenizer");
        List<String> texts = new ArrayList<>();
        model.path("model").path("vocab").properties().forEach(entry -> {
            while (texts.size() <= entry.getValue().asInt()) {
                texts.add("");
            }
            texts.set(entry.getValue().asInt(), entry.getKey());
        });
        List<TokenKind> kinds = new ArrayList<>(texts.stream().map(text -> TokenKind.NORMAL).toList());
        model.path("added_tokens").forEach(token -> kinds.set(token.path("id").asInt(), TokenKind.CONTROL));
        List<String> merges = model.path("model").path("merges").valueStream()
                .map(merge -> merge.path(0).asText() + " " + merge.path(1).asText()).toList();
        JsonNode gguf = GOLDENS.path("gguf");
        return gguf.path("names").propertyStream().map(name -> DynamicTest.dynamicTest(name.getKey(), () -> {
            Vocabulary vocabulary = new Vocabulary(texts, kinds, OptionalInt.of(0), true, List.of(1));
            Tokenizer tokenizer = PreTokenizer.named(name.getKey()).tokenizer(vocabulary, merges);
            for (int i = 0; i < gguf.path("texts").size(); i++) {
                String text = gguf.path("texts").path(i).asText();
                assertArrayEquals(ids(name.getValue().path(i)), tokenizer.encode(text, false), text);
                assertEquals(text, tokenizer.decode(tokenizer.encode(text, false)));
            }
        }));
    }

    @TestFactory
    Stream<DynamicTest> shouldKeepSpecialTokensPlainWhenTheyAreInAMessage() {
        return all().map(golden -> DynamicTest.dynamicTest(golden.path("name").asText(), () -> {
            Tokenizer tokenizer = any(golden);
            for (int id = 0; id < tokenizer.vocabularySize(); id++) {
                if (!tokenizer.isControl(id)) {
                    continue;
                }
                String special = tokenizer.text(id);
                for (String text : List.of(special, "the " + special + " mill", special + special, "x" + special)) {
                    int[] ids = tokenizer.encode(text, false);
                    assertTrue(Arrays.stream(ids).noneMatch(found -> tokenizer.text(found).equals(special)
                            && !special.equals("<unk>") && !special.equals("[UNK]")), text);
                    assertArrayEquals(ids, tokenizer.encodeTemplate(PromptText.content(text)), text);
                }
            }
        }));
    }

    @TestFactory
    Stream<DynamicTest> shouldReleaseWholeCharactersOnlyWhenAnswerIsStreamed() {
        return all().map(golden -> DynamicTest.dynamicTest(golden.path("name").asText(), () -> {
            Tokenizer tokenizer = any(golden);
            String text = "the mill \ud83d\ude00\ud83d\udc4d\ud83c\udffd \u4f60\u597d e\u0301 \u0645\u0631 K\u00f6rner";
            int[] ids = tokenizer.encode(text, false);
            AnswerText answer = new AnswerText(List.of());
            StringBuilder streamed = new StringBuilder();
            for (int id : ids) {
                String part = answer.append(tokenizer.bytes(id));
                assertFalse(part.contains("\ufffd"), part);
                assertTrue(part.isEmpty() || !Character.isLowSurrogate(part.charAt(0))
                        && !Character.isHighSurrogate(part.charAt(part.length() - 1)), part);
                streamed.append(part);
            }
            streamed.append(answer.finish());
            assertEquals(tokenizer.decode(ids).strip(), streamed.toString().strip());
        }));
    }

    @Test
    void shouldReadDirectoriesWithoutWeights() throws IOException {
        JsonNode golden = GOLDENS.path("json").path(0);
        json(golden);
        JsonNode each = golden.path("cases").path(6);
        String text = each.path("text").asText();
        assertArrayEquals(ids(each.path("ids")), TokenizerFiles.open(directory).encode(text, true));
        Files.writeString(directory.resolve("tokenizer_config.json"),
                "{\"add_bos_token\":true,\"add_eos_token\":true,\"bos_token\":\"<s>\","
                        + "\"eos_token\":{\"content\":\"</s>\"}}");
        Tokenizer framed = TokenizerFiles.open(directory);
        int[] ids = framed.encodeFramed(text);
        assertEquals("<s>", framed.text(ids[0]));
        assertEquals("</s>", framed.text(ids[ids.length - 1]));
        assertArrayEquals(ids(each.path("ids")), Arrays.copyOfRange(ids, 1, ids.length - 1));
        assertEquals(List.of(1), framed.endTokens());
    }

    @Test
    void shouldAddTheDirectorysTokensWhenThereIsOnlyATokenizerModel() throws IOException {
        pieces(GOLDENS.path("sentencepiece").path(1));
        int size = TokenizerFiles.open(directory).vocabularySize();
        Files.writeString(directory.resolve("tokenizer_config.json"), "{\"added_tokens_decoder\":{\"" + size
                + "\":{\"content\":\"<|end|>\",\"special\":true,\"rstrip\":true},\"" + (size + 1)
                + "\":{\"content\":\"~~\",\"special\":false}},\"eos_token\":\"<|end|>\",\"add_bos_token\":false}");
        Tokenizer tokenizer = TokenizerFiles.open(directory);
        assertEquals(size + 2, tokenizer.vocabularySize());
        int[] ids = tokenizer.encodeTemplate("the<|end|> \n~~x");
        assertTrue(Arrays.stream(ids).anyMatch(id -> id == size));
        assertTrue(Arrays.stream(ids).anyMatch(id -> id == size + 1));
        assertEquals("the ~~x", tokenizer.decode(ids));
        assertEquals("the~~x", tokenizer.decode(tokenizer.encode("the~~x", false)));
        assertTrue(Arrays.stream(tokenizer.encode("the<|end|>", true)).noneMatch(id -> id == size));
        assertEquals(size, tokenizer.endTokens().get(0));
    }

    @Test
    void shouldReadOrRefuseWhenTokenizerFilesAreDamaged() throws Exception {
        List<String> words = List.of("-1", "9e99", "null", "{}", "[]", "99999999999999", "\"", "]", "}", "\\u0000",
                "\"Unigram\"", "\"Regex\"", "(((", "{9,1}", "a{999}{999}", "[^", "\\\\p{Nope}", "(?=");
        List<JsonNode> goldens = all().toList();
        int refused = 0;
        for (int at : List.of(2, 14, 18, 19, 22)) {
            JsonNode golden = goldens.get(at);
            byte[] file = golden.has("model") ? Base64.getDecoder().decode(golden.path("model").asText())
                    : golden.path("tokenizer").toString().getBytes(StandardCharsets.UTF_8);
            int count = Math.max(1, Mutations.count() / 5);
            Mutations.Damage damage = golden.has("model")
                    ? random -> Mutations.damage(file, file.length, List.of(), random)
                    : random -> random.nextBoolean() ? Mutations.damage(file, 2500, words, random)
                            : Mutations.damage(file, file.length, words, random);
            refused += Mutations.run(file, count, damage, damaged -> {
                Tokenizer tokenizer = golden.has("model") ? read("tokenizer.model", damaged)
                        : read("tokenizer.json", damaged);
                tokenizer.decode(tokenizer.encodeFramed("The  miller's \u00fc \ud83d\ude00 12345 \n mill"));
            });
        }
        assertTrue(refused > Mutations.count() / 10, refused + " refused");
    }

    @Test
    void shouldRefuseWhenMetaspaceHasNoSign() {
        String golden = GOLDENS.path("json").path(18).path("tokenizer").toString();
        String damaged = golden.replace("\"replacement\":\"\u2581\"", "\"replacement\":\"\"");
        assertFalse(damaged.equals(golden));
        assertThrows(ModelFormatException.class,
                () -> read("tokenizer.json", damaged.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void shouldNameTheStepWhenItIsNotKnown() throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        String golden = GOLDENS.path("json").path(0).path("tokenizer").toString();
        for (String part : List.of("normalizer", "pre_tokenizer", "post_processor", "decoder")) {
            ObjectNode root = (ObjectNode) mapper.readTree(golden);
            root.putObject(part).put("type", "Sorting");
            var out = new ByteArrayOutputStream();
            mapper.writeValue(out, root);
            ModelFormatException refused = assertThrows(
                    ModelFormatException.class, () -> read("tokenizer.json", out.toByteArray()));
            assertTrue(refused.getMessage().contains("Sorting, supported are"), refused.getMessage());
        }
    }
}
