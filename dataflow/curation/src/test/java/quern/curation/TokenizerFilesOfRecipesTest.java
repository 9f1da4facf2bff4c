package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.curation.language.OpenNlpDetector;
import quern.curation.library.BuiltInOperators;
import quern.curation.text.TextView;

class TokenizerFilesOfRecipesTest {

    @TempDir
    Path directory;

    /** A tokenizer that cuts behind every second character and marks the first piece of a word. */
    private static Pipeline compile(String step) {
        return compile(step, _ -> text -> text.replace(" ", "\u2581").split("(?<=\\G..)"));
    }

    private static Pipeline compile(String step, TokenizerOpener opener) {
        BuiltInOperators library = new BuiltInOperators(null, null, new OpenNlpDetector(), opener);
        return new RecipeCompiler(library).compile(Recipe.parse("process:\n  - " + step + "\n", Reference.CONFIG));
    }

    private static double measured(String step, String text) {
        return ((RangeFilter) compile(step).operators().getFirst()).measure(new TextView(text));
    }

    @Test
    void shouldCountThePiecesOfTheFileWhenARecipeNamesOne() throws IOException {
        Path file = Files.createFile(directory.resolve("tokenizer.json"));
        assertEquals(3, measured("token_num_filter: {hf_tokenizer: " + file + "}", "abcde"));
        assertEquals(5.0 / 3, measured("alphanumeric_filter: {tokenization: true, hf_tokenizer: " + file + "}",
                "abcde"));
        assertEquals(3, measured("words_num_filter: {tokenization: true, sp_model: " + file + "}", "abcde"));
        String step = "remove_words_with_incorrect_substrings_mapper: {tokenization: true, substrings: [cd], sp_model: "
                + file + "}";
        assertEquals("ab ef", ((TextMapper) compile(step).operators().getFirst()).map("abcd ef"));
        assertEquals("abxxef", ((TextMapper) compile(step).operators().getFirst()).map("abxxef"));
    }

    @Test
    void shouldMeasurePerplexityByTheFilesWhenARecipeNamesThem() throws IOException {
        Path pieces = Files.createFile(directory.resolve("sp.model"));
        for (String name : new String[] {"mill-probing.bin", "mill-array-trie.bin", "mill.arpa"}) {
            Path model = directory.resolve(name);
            try (var in = getClass().getResourceAsStream("kenlm/" + name)) {
                Files.copy(in, model);
            }
            Operator filter = compile("perplexity_filter: {kenlm_model: " + model + ", sp_model: " + pieces
                    + ", max_ppl: 300}", _ -> text -> text.split(" ")).operators().getFirst();
            // 10 ^ (25.6976471 / 13), of the first line of mill.scores, which is KenLM's.
            assertEquals(94.8, ((RangeFilter) filter).measure(new TextView(
                    "the na\u00EFve the grain wheel the mill mill water \uD83C\uDF3E the wheel")));
        }
    }

    @Test
    void shouldCompareShinglesOfPiecesWhenARecipeSaysSo() throws IOException {
        Path file = Files.createFile(directory.resolve("sp.model"));
        Pipeline pipeline = compile("document_minhash_deduplicator: {tokenization: sentencepiece, window_size: 2, "
                + "tokenizer_model: " + file + "}");
        var lines = Reference.run(pipeline, java.util.List.of(Reference.sample(0, "abcdefgh"),
                Reference.sample(1, "ABCDEFGH"), Reference.sample(2, "bcdefgh"), Reference.sample(3, "ab")),
                directory.resolve("run"));
        assertEquals(java.util.List.of("abcdefgh", "bcdefgh", "ab"),
                lines.stream().map(line -> line.path("text").asText()).toList());
        assertThrows(RecipeException.class,
                () -> compile("document_simhash_deduplicator: {tokenization: sentencepiece}"));
    }

    @Test
    void shouldSayWhatToSetWhenThereIsNoTokenizer() {
        for (String step : new String[] {"token_num_filter:", "words_num_filter: {tokenization: true}",
            "token_num_filter: {hf_tokenizer: /no/such.json}", "perplexity_filter:",
            "perplexity_filter: {kenlm_model: x.bin}", "perplexity_filter: {kenlm_model: x.bin, sp_model: y.model}"}) {
            RecipeException e = assertThrows(RecipeException.class, () -> compile(step), step);
            assertTrue(e.getMessage().matches("(?s).*(set (hf_tokenizer|sp_model|kenlm_model)|does not exist|"
                    + "expected the SentencePiece|cannot be read).*"), e.getMessage());
        }
    }
}
