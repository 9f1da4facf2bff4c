package quern.tuning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import quern.config.EngineConfig.Product;
import quern.config.QuernException;
import quern.gpu.ComputeTeam;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Rows;
import quern.inference.LoadedModel;
import quern.inference.convert.Conversion;
import quern.inference.convert.Importance;
import quern.inference.convert.Progress;
import quern.inference.convert.TypeRule;
import quern.inference.engine.DirectRun;
import quern.inference.format.GgufFamily;
import quern.inference.format.GgufSource;
import quern.inference.format.ModelFile;
import quern.inference.format.ModelFiles;
import quern.inference.transformer.LoraWeights;
import quern.inference.transformer.LoraWeights.Pair;
import quern.tuning.export.LoraGguf;
import quern.tuning.export.MergedModel;
import quern.tuning.export.MergedSafetensors;

/** Adapters merged into their base answer as PEFT's merge_and_unload did, wherever the base came from. */
class ExportReferenceTest {

    @TempDir
    private Path directory;

    private Path folder;
    private Path base;

    private void open(String name) {
        folder = SharedFiles.at("reference/lora/" + name);
        base = SharedFiles.at("reference/hf/" + name.split("-")[0]);
    }

    private LoraWeights adapter(Path model) {
        try (ModelFile file = ModelFiles.open(model)) {
            return AdapterFile.read(folder.resolve("adapter_final"), GgufFamily.shape(file.shape())).weights();
        }
    }

    private static Path write(GgufSource source, Path out, ElementType type) {
        try (source; ComputeTeam team = new ComputeTeam(1)) {
            new Conversion(source, TypeRule.pure(type), Importance.NONE, team, Progress.NONE).write(out);
        }
        return out;
    }

    private Path merged(Path model, String name, ElementType type) {
        return write(new MergedModel(ModelFiles.openSource(model), adapter(model)), directory.resolve(name), type);
    }

