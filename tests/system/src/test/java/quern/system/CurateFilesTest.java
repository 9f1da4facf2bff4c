package quern.system;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code quern curate} over local files as a process: with a small heap, killed, with a full disk, and run again. */
class CurateFilesTest {

    private static final int SAMPLES = 5_000;
    private static final int CHECKPOINT_SAMPLES = 400;
    private static final int LETTERS = 1_600;
    private static final int KILLS = 2;
    private static final long HEAP_MIB = 64;
    private static final long LIMIT_S = 120;

    @TempDir
    private Path directory;

    @BeforeEach
    void write() throws IOException {
        Random random = new Random(23);
        try (BufferedWriter rows = Files.newBufferedWriter(directory.resolve("corpus.jsonl"))) {
            for (int i = 0; i < SAMPLES; i++) {
                // Some are equal, some nearly.
                var own = new Random(i % 6 == 0 ? i / 60 : i);
                StringBuilder text = new StringBuilder(random.nextInt(6) == 0 ? "mail a.b@c.example " : "");
                for (int words = 60 + own.nextInt(2000); words > 0; words--) {
                    text.append(Integer.toString(own.nextInt(30_000), 36)).append(own.nextInt(20) == 0 ? ".  " : " ");
                }
                rows.write(i % 1000 == 999 ? "{\"text\": 7}\n" : "{\"text\": \"" + text + "\", \"n\": " + i + "}\n");
            }
        }
        Files.writeString(directory.resolve("recipe.yaml"), """
                dataset_path: corpus.jsonl
                process:
                  - clean_email_mapper:
                  - whitespace_normalization_mapper:
                  - character_repetition_filter: {max_ratio: 0.2}
                  - words_num_filter: {min_num: 100}
                  - document_deduplicator:
                  - document_simhash_deduplicator:
                """);
    }

    private List<String> command(String result) throws IOException {
        List<String> command = ProgramCommand.with(List.of("-Xmx" + HEAP_MIB + "m"));
        command.addAll(List.of("curate", "recipe.yaml", "--export_path", result, "--json",
                "--set", "curation.checkpoint-samples=" + CHECKPOINT_SAMPLES,
                "--data", directory.resolve("data").toString()));
        return command;
    }

    private Process start(String result, Path printed) throws IOException {
        return new ProcessBuilder(command(result)).directory(directory.toFile()).redirectOutput(printed.toFile())
                .redirectError(directory.resolve("errors.txt").toFile()).start();
    }

