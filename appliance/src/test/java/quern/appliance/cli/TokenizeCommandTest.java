package quern.appliance.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import quern.appliance.cli.FakeServer.Outcome;

/** {@code quern tokenize}, as a script uses it. */
class TokenizeCommandTest {

    private static final String WORD_PIECES = """
            {"added_tokens":[
              {"id":0,"content":"[UNK]","special":true,"normalized":false},
              {"id":1,"content":"[CLS]","special":true,"normalized":false},
              {"id":2,"content":"[SEP]","special":true,"normalized":false}],
             "normalizer":{"type":"BertNormalizer","lowercase":true},
             "pre_tokenizer":{"type":"BertPreTokenizer"},
             "post_processor":{"type":"BertProcessing","cls":["[CLS]",1],"sep":["[SEP]",2]},
             "decoder":{"type":"WordPiece","prefix":"##","cleanup":true},
             "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##",
              "max_input_chars_per_word":100,"vocab":{"[UNK]":0,"[CLS]":1,"[SEP]":2,"play":3,"##ing":4,"[":5,"]":6,
              "cl":7,"##s":8,".":9}}}
            """;

    @TempDir
    Path directory;

    private Path tokenizer() throws IOException {
        return Files.writeString(directory.resolve("tokenizer.json"), WORD_PIECES);
    }

    private Path text(String text) throws IOException {
        return Files.writeString(directory.resolve("text.txt"), text);
    }

    private Outcome run(String... arguments) {
        List<String> line = new ArrayList<>(List.of("tokenize"));
        line.addAll(List.of(arguments));
        line.addAll(List.of("--data", directory.resolve("none").toString()));
        Outcome outcome = FakeServer.runAlone(line.toArray(String[]::new));
        assertFalse(Files.exists(directory.resolve("none")), "the data directory was touched");
        return outcome;
    }

    private JsonNode json(String... arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of(arguments));
        line.add("--json");
        Outcome outcome = run(line.toArray(String[]::new));
        assertEquals(0, outcome.exitCode(), outcome.err());
        return ApiClient.JSON.readTree(outcome.out());
    }

    @Test
    void shouldLeaveOutTheFrameAndKeepSpecialsPlainUnlessAskedOtherwise() throws IOException {
        String model = tokenizer().toString();
        String text = text("Playing [CLS].").toString();
        assertEquals("[1,3,4,5,7,8,6,9,2]", json(model, "--text", text, "--special").path("ids").toString());
        assertEquals("[3,4,5,7,8,6,9]", json(model, "--text", text).path("ids").toString());
        assertEquals("[3,4,1,9]",
                json(model, "--text", text, "--parse-special").path("ids").toString());
        assertEquals("[1,3,4,5,7,8,6,9,2]",
                json(directory.toString(), "--text", text, "--special").path("ids").toString());
    }

    @Test
    void shouldShowIdsWithTheirPiecesWhenPeopleAsk() throws IOException {
        Outcome outcome = run(tokenizer().toString(), "--text", text("playing\n\t.").toString(), "--special");
        assertEquals("1\t[CLS]\n3\t\" play\"\n4\t\"ing\"\n9\t\".\"\n2\t[SEP]\n", outcome.out());
    }

    @Test
    void shouldPutTokensTogetherWhenAskedToDecode() throws IOException {
        String model = tokenizer().toString();
        assertEquals("playing.", json(model, "--decode", "1, 3,4,9,2").path("text").asText());
        assertEquals("playing.", run(model, "--decode", "3,4,9").out());
        assertEquals("", json(model, "--decode", "").path("text").asText());
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "1,,2", "-1", "10", "99999999999"})
    void shouldRefuseWhenIdsAreNone(String ids) throws IOException {
        Outcome outcome = run(tokenizer().toString(), "--decode=" + ids);
        assertNotEquals(0, outcome.exitCode());
        assertTrue(outcome.err().startsWith("quern: "), outcome.err());
        assertEquals("", outcome.out());
    }

    @Test
    void shouldRefuseWhenTextIsNoneOrTooLarge() throws IOException {
        String model = tokenizer().toString();
        Path bytes = Files.write(directory.resolve("bytes"), new byte[] {'a', (byte) 0xFF});
        assertTrue(run(model, "--text", bytes.toString()).err().contains("is not UTF-8"));
        assertTrue(run(model, "--text", directory.resolve("absent").toString()).err().contains("does not exist"));
        Path large = directory.resolve("large");
        try (var file = new RandomAccessFile(large.toFile(), "rw")) {
            file.setLength((1L << 26) + 1);
        }
        assertTrue(run(model, "--text", large.toString()).err().contains("more than 67108864 bytes"));
        assertNotEquals(0, run(model).exitCode());
        assertNotEquals(0, run(model, "--text", large.toString(), "--decode", "1").exitCode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-spm", "gpt-2"})
    void shouldGiveTheCasesIdsWhenGgufHasAVocabularyOnly(String name) throws IOException {
        Path file = Path.of(System.getProperty("quern.root", ".."))
                .resolve("../shared/cases/tokenizers/ggml-vocab-" + name + ".gguf");
        boolean required = "required".equals(System.getProperty("quern.reference"));
        Assumptions.assumeTrue(required || Files.exists(file), file + " is absent");
        String[] texts = Files.readString(Path.of(file + ".inp")).split("\n__ggml_vocab_test__\n", -1);
        String[] expected = Files.readString(Path.of(file + ".out")).split("\n", -1);
        int last = texts.length - 2;
        JsonNode ids = json(file.toString(), "--text", text(texts[last]).toString()).path("ids");
        assertEquals(expected[last].strip(),
                ids.valueStream().map(JsonNode::asText).collect(Collectors.joining(" ")));
        JsonNode framed = json(file.toString(), "--text", text(texts[last]).toString(), "--special").path("ids");
        assertEquals(ids.size() + (name.equals("llama-spm") ? 1 : 0), framed.size());
    }
}
