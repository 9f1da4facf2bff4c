package quern.actors.curation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.curation.PieceSource;
import quern.inference.EmbeddedModel;

class FileTokenizersTest {

    @TempDir
    Path directory;

    @Test
    void shouldGiveThePiecesWhenTheFileIsATokenizer() {
        Path model = Path.of(System.getProperty("quern.root", "..")).resolve("../shared/models/stories260K");
        Assumptions.assumeTrue(Files.exists(model));
        String[] expected = {"\u2581Once", "\u2581up", "on", "\u2581a", "\u2581time"};
        for (String file : new String[] {"hf/tokenizer.json", "hf", "stories260K.gguf"}) {
            PieceSource pieces = new FileTokenizers().open(model.resolve(file));
            String[] found = pieces.pieces("Once upon a time");
            assertTrue(String.join("", found).equals(String.join("", expected)), () -> String.join("|", found));
        }
        assertArrayEquals(new String[0], new FileTokenizers().open(model.resolve("hf/tokenizer.json")).pieces(""));
    }

    @Test
    void shouldSayWhereEachPieceEndsInTheTextAsItStands() {
        PieceSource bytes = new FileTokenizers().open(EmbeddedModel.unpack(directory));
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int round = 0; round < 100; round++) {
            StringBuilder built = new StringBuilder(round == 0 ? " Once \uD83E\uDD8A" : "");
            for (int length = random.nextInt(60); length > 0; length--) {
                built.append(random.nextInt(3) == 0 ? "the " : random.nextInt(4) == 0 ? "\uD83E\uDD8A\u4E2D"
                        : " " + (char) ('a' + random.nextInt(26)));
            }
            String text = built.toString();
            int[] ends = bytes.ends(text).orElseThrow();
            assertTrue(ends.length == bytes.pieces(text).length, "seed " + seed);
            assertTrue(text.isEmpty() || ends[ends.length - 1] == text.length(), "seed " + seed);
            for (int i = 1; i < ends.length; i++) {
                boolean halved = ends[i] < text.length() && Character.isLowSurrogate(text.charAt(ends[i]));
                assertTrue(ends[i - 1] <= ends[i] && !halved, "seed " + seed);
            }
        }
        Path stories = Path.of(System.getProperty("quern.root", "..")).resolve("../shared/models/stories260K/hf");
        Assumptions.assumeTrue(Files.exists(stories));
        PieceSource blanks = new FileTokenizers().open(stories);
        assertArrayEquals(new int[] {4, 9, 11, 16}, blanks.ends("Once upon a time").orElseThrow());
        for (String text : new String[] {" Once", "  Once upon", "", "\u4E2D.", "a  b\n c"}) {
            int[] ends = blanks.ends(text).orElseThrow(() -> new AssertionError("'" + text + "'"));
            assertTrue(ends.length == blanks.pieces(text).length
                    && (text.isEmpty() || ends[ends.length - 1] == text.length()), text);
        }
    }

    @Test
    void shouldRefuseWhenTheFileIsNoTokenizer() throws java.io.IOException {
        Path file = Files.writeString(directory.resolve("tokenizer.json"), "{ no JSON");
        assertThrows(IllegalArgumentException.class, () -> new FileTokenizers().open(file));
    }
}
