package quern.ingest.reader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.DataSize;
import quern.config.OcrConfig;

/** With scripts in tesseract's place; a page drawn by PDFBox is a PNG of more than a few bytes. */
class OcrTest {

    @TempDir
    Path directory;

    @Test
    void shouldReadPagesWithoutTextAndMarkThem() throws IOException {
        script("n=$(wc -c); [ $n -gt 200 ] && echo \"seen with $4 at $6\" && printf '\\f'");
        var items = items("a.pdf", Documents.pdf("With text", ""), config(Duration.ofSeconds(20)));
        assertEquals(List.of("{\"text\":\"With text\",\"page\":1}",
                "{\"text\":\"seen with eng+deu at 100\",\"page\":2,\"ocr\":true}"), items);
        byte[] png = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0};
        script("wc -c; ulimit -v");
        assertEquals(List.of("{\"text\":\"10\\n262144\",\"ocr\":true}"),
                items("a.png", png, config(Duration.ofSeconds(20))));
    }

    @Test
    void shouldEndAPageThatTakesTooLongAndGoOn() throws IOException {
        script("cat > /dev/null; echo half; exec sleep 600");
        assertTimeout(Duration.ofSeconds(30), () -> assertEquals(
                List.of("{\"text\":\"One\",\"page\":1}", "character recognition took longer than ocr.page-timeout",
                        "{\"text\":\"Three\",\"page\":3}"),
                items("a.pdf", Documents.pdf("One", "", "Three"), config(Duration.ofMillis(300)))));
    }

    @Test
    void shouldSayWhyWhenItFailsOrIsAbsent() throws IOException {
        script("exit 3");
        assertEquals(List.of("{\"text\":\"One\",\"page\":1}", "character recognition failed"),
                items("a.pdf", Documents.pdf("One", ""), config(Duration.ofSeconds(20))));
        Files.delete(directory.resolve("tesseract"));
        OcrConfig config = config(Duration.ofSeconds(20));
        assertEquals(List.of("{\"text\":\"One\",\"page\":1}",
                "pdf page without text layer, and tesseract is not installed"),
                items("a.pdf", Documents.pdf("One", ""), config));
        assertEquals(List.of("no text layer, and tesseract is not installed"),
                items("a.pdf", Documents.pdf("", ""), config));
        byte[] jpeg = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF, 0};
        assertEquals(List.of("picture without text, and tesseract is not installed"), items("a.jpg", jpeg, config));
    }

    private OcrConfig config(Duration timeout) {
        return new OcrConfig("tesseract", "eng+deu", timeout, DataSize.parse("256MiB"), 100, 10);
    }

    private void script(String body) throws IOException {
        Path file = directory.resolve("tesseract");
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private List<String> items(String name, byte[] bytes, OcrConfig config) {
        var limits = new ReadLimits(1 << 20, 16 << 20, 100, Ocr.of(config, "/nowhere:" + directory));
        List<String> items = new ArrayList<>();
        try (Reading reading = new DocumentReader(limits).read(
                Documents.of(name, bytes), new ByteArrayInputStream(bytes))) {
            for (Item item = reading.next(); item != null; item = reading.next()) {
                items.add(switch (item) {
                    case Item.Whole whole -> whole.sample().fields().toString();
                    case Item.Refused refused -> refused.reason();
                });
            }
        }
        return items;
    }
}
