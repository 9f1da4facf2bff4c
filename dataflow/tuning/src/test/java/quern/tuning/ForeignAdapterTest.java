package quern.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.QuernException;
import quern.gpu.kernel.RopeTable;
import quern.gpu.tensor.Rows;
import quern.inference.format.ModelFile;
import quern.inference.format.ModelFiles;
import quern.inference.format.SafetensorsReader;
import quern.inference.transformer.LoraWeights.Pair;
import quern.inference.transformer.ModelShape;

/** Adapters as PEFT and those who build on it write them, for a base of 2 layers, 8 wide, 10 within. */
class ForeignAdapterTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ModelShape SHAPE = new ModelShape(
            "llama", 2, 8, 2, 1, 4, 10, 11, 16, 1e-5f, RopeTable.of(false, 4, 10_000), true, false);

    @TempDir
    private Path directory;

    private AdapterFile.Loaded read(String config, Map<String, Rows> tensors) throws IOException {
        ObjectNode fields = JSON.createObjectNode().put("peft_type", "LORA").put("r", 2).put("lora_alpha", 4);
        fields.putArray("target_modules").add("q_proj");
        fields.setAll((ObjectNode) JSON.readTree(config));
        Files.write(directory.resolve("adapter_config.json"), JSON.writeValueAsBytes(fields));
        Files.write(directory.resolve("adapter_model.safetensors"), SafetensorsBytes.of(tensors, Set.of()));
        return AdapterFile.read(directory, SHAPE);
    }

    /** @param modules as {@code 0.mlp.down_proj} */
    private static Map<String, Rows> tensors(int rank, String... modules) {
        Map<String, Rows> tensors = new LinkedHashMap<>();
        for (String module : modules) {
            String name = "base_model.model.model.layers." + module;
            boolean down = module.endsWith("down_proj");
            tensors.put(name + ".lora_A.weight", numbers(rank, down ? 10 : 8));
            tensors.put(name + ".lora_B.weight", numbers(8, rank));
        }
        return tensors;
    }

    private static Rows numbers(int count, int width) {
        Rows rows = new Rows(count, width);
        for (int i = 0; i < rows.values().length; i++) {
            rows.values()[i] = 0.25f * i - 1;
        }
        return rows;
    }

    private String refusal(String config, Map<String, Rows> tensors) {
        return assertThrows(QuernException.class, () -> read(config, tensors), config).getMessage();
    }

    @Test
    void shouldReadAdaptersHoweverTheirModulesAreNamed() throws IOException {
        String unsloth = "(?:.*?(?:language|text).*?(?:self_attn|mlp).*?(?:q_proj|down_proj).*?)|(?:\\\\bmodel\\\\"
                + ".layers\\\\.[\\\\d]{1,}\\\\.(?:self_attn|attention|attn|mlp|feed_forward|ffn|dense)\\\\."
                + "(?:(?:q_proj|down_proj)))";
        Map<String, Rows> both = tensors(2, "0.self_attn.q_proj", "1.self_attn.q_proj", "0.mlp.down_proj",
                "1.mlp.down_proj");
        String expected = read("{\"target_modules\": [\"q_proj\", \"down_proj\"]}", both).weights().fingerprint();
        for (String targets : new String[] {
            "\"" + unsloth + "\"", "\".*\\\\.(q_proj|down_proj)\"",
            "\"model\\\\.layers\\\\.[01]\\\\.(self_attn\\\\.q|mlp\\\\.down)_proj\"",
            "[\"self_attn.q_proj\", \"model.layers.0.mlp.down_proj\", \"1.mlp.down_proj\"]"
        }) {
            assertEquals(expected, read("{\"target_modules\": " + targets + "}", both).weights().fingerprint(),
                    targets);
        }
        assertEquals(expected, read("{\"target_modules\": \"all-linear\", \"exclude_modules\":"
                + " \".*([kvo]|gate|up)_proj\"}", both).weights().fingerprint());
    }

    @Test
    void shouldReadAdaptersOnSomeLayersAndWriteThemSo() throws IOException {
        Map<String, Rows> second = tensors(2, "1.self_attn.q_proj");
        for (String layers : new String[] {"1", "[1]"}) {
            AdapterFile.Loaded loaded = read("{\"layers_to_transform\": " + layers + "}", second);
            assertEquals(Set.of("blk.1.attn_q.weight"), loaded.weights().targets().keySet());
            AdapterFile.write(directory, loaded.weights(), loaded.settings(), SHAPE, "base");
            assertEquals("[\"model.layers.1.self_attn.q_proj\"]",
                    JSON.readTree(directory.resolve("adapter_config.json").toFile()).path("target_modules").toString());
            assertEquals(loaded.weights().fingerprint(), AdapterFile.read(directory, SHAPE).weights().fingerprint());
        }
        assertTrue(refusal("{}", second).contains("has neither A nor B of model.layers.0.self_attn.q_proj"));
        assertTrue(refusal("{\"layers_to_transform\": [0]}", second).contains("has neither A nor B"));
        assertTrue(refusal("{\"layers_to_transform\": [0, 1], \"layers_pattern\": \"h\"}", second)
                .contains("'layers_pattern'"));
    }

    /** What is added to a product: scale * B A. */
    private static double product(AdapterFile.Loaded loaded, String target, int row, int column) {
        Pair pair = loaded.weights().targets().get(target);
        double sum = 0;
        for (int k = 0; k < loaded.weights().rank(); k++) {
            sum += (double) pair.b().values()[pair.b().at(row) + k] * pair.a().values()[pair.a().at(k) + column];
        }
        return sum * loaded.weights().scale();
    }

    @Test
    void shouldGiveModulesTheRankAndScaleOfTheirPatterns() throws IOException {
        Map<String, Rows> mixed = tensors(2, "0.self_attn.q_proj", "1.self_attn.q_proj");
        mixed.putAll(tensors(5, "0.mlp.down_proj", "1.mlp.down_proj"));
        String config = "{\"target_modules\": [\"q_proj\", \"down_proj\"], \"rank_pattern\": {\"down_proj\": 5},"
                + " \"alpha_pattern\": {\"^model.layers.0.*q_proj\": 7, \".*1\\\\.self_attn\\\\.q_proj\": 3}}";
        for (boolean stabilized : new boolean[] {false, true}) {
            AdapterFile.Loaded loaded = read(config.replace("{\"t", "{\"use_rslora\": " + stabilized + ", \"t"), mixed);
            assertEquals(5, loaded.weights().rank());
            double[] alphas = {7, 3, 4, 4};
            String[] targets = {"0.attn_q", "1.attn_q", "0.ffn_down", "1.ffn_down"};
            for (int i = 0; i < 4; i++) {
                int rank = i < 2 ? 2 : 5;
                Rows a = numbers(rank, i < 2 ? 8 : 10);
                Rows b = numbers(8, rank);
                double expected = 0;
                for (int k = 0; k < rank; k++) {
                    expected += (double) b.values()[b.at(6) + k] * a.values()[a.at(k) + 3];
                }
                expected *= alphas[i] / (stabilized ? Math.sqrt(rank) : rank);
                assertEquals(expected, product(loaded, "blk." + targets[i] + ".weight", 6, 3),
                        1e-6 * Math.abs(expected), targets[i]);
            }
            AdapterFile.write(directory, loaded.weights(), loaded.settings(), SHAPE, "base");
            assertEquals(loaded.weights().fingerprint(), AdapterFile.read(directory, SHAPE).weights().fingerprint());
        }
        assertTrue(refusal(config.replace("5}", "4}"), mixed).contains("expected the rank 4"));
    }

    @Test
    void shouldNameWhatItDoesNotServe() {
        Map<String, Rows> plain = tensors(2, "0.self_attn.q_proj", "1.self_attn.q_proj");
        Map<String, String> wrong = Map.ofEntries(
                Map.entry("use_dora", "true"), Map.entry("bias", "\"lora_only\""), Map.entry("fan_in_fan_out", "true"),
                Map.entry("modules_to_save", "[\"lm_head\"]"), Map.entry("lora_bias", "true"),
                Map.entry("layer_replication", "[[0, 2]]"), Map.entry("alora_invocation_tokens", "[1, 2]"),
                Map.entry("trainable_token_indices", "[3]"), Map.entry("target_parameters", "[\"experts.w\"]"),
                Map.entry("init_lora_weights", "\"pissa\""), Map.entry("task_type", "\"SEQ_CLS\""),
                Map.entry("peft_type", "\"IA3\""), Map.entry("use_rslora", "\"yes\""),
                Map.entry("key_of_tomorrow", "{\"a\": 1}"), Map.entry("r", "\"2\""), Map.entry("lora_alpha", "-1"),
                Map.entry("target_modules", "\"(?=x).*\""), Map.entry("rank_pattern", "{\"q_proj\": 0.5}"),
                Map.entry("exclude_modules", "[1]"));
        wrong.forEach((key, value) -> {
            String said = refusal("{\"" + key + "\": " + value + "}", plain);
            assertTrue(said.contains(key) && said.contains("adapter_config.json"), said);
        });
        List.of("lm_head", "model.layers.2.self_attn.q_proj", "model.layers.0.self_attn.qkv_proj").forEach(module -> {
            var other = new LinkedHashMap<>(plain);
            other.put("base_model.model." + module + ".lora_A.weight", numbers(2, 8));
            assertTrue(refusal("{}", other).contains(module));
        });
        var half = new LinkedHashMap<>(plain);
        half.remove("base_model.model.model.layers.1.self_attn.q_proj.lora_B.weight");
        assertTrue(refusal("{}", half).contains("has A alone of model.layers.1.self_attn.q_proj"));
    }

    @Test
    void shouldTakeWhatSaysNothingOfTheNumbers() throws IOException {
        Map<String, Rows> plain = tensors(2, "0.self_attn.q_proj", "1.self_attn.q_proj");
        String bare = read("{}", plain).weights().fingerprint();
        AdapterFile.Loaded loaded = read("{\"base_model_name_or_path\": \"org/Tiny\", \"task_type\": \"CAUSAL_LM\","
                + " \"lora_dropout\": 0.1, \"peft_version\": \"0.30\", \"loftq_config\": {\"bits\": 4}, \"new\": null,"
                + " \"newer\": false, \"newest\": [], \"init_lora_weights\": \"gaussian\", \"bias\": \"none\","
                + " \"megatron_core\": \"megatron.core\", \"auto_mapping\": {\"parent_library\": \"transformers\"},"
                + " \"eva_config\": {\"rho\": 2.0}, \"exclude_modules\": null, \"layers_to_transform\": null}", plain);
        assertEquals(bare, loaded.weights().fingerprint());
        assertEquals("org/Tiny", loaded.baseName());
        assertEquals(EnumSet.of(LoraTarget.QUERY), loaded.settings().targets());
    }

    @Test
    void shouldRefuseMoreThanThereIsRoomFor() throws IOException {
        read("{}", tensors(2, "0.self_attn.q_proj", "1.self_attn.q_proj"));
        long bytes = 2 * 4 * 2 * (8 + 8);
        AdapterFile.read(directory, SHAPE, bytes);
        String said = assertThrows(QuernException.class, () -> AdapterFile.read(directory, SHAPE, bytes - 1))
                .getMessage();
        assertTrue(said.contains("takes " + bytes + " bytes in memory, at most " + (bytes - 1)), said);
    }

    /** Key by key: what PEFT wrote for the same adapter, and that it takes what is not written for off. */
    @Test
    void shouldWriteTheFieldsAndTheNumbersThatPeftWrites() throws IOException {
        for (String name : new String[] {"llama", "qwen2", "llama-rslora"}) {
            Path reference = SharedFiles.at("reference/lora/" + name + "/adapter_final");
            JsonNode theirs = JSON.readTree(reference.resolve("adapter_config.json").toFile());
            try (ModelFile base = ModelFiles.open(SharedFiles.at("reference/hf/" + name.replace("-rslora", "")))) {
                AdapterFile.Loaded loaded = AdapterFile.read(reference, base.shape());
                Map<String, byte[]> files = AdapterFile.files(
                        loaded.weights(), loaded.settings(), base.shape(), loaded.baseName());
                JsonNode ours = JSON.readTree(files.get("adapter_config.json"));
                ours.properties().forEach(field ->
                        assertEquals(theirs.get(field.getKey()), field.getValue(), name + " " + field.getKey()));
                theirs.properties().stream().filter(field -> !ours.has(field.getKey())).forEach(field ->
                        assertTrue(field.getValue().isNull() || field.getValue().asText().equals("false")
                                || field.getValue().isContainerNode() && field.getValue().isEmpty()
                                || Set.of("megatron_core", "peft_version", "qalora_group_size")
                                        .contains(field.getKey()),
                                name + " " + field));
                assertEquals(tensors(Files.readAllBytes(reference.resolve("adapter_model.safetensors"))),
                        tensors(files.get("adapter_model.safetensors")));
            }
        }
    }

    private static Map<String, String> tensors(byte[] file) {
        Map<String, String> tensors = new TreeMap<>();
        SafetensorsReader.read(MemorySegment.ofArray(file), "file").forEach((name, tensor) -> tensors.put(name,
                tensor.type() + " " + tensor.rows() + " x " + tensor.columns() + " "
                        + Arrays.hashCode(tensor.bytes().toArray(ValueLayout.JAVA_BYTE))));
        return tensors;
    }
}
