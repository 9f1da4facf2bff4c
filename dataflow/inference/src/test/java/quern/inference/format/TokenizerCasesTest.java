package quern.inference.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import quern.inference.SharedFiles;
import quern.inference.tokenizer.Tokenizer;

class TokenizerCasesTest {

    @ParameterizedTest
    @ValueSource(strings = {"llama-spm", "phi-3", "gpt-2", "deepseek-coder"})
    void shouldEncodeAsReferenceWhenVocabularyIs(String name) throws IOException {
        Path file = SharedFiles.at("cases/tokenizers/ggml-vocab-" + name + ".gguf");
        Tokenizer tokenizer = tokenizer(file);
        String[] texts = Files.readString(Path.of(file + ".inp")).split("\n__ggml_vocab_test__\n", -1);
        String[] expected = Files.readString(Path.of(file + ".out")).split("\n", -1);
        int cases = Math.min(texts.length, expected.length) - 1;
        assertTrue(cases >= 40, cases + " cases");
        for (int i = 0; i < cases; i++) {
            int[] ids = tokenizer.encode(texts[i], false);
            String found = Arrays.stream(ids).mapToObj(Integer::toString).collect(Collectors.joining(" "));
            assertEquals(expected[i].strip(), found, "case " + i + " \"" + texts[i] + "\"");
            assertEquals(texts[i], tokenizer.decode(ids));
        }
    }

    static Tokenizer tokenizer(Path file) throws IOException {
        MemorySegment bytes = MemorySegment.ofArray(Files.readAllBytes(file));
        return GgufVocabulary.tokenizer(GgufReader.read(bytes, file.toString()).metadata(), file.toString());
    }
}
