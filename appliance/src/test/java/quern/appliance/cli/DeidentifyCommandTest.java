package quern.appliance.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.appliance.cli.FakeServer.Outcome;

class DeidentifyCommandTest {

    @TempDir
    Path directory;

    private static Outcome run(String... arguments) {
        List<String> line = new ArrayList<>(List.of("deidentify"));
        line.addAll(List.of(arguments));
        return FakeServer.runAlone(line.toArray(String[]::new));
    }

    @Test
    void shouldPrintTheMaskedTextAndCountsWhenATextIsGiven() throws IOException {
        Path text = Files.writeString(directory.resolve("a.txt"), "Mr. Kowalczyk, SSN 219-09-9999.\n");
        Outcome masked = run(text.toString());
        assertEquals("Mr. [NAME], SSN [SSN].\n", masked.out());
        assertTrue(masked.err().contains("1 masked name") && masked.err().contains("1 masked ssn"), masked.err());
        assertFalse(masked.err().contains("Kowalczyk"));
        assertEquals("Mr. Kowalczyk, SSN [SSN].\n", run(text.toString(), "--kinds", "ssn").out());
        assertTrue(run(text.toString(), "--json").out().contains("\"counts\":{\"masked name\":1"));
    }

    @Test
    void shouldSayWhatIsExpectedWhenThereIsNoSuchRecognizer() throws IOException {
        Path text = Files.writeString(directory.resolve("a.txt"), "Mr. Kowalczyk\n");
        Outcome refused = run(text.toString(), "--recognizer", "model");
        assertEquals(2, refused.exitCode());
        assertTrue(refused.err().contains("--recognizer is 'model', expected rules or rules+model"), refused.err());
    }

    @Test
    void shouldMakeItsKeyOnceWhenNoneIsGiven() throws IOException {
        Path text = Files.writeString(directory.resolve("a.txt"), "Mr. Kowalczyk was seen.\n");
        String data = directory.resolve("data").toString();
        String first = run(text.toString(), "--pseudonymize", "--data", data).out();
        assertEquals(first, run(text.toString(), "--pseudonymize", "--data", data).out());
        assertFalse(first.contains("Kowalczyk") || first.contains("["), first);
        Path key = Files.writeString(directory.resolve("key"), "another secret of mine");
        assertFalse(first.equals(run(text.toString(), "--pseudonymize", "--key", key.toString()).out()));
    }

    @Test
    void shouldKeepOtherFieldsWhenLinesAreGiven() throws IOException {
        Path lines = Files.writeString(directory.resolve("a.jsonl"),
                "{\"id\":7,\"text\":\"Mr. Kowalczyk\"}\nbroken\n{\"text\":\"The code 12345678 was noted.\"}\n");
        Outcome outcome = run(lines.toString(), "--when-unsure", "drop");
        assertEquals("{\"id\":7,\"text\":\"Mr. [NAME]\"}\n", outcome.out());
        assertTrue(outcome.err().contains("1 dropped, identifier unsure")
                && outcome.err().contains("1 dropped, no text in field text"), outcome.err());
        assertFalse(outcome.exitCode() == 0);
    }

    @Test
    void shouldSayWhatIsExpectedWhenAnOptionIsWrong() throws IOException {
        Path text = Files.writeString(directory.resolve("a.txt"), "a");
        assertTrue(run(text.toString(), "--kinds", "nose").err().contains("no kind of identifier 'nose'"));
        assertTrue(run(text.toString(), "--when-unsure", "x").err().contains("expected keep, drop or mask"));
        assertTrue(run("--pseudonymize", "--key", "/nowhere", text.toString()).err().contains("no key file /nowhere"));
    }
}
