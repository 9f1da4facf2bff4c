package quern.tuning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.QuernException;
import quern.gpu.kernel.RopeTable;
import quern.gpu.scalar.Dequantizer;
import quern.gpu.tensor.Rows;
import quern.gpu.tensor.Tensor;
import quern.inference.format.SafetensorsReader;
import quern.inference.transformer.LoraWeights;
import quern.inference.transformer.LoraWeights.Pair;
import quern.inference.transformer.ModelShape;

class AdapterFileTest {

    private static final Set<LoraTarget> TARGETS = Set.of(LoraTarget.QUERY, LoraTarget.KEY, LoraTarget.DOWN);
    private static final LoraSettings SETTINGS = new LoraSettings(3, 6, true, TARGETS, 0);

    @TempDir
    private Path directory;

    private static ModelShape shape(boolean interleaved) {
        return new ModelShape("llama", 2, 8, 2, 1, 4, 10, 11, 16, 1e-5f, RopeTable.of(interleaved, 4, 10_000), true,
                false);
    }

    private static LoraWeights weights() {
        var targets = new TreeMap<String, Pair>();
        for (int layer = 0; layer < 2; layer++) {
            targets.put(LoraTarget.QUERY.tensorName(layer), pair(8, 8, layer));
            targets.put(LoraTarget.KEY.tensorName(layer), pair(8, 4, layer));
            targets.put(LoraTarget.DOWN.tensorName(layer), pair(10, 8, layer));
        }
        return new LoraWeights(3, SETTINGS.scale(), targets);
    }

    private static Pair pair(int inputs, int outputs, int layer) {
        Rows a = new Rows(3, inputs);
        Rows b = new Rows(outputs, 3);
        for (int i = 0; i < a.values().length; i++) {
            a.values()[i] = i + layer;
        }
        for (int i = 0; i < b.values().length; i++) {
            b.values()[i] = 0.5f * i - layer;
        }
        return new Pair(a, b);
    }

    @Test
    void shouldComeBackEqualWhenWrittenAndRead() {
        for (boolean interleaved : new boolean[] {true, false}) {
            AdapterFile.write(directory, weights(), SETTINGS, shape(interleaved), "base");
            AdapterFile.Loaded loaded = AdapterFile.read(directory, shape(interleaved));
            assertEquals(weights().fingerprint(), loaded.weights().fingerprint());
            assertEquals(SETTINGS, loaded.settings());
        }
    }

    private static LoraWeights withMagnitudes() {
        var targets = new TreeMap<String, Pair>();
        weights().targets().forEach((name, pair) -> {
            Rows magnitudes = new Rows(pair.b().count(), 1);
            for (int row = 0; row < magnitudes.count(); row++) {
                magnitudes.values()[row] = 10 + row;
            }
            targets.put(name, new Pair(pair.a(), pair.b(), Optional.of(magnitudes)));
        });
        return new LoraWeights(3, SETTINGS.scale(), targets);
    }

    @Test
    void shouldKeepMagnitudesInTheOrderOfHuggingFaceWhenThereAreSome() throws IOException {
        LoraSettings dora = new LoraSettings(3, 6, true, TARGETS, 0, true);
        for (boolean interleaved : new boolean[] {true, false}) {
            AdapterFile.write(directory, withMagnitudes(), dora, shape(interleaved), "base");
            AdapterFile.Loaded loaded = AdapterFile.read(directory, shape(interleaved));
            assertEquals(withMagnitudes().fingerprint(), loaded.weights().fingerprint());
            assertEquals(dora, loaded.settings());
            byte[] bytes = Files.readAllBytes(directory.resolve("adapter_model.safetensors"));
            Map<String, Tensor> tensors = SafetensorsReader.read(MemorySegment.ofArray(bytes), "adapter");
            assertEquals(18, tensors.size());
            Tensor query = tensors.get("base_model.model.model.layers.1.self_attn.q_proj.lora_magnitude_vector");
            assertEquals("1 x 8", query.rows() + " x " + query.columns());
            float[] found = new float[8];
            Dequantizer.row(query, 0, found, 0);
            assertArrayEquals(interleaved ? new float[] {10, 12, 11, 13, 14, 16, 15, 17}
                    : new float[] {10, 11, 12, 13, 14, 15, 16, 17}, found);
        }
        Path config = directory.resolve("adapter_config.json");
        Files.writeString(config, Files.readString(config).replace("\"use_dora\" : true", "\"use_dora\" : false"));
        String refused = assertThrows(
                QuernException.class, () -> AdapterFile.read(directory, shape(false))).getMessage();
        assertTrue(refused.contains("has a model.layers.0.self_attn.k_proj.lora_magnitude_vector, though"
                + " adapter_config.json has 'use_dora' false"), refused);
    }

    @Test
    void shouldBeInTheOrderOfHuggingFaceWhenTheBaseIsInterleaved() throws IOException {
        AdapterFile.write(directory, weights(), SETTINGS, shape(true), "base");
        byte[] bytes = Files.readAllBytes(directory.resolve("adapter_model.safetensors"));
        Map<String, Tensor> tensors = SafetensorsReader.read(MemorySegment.ofArray(bytes), "adapter");
        assertEquals(12, tensors.size());
        Tensor query = tensors.get("base_model.model.model.layers.1.self_attn.q_proj.lora_B.weight");
        int[] order = {0, 2, 1, 3, 4, 6, 5, 7};
        for (int row = 0; row < 8; row++) {
            float[] found = new float[3];
            Dequantizer.row(query, row, found, 0);
            float first = 0.5f * (3 * order[row]) - 1;
            assertArrayEquals(new float[] {first, first + 0.5f, first + 1}, found);
        }
    }

    @Test
    void shouldRefuseAnAdapterThatIsDamagedOrOfAnotherBase() throws IOException {
        AdapterFile.write(directory, weights(), SETTINGS, shape(true), "base");
        Path config = directory.resolve("adapter_config.json");
        Path file = directory.resolve("adapter_model.safetensors");
        String text = Files.readString(config);
        byte[] bytes = Files.readAllBytes(file);
        ModelShape shallow = new ModelShape("llama", 1, 8, 2, 1, 4, 10, 11, 16, 1e-5f, shape(true).rope(), true, false);
        assertThrows(QuernException.class, () -> AdapterFile.read(directory, shallow));
        for (String other : new String[] {
            text.replace("\"use_dora\" : false", "\"use_dora\" : true"), text.replace("q_proj", "qq_proj"),
            text.replace("\"r\" : 3", "\"r\" : 4"), text.replace("\"r\" : 3", "\"r\" : -1"), "{", "[]", ""
        }) {
            Files.writeString(config, other);
            assertThrows(QuernException.class, () -> AdapterFile.read(directory, shape(true)), other);
        }
        Files.writeString(config, text);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 4));
        assertThrows(QuernException.class, () -> AdapterFile.read(directory, shape(true)));
        Files.write(file, new String(bytes, StandardCharsets.ISO_8859_1).replace("layers.1", "layers.7")
                .getBytes(StandardCharsets.ISO_8859_1));
        var refused = assertThrows(QuernException.class, () -> AdapterFile.read(directory, shape(true)));
        assertTrue(refused.getMessage().contains("layers.7"), refused.getMessage());
    }
}
