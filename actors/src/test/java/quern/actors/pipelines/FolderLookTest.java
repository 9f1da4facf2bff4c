package quern.actors.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderLookTest {

    @TempDir
    private Path folder;

    @Test
    void shouldTakeAFileWhenTwoLooksFoundItTheSame() throws IOException {
        FolderLook look = new FolderLook(folder);
        Files.createDirectories(folder.resolve("deep/.hidden"));
        Files.writeString(folder.resolve("b.txt"), "b");
        Files.writeString(folder.resolve("deep/a.txt"), "a");
        Files.writeString(folder.resolve("deep/.hidden/c.txt"), "c");
        for (String passed : List.of(".d", "e~", "f.tmp", "g.part")) {
            Files.writeString(folder.resolve(passed), "x");
        }
        assertEquals(List.of(), paths(look));
        Files.writeString(folder.resolve("b.txt"), "b, longer");
        assertEquals(List.of("deep/a.txt"), paths(look));
        assertEquals(List.of("b.txt", "deep/a.txt"), paths(look));
    }

    @Test
    void shouldSaySoWhenTheFolderIsGone() {
        assertThrows(NoSuchFileException.class, new FolderLook(folder.resolve("absent"))::look);
    }

    private static List<String> paths(FolderLook look) throws IOException {
        return look.look().stream().map(FolderLook.Found::path).toList();
    }
}
