package quern.tuning;

import java.util.Arrays;
import java.util.Optional;

/** The matrices of a block that an adapter may sit beside, by their names in GGUF and in Hugging Face's files. */
public enum LoraTarget {
    QUERY("attn_q", "self_attn.q_proj"),
    KEY("attn_k", "self_attn.k_proj"),
    VALUE("attn_v", "self_attn.v_proj"),
    ATTENTION_OUTPUT("attn_output", "self_attn.o_proj"),
    GATE("ffn_gate", "mlp.gate_proj"),
    UP("ffn_up", "mlp.up_proj"),
    DOWN("ffn_down", "mlp.down_proj");

    private final String ggufName;
    private final String moduleName;

    LoraTarget(String ggufName, String moduleName) {
        this.ggufName = ggufName;
        this.moduleName = moduleName;
    }

    /** {@code blk.N.attn_q.weight}. */
    public String tensorName(int layer) {
        return "blk." + layer + "." + ggufName + ".weight";
    }

    /** {@code self_attn.q_proj}. */
    public String moduleName() {
        return moduleName;
    }

    /** {@code q_proj}, as in an adapter's {@code target_modules}. */
    public String shortName() {
        return moduleName.substring(moduleName.indexOf('.') + 1);
    }

    public static Optional<LoraTarget> ofModule(String moduleName) {
        return Arrays.stream(values()).filter(target -> target.moduleName.equals(moduleName)).findFirst();
    }

    public static Optional<LoraTarget> ofShortName(String shortName) {
        return Arrays.stream(values()).filter(target -> target.shortName().equals(shortName)).findFirst();
    }
}