    /** @return by how much the logits after the prompts differ at the most */
    private double difference(Path model) throws IOException {
        JsonNode cases = new ObjectMapper().readTree(folder.resolve("cases.json").toFile());
        FloatBuffer expected = ByteBuffer.wrap(Files.readAllBytes(folder.resolve("merged_logits.f32")))
                .order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        double most = 0;
        for (JsonNode prompt : cases.path("prompts")) {
            try (LoadedModel loaded = LoadedModel.load(ModelFiles.open(model), new ScalarKernels(), Product.F32);
                    DirectRun run = new DirectRun(loaded, Optional.empty(), ElementType.F32)) {
                int[] ids = new int[prompt.path("ids").size()];
                for (int i = 0; i < ids.length; i++) {
                    ids[i] = prompt.path("ids").get(i).asInt();
                }
                float[] logits = run.append(ids);
                int from = prompt.path("last_logits_row").asInt() * loaded.shape().vocabulary();
                for (int i = 0; i < loaded.shape().vocabulary(); i++) {
                    double difference = Math.abs(logits[i] - expected.get(from + i));
                    most = difference <= most ? most : difference;
                }
            }
        }
        return most;
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "llama-rslora", "qwen2-dora"})
    void shouldAnswerAsTheMergedModelOfPeft(String name) throws IOException {
        open(name);
        double ofDirectory = difference(merged(base, "directory.gguf", ElementType.F32));
        assertTrue(ofDirectory <= 2e-3, "" + ofDirectory);
        Path converted = write(ModelFiles.openSource(base), directory.resolve("base.gguf"), ElementType.F32);
        double unmerged = difference(converted);
        assertTrue(unmerged > 0.1, "the adapter does nothing: " + unmerged);
        double ofGguf = difference(merged(converted, "gguf.gguf", ElementType.F32));
        assertTrue(ofGguf <= 2e-3, "" + ofGguf);
        double rounded = difference(merged(converted, "f16.gguf", ElementType.F16));
        assertTrue(rounded > 0 && rounded < 0.05, "" + rounded);
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "llama-rslora", "qwen2-dora"})
    void shouldAnswerAsTheMergedModelOfPeftWhenWrittenAsSafetensors(String name) throws IOException {
        open(name);
        try (ModelFile file = ModelFiles.open(base)) {
            LoraWeights adapter = AdapterFile.read(folder.resolve("adapter_final"), file.shape()).weights();
            Path out = directory.resolve("merged");
            Map<String, Long> files = MergedSafetensors.write(base, adapter, out, Progress.NONE);
            double difference = difference(out);
            assertTrue(difference <= 2e-3, "" + difference);
            for (Map.Entry<String, Long> written : files.entrySet()) {
                assertEquals(written.getValue(), Files.size(out.resolve(written.getKey())));
                assertEquals(written.getValue(), Files.size(base.resolve(written.getKey())), written.getKey());
            }
            assertArrayEquals(Files.readAllBytes(base.resolve("config.json")),
                    Files.readAllBytes(out.resolve("config.json")));
            try (Stream<Path> all = Files.list(directory)) {
                assertEquals(List.of(out), all.toList(), "what was being written");
            }
            assertThrows(QuernException.class, () -> MergedSafetensors.write(base, adapter, out, Progress.NONE));
        }
    }

    /** Several files, BF16: what has nothing to be added to it stays bit for bit. */
    @Test
    void shouldLeaveEveryByteWhereTheAdapterAddsNothing() throws IOException {
        Path sharded = SharedFiles.at("reference/hf/llama_bf16_sharded");
        var pairs = new TreeMap<String, Pair>();
        try (ModelFile file = ModelFiles.open(sharded)) {
            int hidden = file.shape().hidden();
            pairs.put("blk.1.attn_q.weight", new Pair(new Rows(2, hidden), new Rows(hidden, 2)));
        }
        Path out = directory.resolve("same");
        Map<String, Long> files = MergedSafetensors.write(sharded, new LoraWeights(2, 1, pairs), out, Progress.NONE);
        assertTrue(files.size() >= 5, files.toString());
        for (String file : files.keySet()) {
            assertArrayEquals(Files.readAllBytes(sharded.resolve(file)), Files.readAllBytes(out.resolve(file)), file);
        }
        pairs.put("blk.9.attn_q.weight", pairs.get("blk.1.attn_q.weight"));
        Path none = directory.resolve("none");
        String said = assertThrows(QuernException.class, () -> MergedSafetensors.write(
                sharded, new LoraWeights(2, 1, pairs), none, Progress.NONE)).getMessage();
        assertTrue(said.contains("blk.9.attn_q.weight"), said);
        try (Stream<Path> all = Files.list(directory)) {
            assertEquals(List.of(out), all.toList());
        }
    }

    @Test
    void shouldRefuseAnAdapterOfAnotherBase() {
        open("llama");
        LoraWeights adapter = adapter(base);
        Path other = SharedFiles.at("reference/hf/qwen2");
        try (GgufSource source = ModelFiles.openSource(other)) {
            String said = assertThrows(QuernException.class, () -> new MergedModel(source, adapter)).getMessage();
            assertTrue(said.matches("the adapter's blk.* is \\d+ x \\d+, the model's \\d+ x \\d+"), said);
        }
    }

    @Test
    void shouldWriteTheAdapterAsLlamaCppHasIt() throws IOException {
        open("llama");
        LoraWeights adapter = adapter(base);
        Path file = directory.resolve("lora.gguf");
        LoraGguf.write(file, adapter, "llama", "a", ElementType.F32);
        try (GgufSource source = ModelFiles.openSource(file)) {
            assertEquals(2 * adapter.targets().size(), source.tensors().size());
            source.tensors().forEach(tensor -> {
                String target = tensor.name().substring(0, tensor.name().length() - 7);
                boolean a = tensor.name().endsWith(".lora_a");
                var rows = a ? adapter.targets().get(target).a() : adapter.targets().get(target).b();
                assertEquals(rows.width() + " x " + rows.count(), tensor.columns() + " x " + tensor.rows());
                byte[] row = new byte[4 * rows.width()];
                tensor.bytes().read(rows.count() - 1, row, 0);
                assertEquals(rows.values()[rows.at(rows.count() - 1)],
                        ByteBuffer.wrap(row).order(ByteOrder.LITTLE_ENDIAN).getFloat());
            });
        }
        String head = new String(Files.readAllBytes(file), 0, 400, StandardCharsets.ISO_8859_1);
        assertTrue(head.contains("adapter.lora.alpha") && head.contains("adapter.type"), head);
    }
}
