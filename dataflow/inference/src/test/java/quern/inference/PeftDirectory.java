package quern.inference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import quern.gpu.tensor.Rows;
import quern.inference.transformer.LoraWeights;

/** Reads a trusted adapter as PEFT writes it: F32, all linear layers. */
final class PeftDirectory {

    private static final Map<String, String> NAMES = Map.of(
            "self_attn.q_proj", "attn_q", "self_attn.k_proj", "attn_k", "self_attn.v_proj", "attn_v",
            "self_attn.o_proj", "attn_output", "mlp.gate_proj", "ffn_gate", "mlp.up_proj", "ffn_up",
            "mlp.down_proj", "ffn_down");

    private PeftDirectory() {}

    static LoraWeights read(Path directory) throws IOException {
        JsonNode config = new ObjectMapper().readTree(
                Files.readAllBytes(directory.resolve("adapter_config.json")));
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(directory.resolve("adapter_model.safetensors")))
                .order(ByteOrder.LITTLE_ENDIAN);
        int headerBytes = (int) bytes.getLong();
        JsonNode header = new ObjectMapper().readTree(bytes.array(), 8, headerBytes);
        int rank = config.get("r").asInt();
        double alpha = config.get("lora_alpha").asDouble();
        double scale = alpha / (config.get("use_rslora").asBoolean() ? Math.sqrt(rank) : rank);
        SortedMap<String, LoraWeights.Pair> targets = new TreeMap<>();
        header.fieldNames().forEachRemaining(name -> {
            if (name.endsWith(".lora_A.weight")) {
                String other = name.replace(".lora_A.", ".lora_B.");
                targets.put(target(name), new LoraWeights.Pair(
                        rows(bytes, 8 + headerBytes, header.get(name)),
                        rows(bytes, 8 + headerBytes, header.get(other))));
            }
        });
        return new LoraWeights(rank, (float) scale, targets);
    }

    private static String target(String name) {
        String[] parts = name.split("\\.");
        return "blk." + parts[4] + "." + NAMES.get(parts[5] + "." + parts[6]) + ".weight";
    }

    private static Rows rows(ByteBuffer bytes, int from, JsonNode entry) {
        Rows rows = new Rows(entry.get("shape").get(0).asInt(), entry.get("shape").get(1).asInt());
        bytes.slice(from + entry.get("data_offsets").get(0).asInt(), 4 * rows.values().length)
                .order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(rows.values());
        return rows;
    }
}
