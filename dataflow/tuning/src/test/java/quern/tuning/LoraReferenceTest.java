package quern.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import quern.config.EngineConfig;
import quern.gpu.Backend;
import quern.gpu.ComputeTeam;
import quern.gpu.kernel.KvLayout;
import quern.gpu.kernel.KvRows;
import quern.gpu.scalar.Dequantizer;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.scalar.ScalarTrainingKernels;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Rows;
import quern.gpu.tensor.Tensor;
import quern.inference.LoadedModel;
import quern.inference.format.ModelFiles;
import quern.inference.format.SafetensorsReader;
import quern.inference.transformer.ForwardBatch;
import quern.inference.transformer.ForwardBatch.AdapterSpan;
import quern.inference.transformer.LoraMatrices;
import quern.inference.transformer.ModelShape;
import quern.tuning.network.PackedBatch;
import quern.tuning.network.PackedBatch.Segment;
import quern.tuning.network.Parameter;

/** Losses, gradients and the trained adapter against PEFT and torch (reference/lora). */
class LoraReferenceTest {

    private final Backend backend =
            new Backend(new ScalarKernels(), new ScalarTrainingKernels(), new ComputeTeam(1), "scalar");
    private Path folder;
    private JsonNode run;
    private AdaptedModel model;
    private LoadedModel base;

    private void open(String name) throws IOException {
        folder = SharedFiles.at("reference/lora/" + name);
        run = new ObjectMapper().readTree(folder.resolve("train.json").toFile());
        base = LoadedModel.load(
                ModelFiles.open(folder.resolve(run.path("base").asText()).normalize()), backend.kernels(),
                EngineConfig.Product.F32);
        model = adapted("adapter_initial");
    }

    private AdaptedModel adapted(String adapter) {
        AdapterFile.Loaded loaded = AdapterFile.read(folder.resolve(adapter), base.shape());
        AdaptedModel adapted = new AdaptedModel(base, loaded.settings(), backend);
        adapted.load(loaded.weights());
        return adapted;
    }

