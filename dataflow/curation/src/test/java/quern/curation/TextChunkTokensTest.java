package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.curation.language.OpenNlpDetector;
import quern.curation.library.BuiltInOperators;

/** {@code text_chunk_mapper} that counts tokens. */
class TextChunkTokensTest {

    /** Takes the longest piece it knows, else one character. */
    private record Longest(List<String> known, boolean lower) implements PieceSource {

        @Override
        public String[] pieces(String text) {
            String rest = lower ? text.toLowerCase(Locale.ROOT) : text;
            List<String> pieces = new ArrayList<>();
            while (!rest.isEmpty()) {
                String whole = rest;
                String piece = known.stream().filter(whole::startsWith).max((a, b) -> a.length() - b.length())
                        .orElse(whole.substring(0, whole.offsetByCodePoints(0, 1)));
                pieces.add(piece);
                rest = rest.substring(piece.length());
            }
            return pieces.toArray(String[]::new);
        }

        @Override
        public Optional<int[]> ends(String text) {
            int[] ends = Arrays.stream(pieces(text)).mapToInt(String::length).toArray();
            Arrays.parallelPrefix(ends, Integer::sum);
            return lower ? Optional.empty() : Optional.of(ends);
        }
    }

    /** The tokens of Data-Juicer's own test cases. */
    private static final List<String> KNOWN = List.of("Today", " is", " Sunday", " and", " it", "'s", " a", " happy",
            " day", "!", "Sur", " la", " plate", "forme", " MT", "4", ",", " plusieurs", " man", "ières", " d", "'",
            "acc", "éder", " à", " ces", "ces", " fonction", "nal", "ités", " sont", " con", "ç", "ues", " simult",
            "an", "ément", ".");
    private static final String FRENCH = "Sur la plateforme MT4, plusieurs manières d'accéder à ces fonctionnalités "
            + "sont conçues simultanément.";

    @TempDir
    private Path directory;

    private List<String> chunks(PieceSource tokenizer, String parameters, String text) {
        try {
            Path file = directory.resolve("tokenizer.json");
            Files.writeString(file, "");
            BuiltInOperators library = new BuiltInOperators(null, null, new OpenNlpDetector(), _ -> tokenizer);
            Mapper mapper = (Mapper) new RecipeCompiler(library).compile(Recipe.parse("process:\n  - "
                    + "text_chunk_mapper: {tokenizer: " + file + ", " + parameters + "}\n", Reference.CONFIG))
                    .operators().getFirst();
            return mapper.apply(Reference.draft(text)).stream().map(draft -> draft.text("text")).toList();
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldCutWhereDataJuicerDoesWhenLengthsAreTokens() {
        var tokenizer = new Longest(KNOWN, false);
        String byLength = "max_len: 10, split_pattern: null, overlap_len: 1";
        assertEquals(List.of("Today is Sunday and it's a happy day!"),
                chunks(tokenizer, byLength, "Today is Sunday and it's a happy day!"));
        assertEquals(List.of("Sur la plateforme MT4, plusieurs manières", "ières d'accéder à ces fonctionnalités",
                "ités sont conçues simultanément."), chunks(tokenizer, byLength, FRENCH));
        assertEquals(List.of("欢迎来到阿里巴巴！"), chunks(tokenizer, byLength, "欢迎来到阿里巴巴！"));
        assertEquals(List.of("Sur la plateforme MT4, plusieurs manières", "ières d'accéder à ",
                "ces fonctionnalités sont conçues simultan", "anément."),
                chunks(tokenizer, "max_len: 10, split_pattern: \"\\n\", overlap_len: 1",
                        FRENCH.replace(" ces", " \nces")));
    }

    @Test
    void shouldKeepTheTextAsItStandsWhenTheTokenizerChangesIt() {
        var tokenizer = new Longest(KNOWN.stream().map(piece -> piece.toLowerCase(Locale.ROOT)).toList(), true);
        assertEquals(List.of("Sur la plateforme MT4, plusieurs manières", " d'accéder à ces fonctionnalités sont",
                " conçues simultanément."),
                chunks(tokenizer, "max_len: 10, split_pattern: null", FRENCH));
        assertEquals(List.of("Sunday", "Sunday", "", "sun", "", "day"), chunks(new Longest(List.of("sunday"), true),
                "max_len: 3, split_pattern: \"[ /]\"", "Sunday Sunday sunday".replace("sunday", "sun/day")));
    }

    @Test
    void shouldLoseNothingWhenTextsAreLongOrACharacterHasManyTokens() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        // Four tokens a character beyond the first plane: all but the last end before it.
        PieceSource bytes = new PieceSource() {
            @Override
            public String[] pieces(String text) {
                return new String[ends(text).orElseThrow().length];
            }

            @Override
            public Optional<int[]> ends(String text) {
                List<Integer> ends = new ArrayList<>();
                for (int at = 0; at < text.length();) {
                    int next = text.offsetByCodePoints(at, 1);
                    ends.addAll(next == at + 1 ? List.of(next) : List.of(at, at, at, next));
                    at = next;
                }
                return Optional.of(ends.stream().mapToInt(Integer::intValue).toArray());
            }
        };
        for (int round = 0; round < 200; round++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(900); length > 0; length--) {
                text.append(random.nextInt(9) == 0 ? "🦊" : random.nextInt(6) == 0 ? "\n" : "x");
            }
            PieceSource tokenizer = random.nextBoolean() ? bytes : new Longest(List.of("xx", "xxx", "x\n"), false);
            int maxLen = 1 + random.nextInt(40);
            assertEquals(text.toString(), String.join("", chunks(tokenizer,
                    "split_pattern: null, max_len: " + maxLen, text.toString())), "seed " + seed);
            List<String> cut = chunks(tokenizer, "split_pattern: \"\\n\", max_len: " + maxLen, text.toString());
            assertEquals(text.toString().replace("\n", ""), String.join("", cut).replace("\n", ""), "seed " + seed);
            for (String chunk : cut) {
                assertTrue(chunk.codePointCount(0, chunk.length()) == 1 || tokenizer.pieces(chunk).length <= maxLen,
                        () -> "seed " + seed + ": " + chunk);
            }
        }
    }

    @Test
    void shouldCutByLengthOnlyWhenThePatternIsNothing() {
        Mapper mapper = (Mapper) Reference.pipeline(
                "process:\n  - text_chunk_mapper: {max_len: 4, overlap_len: 2, split_pattern: null}\n").operators()
                .getFirst();
        assertEquals(List.of("ab\n\n", "\n\ncd", "cd"), mapper.apply(Reference.draft("ab\n\ncd")).stream()
                .map(draft -> draft.text("text")).toList());
        assertEquals(List.of("ab\nc"), mapper.apply(Reference.draft("ab\nc")).stream()
                .map(draft -> draft.text("text")).toList());
    }

    @Test
    void shouldSayWhatToSetWhenThereIsNoTokenizer() {
        RecipeException named = assertThrows(RecipeException.class, () -> Reference.pipeline(
                "process:\n  - text_chunk_mapper: {max_len: 10, tokenizer: gpt-4o}\n"));
        assertTrue(named.problems().stream().anyMatch(RecipeException.Problem::wantsModel), named.getMessage());
        assertTrue(named.getMessage().contains("set tokenizer to the path of a tokenizer.json"), named.getMessage());
        assertThrows(RecipeException.class, () -> Reference.pipeline(
                "process:\n  - text_chunk_mapper: {max_len: 10, tokenizer: ./no.json}\n"));
    }
}
