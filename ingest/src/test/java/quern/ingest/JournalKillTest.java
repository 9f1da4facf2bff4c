package quern.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.io.TempDir;
import quern.config.EncryptionConfig;
import quern.ingest.DocumentJournal.Append;
import quern.ingest.DocumentJournal.Appended;
import quern.kv.journal.Ownership;
import quern.kv.vault.Vault;

/** A process that appends is killed without warning; whatever it had acknowledged is there, whole. */
class JournalKillTest {

    @TempDir
    private Path folder;

    private static Vault vault(Path data) {
        return Vault.open(data, new EncryptionConfig(true, Optional.empty()), Map.of());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 17, 120, 400})
    void shouldHoldEverythingAcknowledgedWhenTheWriterIsKilled(int linesBeforeKill) throws Exception {
        List<String> acknowledged = appendUntilKilled(linesBeforeKill);
        assertTrue(acknowledged.size() >= linesBeforeKill, "only " + acknowledged.size() + " lines");
        try (var journal = DocumentJournal.open(folder.resolve("documents"),
                DocumentJournalTest.config(), vault(folder))) {
            for (String line : acknowledged) {
                DocumentId id = new DocumentId(line);
                assertEquals(id, SpooledBody.of(DocumentJournalTest.content(journal, id)).id());
            }
            assertEquals(0, journal.damaged());
            var cursor = journal.cursor(0);
            long walked = 0;
            while (cursor.next() != null) {
                walked++;
            }
            assertEquals(journal.documents(), walked);
        }
    }

    private List<String> appendUntilKilled(int linesBeforeKill) throws IOException, InterruptedException {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m",
                        "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                        Writer.class.getName(), folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        List<String> acknowledged = new ArrayList<>();
        try (BufferedReader lines = child.inputReader(StandardCharsets.US_ASCII)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.length() == 64) {
                    acknowledged.add(line);
                }
                if (acknowledged.size() == linesBeforeKill) {
                    child.toHandle().destroyForcibly();
                }
            }
        } finally {
            child.destroyForcibly();
        }
        assertTrue(child.waitFor(20, TimeUnit.SECONDS));
        assertFalse(child.isAlive());
        return acknowledged;
    }

    /** Appends batches of documents for ever and prints the id of each one acknowledged. */
    static final class Writer {

        private Writer() {}

        public static void main(String[] arguments) {
            Random random = new Random(11);
            PrintStream out = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true);
            try (var journal = DocumentJournal.open(Path.of(arguments[0], "documents"),
                    DocumentJournalTest.config(), vault(Path.of(arguments[0])))) {
                for (int batch = 0; batch < 100_000; batch++) {
                    List<Append> appends = new ArrayList<>();
                    for (int i = 0; i <= random.nextInt(12); i++) {
                        byte[] body = new byte[random.nextInt(3000)];
                        random.nextBytes(body);
                        appends.add(new Append(SpooledBody.of(body), "", "d", Ownership.of("k", Set.of())));
                    }
                    for (DocumentJournal.AppendReply reply : journal.appendAll(appends)) {
                        if (reply instanceof Appended appended) {
                            out.println(appended.id().hex());
                        }
                    }
                }
            }
        }
    }
}
