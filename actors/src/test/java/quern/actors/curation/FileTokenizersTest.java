package quern.actors.curation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.curation.PieceSource;

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
    void shouldRefuseWhenTheFileIsNoTokenizer() throws java.io.IOException {
        Path file = Files.writeString(directory.resolve("tokenizer.json"), "{ no JSON");
        assertThrows(IllegalArgumentException.class, () -> new FileTokenizers().open(file));
    }
}