    @AfterEach
    void close() {
        if (base != null) {
            base.close();
        }
        backend.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "llama-rslora", "qwen2-dora"})
    void shouldFollowTheReferenceWhenTraining(String name) throws IOException {
        open(name);
        Trainer trainer = new Trainer(
                model.network(), model.parameters(), settings(), backend.trainingKernels());
        int steps = run.path("steps").asInt();
        for (int step = 0; step < steps; step++) {
            StepResult result = trainer.step(List.of(batch(step % 5)));
            assertEquals(run.path("loss").get(step).asDouble(), result.loss(), step < 5 ? 1e-4 : 1e-3);
            double norm = run.path("grad_norm_before_clipping").get(step).asDouble();
            assertEquals(norm, result.gradientNorm(), 1e-3 * norm);
            if (step == 0) {
                compareGradients("grads_step1.safetensors");
            }
        }
        compareAdapter();
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2"})
    void shouldHaveTheReferenceGradientsWhenNothingIsZero(String name) throws IOException {
        open(name);
        model = adapted("adapter_final");
        PackedBatch batch = batch(0);
        model.network().lossAndGradients(batch, 1f / batch.labelCount());
        compareGradients("grads_final.safetensors");
    }

    /** The adapter as PEFT wrote it, beside the weights in a forward pass for serving. */
    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "llama-rslora", "qwen2-dora"})
    void shouldHaveTheReferenceLogitsWhenServed(String name) throws IOException {
        open(name);
        LoraMatrices adapter = new LoraMatrices(
                AdapterFile.read(folder.resolve("adapter_final"), base.shape()).weights(), backend.kernels());
        JsonNode cases = new ObjectMapper().readTree(folder.resolve("cases.json").toFile());
        var expected = ByteBuffer.wrap(Files.readAllBytes(folder.resolve(cases.path("logits_file").asText())))
                .order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        for (JsonNode prompt : cases.path("prompts")) {
            Rows logits = lastLogits(ints(prompt.path("ids")), adapter);
            int row = prompt.path("last_logits_row").asInt();
            for (int i = 0; i < logits.width(); i++) {
                assertEquals(expected.get(row * logits.width() + i), logits.values()[i], 2e-3);
            }
        }
    }

    private Rows lastLogits(int[] ids, LoraMatrices adapter) {
        ModelShape shape = base.shape();
        KvLayout layout = new KvLayout(
                shape.layers(), shape.kvHeads(), shape.headSize(), ids.length, ElementType.F32);
        MemorySegment[][] blocks = new MemorySegment[ids.length][];
        Arrays.fill(blocks, new MemorySegment[] {Arena.ofAuto().allocate(layout.blockBytes(), 64)});
        int[] positions = new int[ids.length];
        Arrays.setAll(positions, i -> i);
        return base.transformer().forward(new ForwardBatch(ids, new KvRows(layout, blocks, positions),
                List.of(new AdapterSpan(0, ids.length, adapter)), new int[] {ids.length - 1}));
    }

    private OptimizerSettings settings() {
        JsonNode optimizer = run.path("optimizer");
        return new OptimizerSettings(
                LearningRateSchedule.constant(optimizer.path("lr").asDouble()),
                optimizer.path("betas").get(0).asDouble(), optimizer.path("betas").get(1).asDouble(),
                optimizer.path("eps").asDouble(), optimizer.path("weight_decay").asDouble(),
                run.path("grad_clip_max_norm").asDouble());
    }

    /** Labels in the file are not shifted; padding is left out, as nothing attends to it. */
    private PackedBatch batch(int index) {
        JsonNode batch = run.path("batches").get(index);
        List<Segment> segments = new ArrayList<>();
        for (int row = 0; row < batch.path("input_ids").size(); row++) {
            int[] ids = ints(batch.path("input_ids").get(row));
            int[] labels = ints(batch.path("labels").get(row));
            int length = Arrays.stream(ints(batch.path("attention_mask").get(row))).sum();
            int[] shifted = Arrays.copyOfRange(labels, 1, length + 1);
            shifted[length - 1] = PackedBatch.NOT_COUNTED;
            segments.add(new Segment(Arrays.copyOf(ids, length), shifted));
        }
        return PackedBatch.of(segments);
    }

    private static int[] ints(JsonNode array) {
        int[] values = new int[array.size() + 1];
        for (int i = 0; i < array.size(); i++) {
            values[i] = array.get(i).asInt();
        }
        return Arrays.copyOf(values, array.size());
    }

    private void compareGradients(String file) throws IOException {
        Map<String, Tensor> expected = tensors(folder.resolve(file));
        int compared = 0;
        for (Parameter parameter : model.parameters()) {
            float[] wanted = floats(expected.get(peftName(parameter.name())));
            float[] found = parameter.gradients().values();
            double largest = 0;
            for (float value : wanted) {
                largest = Math.max(largest, Math.abs(value));
            }
            for (int i = 0; i < wanted.length; i++) {
                assertEquals(wanted[i], found[i], 1e-4 * largest + 1e-12, parameter.name() + " " + i);
            }
            compared++;
        }
        assertEquals(expected.size(), compared);
    }

    private void compareAdapter() throws IOException {
        Map<String, Tensor> expected = tensors(folder.resolve("adapter_final/adapter_model.safetensors"));
        List<Double> differences = new ArrayList<>();
        for (Parameter parameter : model.parameters()) {
            float[] wanted = floats(expected.get(peftName(parameter.name())));
            for (int i = 0; i < wanted.length; i++) {
                differences.add((double) Math.abs(wanted[i] - parameter.values().values()[i]));
            }
        }
        differences.sort(null);
        double percentile = differences.get(differences.size() * 99 / 100);
        assertTrue(percentile <= 1e-4, "99th percentile " + percentile);
    }

    private static String peftName(String name) {
        String[] parts = name.split("\\.");
        for (LoraTarget target : LoraTarget.values()) {
            if (target.tensorName(0).split("\\.")[2].equals(parts[2])) {
                String module = "base_model.model.model.layers." + parts[1] + "." + target.moduleName();
                return parts[4].equals("lora_m") ? module + ".lora_magnitude_vector" : module + ".lora_"
                        + parts[4].substring(5).toUpperCase(java.util.Locale.ROOT) + ".weight";
            }
        }
        throw new AssertionError(name);
    }

    private static Map<String, Tensor> tensors(Path file) throws IOException {
        return SafetensorsReader.read(MemorySegment.ofArray(Files.readAllBytes(file)), file.toString());
    }

    private static float[] floats(Tensor tensor) {
        float[] values = new float[tensor.rows() * tensor.columns()];
        for (int row = 0; row < tensor.rows(); row++) {
            Dequantizer.row(tensor, row, values, row * tensor.columns());
        }
        return values;
    }
}
