package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.ingest.Sample;

class PieceDeduplicationTest {

    @TempDir
    Path directory;

    @Test
    void shouldCutLinesThatASampleBeforeHas() throws IOException {
        assertEquals(List.of("Menu\nAbout us\n\nfirst text\nHome", "second text", "third\n\n\ntext\r\n"),
                run("line_deduplicator:", "Menu\nAbout us\n\nfirst text\nHome", "Menu\nsecond text\nHome",
                        "third\n\n\nMenu \ntext\r\n"));
    }

    @Test
    void shouldDropASampleOfWhichNothingIsLeftAndNameTheOneThatHasIt() throws IOException {
        assertEquals(List.of("a b\nc d", "e"), run("line_deduplicator:", "a b\nc d", "c d\n\na b\n", "e"));
        List<RejectLog.Entry> dropped = new ArrayList<>();
        RejectLog.read(directory.resolve("run-0"), dropped::add);
        assertEquals("nothing left but repeated pieces", dropped.getFirst().reason());
        assertEquals("document-0@0-7", dropped.getFirst().standsFor());
    }

    @Test
    void shouldCountAndLogWhatWasCut() throws IOException {
        run("line_deduplicator:", "a\nb\nc", "b\nc\nd", "d\ne");
        RunReport.Line line = RunReport.read(directory.resolve("run-0")).operators().stream()
                .filter(l -> l.operator().equals("line_deduplicator")).findFirst().orElseThrow();
        assertEquals(3L, line.noted().get("repeated pieces cut out"));
        List<RejectLog.Entry> changed = new ArrayList<>();
        RejectLog.read(directory.resolve("run-0"), changed::add);
        assertEquals(List.of(List.of("line_deduplicator"), List.of("line_deduplicator")),
                changed.stream().map(RejectLog.Entry::changedBy).toList());
    }

    @Test
    void shouldCutPiecesRepeatedWithinASampleUnlessTheyMayStay() throws IOException {
        assertEquals(List.of("x\ny"), run("line_deduplicator:", "x\ny\nx"));
        assertEquals(List.of("x\ny\nx", "z"), run("line_deduplicator: {within_sample: false}", "x\ny\nx", "x\nz"));
    }

    @Test
    void shouldCompareParagraphsWhereBlankLinesPartThem() throws IOException {
        assertEquals(List.of("\n\nOne a\nOne b\n\n\nTwo\n", "Three\n\nFour"), run("paragraph_deduplicator:",
                "\n\nOne a\nOne b\n\n\nTwo\n", "One a\nOne b\n \nThree\n\nTwo\n\nFour"));
    }

    @Test
    void shouldCompareWindowsOfSentencesAndKeepAMinimum() throws IOException {
        String shared = "The pump is red. It stands outside. It is never used. ";
        assertEquals(List.of(shared + "More follows.", "Other words. Then some more."),
                run("sentence_deduplicator:", shared + "More follows.", "Other words. " + shared + "Then some more."));
        assertEquals(List.of(shared + "More follows."), run("sentence_deduplicator: {min_words_left: 6}",
                shared + "More follows.", "Other words. " + shared + "Then some more."));
        assertEquals(List.of("The pump is red.", "The pump is red."),
                run("sentence_deduplicator:", "The pump is red.", "The pump is red."));
    }

    @Test
    void shouldCountOnlyWhatIsLeftAsSeen() throws IOException {
        assertEquals(List.of("a\nb\nc", "d", "b\nc\nd"),
                run("line_deduplicator: {window: 3}", "a\nb\nc", "a\nb\nc\nd", "b\nc\nd"));
    }

    @Test
    void shouldNameTheFirstSampleThatHasWhatIsRepeated() throws IOException {
        run("line_deduplicator: {within_sample: false}", "x\nx", "y\nx\ny", "x\nx", "y");
        List<String> found = new ArrayList<>();
        DuplicateLog.read(directory.resolve("run-0"), entry -> found.add(entry.standsFor()));
        assertEquals(List.of("document-0@0-3", "document-1@0-5"), found);
    }

    @Test
    void shouldForgetWhatADroppedSampleHad() throws IOException {
        assertEquals(List.of("a", "kept line\nis here"),
                run("line_deduplicator: {min_words_left: 3}", "a", "a\nkept line", "kept line\nis here"));
    }

    @Test
    void shouldCutParagraphsByTheShareOfKnownNgrams() throws IOException {
        String recipe = "line_deduplicator: {ngram_size: 3, threshold: 0.5}";
        assertEquals(List.of("one two three four five six", "q"),
                run(recipe, "one two three four five six", "zero two three four five six\nq"));
        assertEquals(List.of("one two three four five six", "one two x four five six\nq"),
                run(recipe, "one two three four five six", "one two x four five six\nq"));
    }

    @Test
    void shouldCompareByTheKeyAskedFor() throws IOException {
        assertEquals(List.of("Page 1 of 9\nx", "y"), run("line_deduplicator: {lowercase: true, "
                + "ignore_non_character: true}", "Page 1 of 9\nx", "PAGE 2 of 9.\ny"));
        assertEquals(List.of("ab\nlonger line", "ab\nrest"), run("line_deduplicator: {min_len: 3}",
                "ab\nlonger line", "ab\nlonger line\nrest"));
    }

    @Test
    void shouldAgreeWithASetOfLinesWhenTextsAreAnything() throws IOException {
        Random random = new Random(3);
        String[] parts = {"a", "b ", "\ud800", "\ud83d\ude00", "\0", "\n", "\n", "\n\n", "\u00e9", "long words here "};
        String[] texts = new String[300];
        Set<String> seen = new LinkedHashSet<>();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < texts.length; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(40); n >= 0; n--) {
                text.append(parts[random.nextInt(parts.length)]);
            }
            texts[i] = text.toString();
            List<String> left = Arrays.stream(texts[i].split("\n")).map(String::strip)
                    .filter(line -> !line.isEmpty() && seen.add(line.replace("\ud800", "?"))).toList();
            if (!left.isEmpty() || texts[i].isBlank()) {
                expected.add(String.join("\n", left));
            }
        }
        List<String> found = run("line_deduplicator:", texts).stream().map(text -> String.join("\n",
                Arrays.stream(text.split("\n")).map(String::strip).filter(line -> !line.isEmpty()).toList())).toList();
        assertEquals(expected.stream().map(text -> text.replace("\ud800", "?")).toList(),
                found.stream().map(text -> text.replace("\ud800", "?")).toList());
    }

    @Test
    void shouldRefuseParametersThatContradictEachOther() {
        RecipeException e = assertThrows(RecipeException.class, () -> Reference.pipeline(
                "process:\n  - line_deduplicator: {window: 2, ngram_size: 3}\n"));
        assertTrue(e.getMessage().contains("ngram_size"), e.getMessage());
        assertThrows(RecipeException.class, () -> Reference.pipeline(
                "process:\n  - paragraph_deduplicator: {threshold: 0}\n"));
    }

    private List<String> run(String step, String... texts) throws IOException {
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < texts.length; i++) {
            samples.add(Reference.sample(i, texts[i]));
        }
        int runs = directory.toFile().list().length;
        List<String> kept = new ArrayList<>();
        for (JsonNode line : Reference.run(Reference.pipeline("process:\n  - " + step + "\n"), samples,
                directory.resolve("run-" + runs))) {
            kept.add(line.path("text").asText());
        }
        return kept;
    }
}
