package quern.inference.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.EngineConfig.Product;
import quern.gpu.scalar.ScalarKernels;
import quern.inference.SharedFiles;
import quern.inference.format.ModelFormatException;

class ReferenceCheckTest {

    private final ReferenceCheck check = new ReferenceCheck(new ScalarKernels());

    @TempDir
    private Path scratch;

    private ReferenceCheck.Result run(Path model, Product product) {
        return check.run(model, ReferenceFiles.answers(model), product);
    }

    private Path copy() throws IOException {
        Path target = Files.createDirectory(scratch.resolve("llama"));
        try (Stream<Path> files = Files.list(SharedFiles.at("reference/hf/llama"))) {
            for (Path file : files.toList()) {
                Files.write(target.resolve(file.getFileName()), Files.readAllBytes(file));
            }
        }
        return target;
    }

    private static void damageFloat(Path file, int index, float value) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(4 * index, value);
        Files.write(file, bytes);
    }

    @Test
    void shouldPassWhenLogitsAndGreedyTokensAreTheReferences() {
        var result = run(SharedFiles.at("reference/hf/llama"), Product.F32);
        assertTrue(result.ok(), result.toString());
        assertEquals("llama", result.architecture());
        assertEquals("F32", result.type());
        assertEquals(Optional.of(true), result.greedyEqual());
        assertTrue(result.maxDifference() > 0 && result.maxDifference() < 2e-4, result.toString());
    }

    @Test
    void shouldFailWhenOneReferenceLogitIsAnother() throws IOException {
        Path model = copy();
        Path logits = model.resolve("logits.f32");
        float value = ByteBuffer.wrap(Files.readAllBytes(logits)).order(ByteOrder.LITTLE_ENDIAN).getFloat(4 * 281);
        damageFloat(logits, 281, value + 1e-3f);
        var result = run(model, Product.F32);
        assertFalse(result.ok());
        assertEquals(1e-3, result.maxDifference(), 1e-4);
        damageFloat(logits, 281, Float.NaN);
        assertFalse(run(model, Product.F32).ok());
    }

    @Test
    void shouldFailWhenOneGreedyTokenIsAnother() throws IOException {
        Path model = copy();
        String cases = Files.readString(model.resolve("cases.json"));
        int at = cases.indexOf("\"greedy\":");
        int from = cases.indexOf('[', at) + 1;
        int to = cases.indexOf(',', from);
        int first = Integer.parseInt(cases.substring(from, to).strip());
        Files.writeString(model.resolve("cases.json"), cases.substring(0, from) + (first + 1) % 200
                + cases.substring(to));
        var result = run(model, Product.F32);
        assertEquals(Optional.of(false), result.greedyEqual());
        assertFalse(result.ok());
    }

    @Test
    void shouldAllowTwiceTheDistanceOfAnotherEngineWhenActivationsAreRounded() {
        Path model = SharedFiles.at("reference/gguf/qwen2-Q4_0.gguf");
        var exact = run(model, Product.F32);
        var served = run(model, Product.Q8);
        assertTrue(exact.ok() && exact.tolerance() == 1e-3, exact.toString());
        assertTrue(served.ok() && served.tolerance() > 1e-2 && served.tolerance() < 0.5, served.toString());
        assertTrue(served.maxDifference() > 10 * exact.maxDifference(), served.toString());
    }

    @Test
    void shouldComparePositionsWhenAnswersAreBesideTheFile() {
        var result = run(SharedFiles.at("models/stories260K/stories260K.gguf"), Product.F32);
        assertTrue(result.ok() && result.maxDifference() > 1e-4, result.toString());
        assertEquals(Optional.of(true), result.greedyEqual());
    }

    @Test
    void shouldRunAFewTokensWhenThereAreNoAnswers() {
        var result = run(SharedFiles.at("models/stories260K/hf"), Product.Q8);
        assertTrue(result.ok() && !result.hasReference() && Double.isNaN(result.maxDifference()), result.toString());
    }

    @Test
    void shouldReportWhenModelCannotBeOpened() throws IOException {
        Path file = Files.writeString(scratch.resolve("notes.gguf"), "these are notes");
        var result = run(file, Product.F32);
        assertFalse(result.ok());
        assertTrue(result.problem().orElseThrow().contains("GGUF"), result.toString());
    }

    @Test
    void shouldRefuseWhenAnswersAreShorterThanTheySay() throws IOException {
        Path model = copy();
        Files.write(model.resolve("logits.f32"), new byte[100]);
        var refused = assertThrows(ModelFormatException.class, () -> ReferenceFiles.answers(model));
        assertTrue(refused.getMessage().contains("holds 25 floats"), refused.getMessage());
        Files.writeString(model.resolve("cases.json"), "{\"prompts\": []");
        assertThrows(ModelFormatException.class, () -> ReferenceFiles.answers(model));
        Files.writeString(model.resolve("cases.json"), "{\"prompts\": []}");
        assertThrows(ModelFormatException.class, () -> ReferenceFiles.answers(model));
    }

    @Test
    void shouldFindEveryModelWhenSearchingADirectory() throws IOException {
        copy();
        Files.writeString(Files.createDirectory(scratch.resolve("empty")).resolve("config.json"), "{}");
        Files.writeString(scratch.resolve("a.gguf"), "x");
        var found = ReferenceFiles.find(scratch);
        assertEquals(2, found.size(), found.keySet().toString());
        assertTrue(found.get(scratch.resolve("llama")).isPresent());
    }
}