    @Test
    void shouldSayWhereItStoppedAndGoOnWhenTheDiskWasFull() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "/bin/bash sets the limit that stands for it");
        JsonNode report = finish("whole/result.jsonl");
        List<String> command = new ArrayList<>(List.of("/bin/bash", "-c", "ulimit -f 4000 && exec \"$0\" \"$@\""));
        command.addAll(command("full/result.jsonl"));
        Path printed = directory.resolve("full.txt");
        Process process = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true)
                .redirectOutput(printed.toFile()).start();
        assertTrue(process.waitFor(LIMIT_S, TimeUnit.SECONDS), "it does not end");
        assertEquals(1, process.exitValue());
        String said = read(printed);
        assertTrue(said.contains("curation stopped: ") && said.contains("it goes on from its last checkpoint")
                && !said.contains("\tat "), said);
        JsonNode again = finish("full/result.jsonl");
        assertEquals(report.path("dropped"), again.path("dropped"));
        assertArrayEquals(Files.readAllBytes(directory.resolve("whole/result.jsonl")),
                Files.readAllBytes(directory.resolve("full/result.jsonl")));
    }

    private JsonNode finish(String result) throws IOException, InterruptedException {
        Path printed = directory.resolve("printed.json");
        Process process = start(result, printed);
        boolean ended = process.waitFor(LIMIT_S, TimeUnit.SECONDS);
        process.destroyForcibly().waitFor();
        assertTrue(ended && process.exitValue() == 0,
                () -> "exit " + process.exitValue() + ": " + read(directory.resolve("errors.txt")));
        return ServerProcess.JSON.readTree(printed.toFile());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Samples behind the last checkpoint of an unfinished run; -1 before the first. */
    private static long behind(Path state) {
        try {
            return ServerProcess.JSON.readTree(Files.readAllBytes(state.resolve("checkpoint.json")))
                    .path("counts").path("in").asLong();
        } catch (IOException absent) {
            return -1;
        }
    }

    @Test
    void shouldGiveTheSameBytesInASmallHeapWhenItIsKilledInTheMiddle() throws Exception {
        assertTrue(Files.size(directory.resolve("corpus.jsonl")) > HEAP_MIB / 4 << 20);
        JsonNode report = finish("whole/result.jsonl");
        long dropped = 0;
        for (JsonNode reasons : report.path("dropped")) {
            for (JsonNode count : reasons) {
                dropped += count.asLong();
            }
        }
        assertEquals(SAMPLES, report.path("read").asLong());
        assertEquals(SAMPLES, report.path("kept").asLong() + dropped);
        assertTrue(dropped > 300 && report.path("megabytesPerSecond").asDouble() > 0, report::toString);

        kill(1000, 3 * CHECKPOINT_SAMPLES);
        JsonNode again = finish("killed/result.jsonl");
        assertEquals(report.path("dropped"), again.path("dropped"));
        for (String name : Arrays.asList("result.jsonl", "result_stats.jsonl", "result_lineage.jsonl",
                "rejected.jsonl")) {
            assertArrayEquals(Files.readAllBytes(directory.resolve("whole").resolve(name)),
                    Files.readAllBytes(directory.resolve("killed").resolve(name)), name);
        }
    }

    /** Kills the run of {@code killed/result.jsonl} behind so many samples, and again behind so many more. */
    private void kill(long first, long more) throws Exception {
        Path state = directory.resolve("killed/.result.curation");
        long target = first;
        for (int kill = 0; kill < KILLS; kill++) {
            long from = behind(state);
            long until = target;
            Process process = start("killed/result.jsonl", directory.resolve("killed.json"));
            ServerProcess.await("a checkpoint behind " + until,
                    () -> behind(state) >= until || !process.isAlive());
            assertTrue(process.isAlive(), () -> "ended before it was killed: " + read(directory.resolve("errors.txt")));
            process.destroyForcibly().waitFor();
            assertTrue(from < 0 || read(directory.resolve("errors.txt")).contains(from + " read so far"),
                    "it did not go on from " + from);
            target = behind(state) + more;
        }
    }

    /** A letter in which the same three people turn up as in all others, with a number of its own. */
    private static String letter(int n, Random random) {
        StringBuilder letter = new StringBuilder("Patient: Ngozi Kowalczyk, MRN: 4%07d. ".formatted(n));
        for (int sentence = 0; sentence < 30; sentence++) {
            letter.append(switch (random.nextInt(5)) {
                case 0 -> "Mrs. Kowalczyk called Dr. Alan Pemberton at 617-555-01%02d. ".formatted(random.nextInt(100));
                case 1 -> "She was seen on 2019-03-%02d in the clinic. ".formatted(1 + random.nextInt(28));
                case 2 -> "Her son Torsten Kowalczyk wrote to ngozi.kowalczyk@example.net again. ";
                case 3 -> "Blood pressure was 120/80 mmHg, and 50 mg of metoprolol were given. ";
                default -> "The findings were explained once more, and all questions were answered. ";
            });
        }
        return letter.toString();
    }

    @Test
    void shouldGiveTheSameSurrogatesWhenPseudonymizingIsKilledInTheMiddle() throws Exception {
        Random random = new Random(29);
        try (BufferedWriter rows = Files.newBufferedWriter(directory.resolve("corpus.jsonl"))) {
            for (int i = 0; i < LETTERS; i++) {
                rows.write("{\"text\": \"" + letter(i, random) + "\", \"meta\": {\"of\": \"Ngozi Kowalczyk\"}}\n");
            }
        }
        Files.writeString(directory.resolve("recipe.yaml"), """
                dataset_path: corpus.jsonl
                process:
                  - pseudonymize_identifiers_mapper: {all_fields: true}
                """);
        JsonNode report = finish("whole/result.jsonl");
        assertEquals(LETTERS, report.path("kept").asLong(), report::toString);
        kill(CHECKPOINT_SAMPLES, CHECKPOINT_SAMPLES);
        finish("killed/result.jsonl");
        byte[] whole = Files.readAllBytes(directory.resolve("whole/result.jsonl"));
        assertArrayEquals(whole, Files.readAllBytes(directory.resolve("killed/result.jsonl")));
        List<String> lines = Files.readAllLines(directory.resolve("killed/result.jsonl"));
        assertEquals(LETTERS, lines.size());
        Set<String> people = new HashSet<>();
        for (String line : lines) {
            JsonNode sample = ServerProcess.JSON.readTree(line);
            String of = sample.path("meta").path("of").asText();
            people.add(of);
            assertTrue(sample.path("text").asText().startsWith("Patient: " + of + ", MRN: "), line);
            assertFalse(line.contains("Kowalczyk") || line.contains("kowalczyk") || line.contains("Pemberton"), line);
        }
        assertEquals(1, people.size(), people::toString);
    }
}
