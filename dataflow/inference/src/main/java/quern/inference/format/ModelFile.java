package quern.inference.format;

import java.util.Optional;
import quern.config.EngineConfig.Pooling;
import quern.inference.tokenizer.Tokenizer;
import quern.inference.transformer.ModelShape;

/**
 * An opened model: a GGUF file or a safetensors directory. Tensors are views of the mapped file and die with it.
 *
 * <p>Tensors go by GGUF's names whatever the file: {@code token_embd.weight}, {@code output_norm.weight},
 * {@code output.weight} (absent when tied) and per layer N {@code blk.N.} followed by {@code attn_norm.weight},
 * {@code attn_q.weight}, {@code attn_k.weight}, {@code attn_v.weight}, {@code attn_q.bias} (k, v alike),
 * {@code attn_output.weight}, {@code ffn_norm.weight}, {@code ffn_gate.weight}, {@code ffn_up.weight},
 * {@code ffn_down.weight}. Matrices have one row per output. Rows of q and k stay as the file orders them; the
 * shape's {@link quern.gpu.kernel.RopeTable#interleaved()} says which order that is.
 */
public interface ModelFile extends StoredModel {

    ModelShape shape();

    @Override
    default String architecture() {
        return shape().architecture();
    }

    @Override
    default int trainedTokens() {
        return shape().contextTokens();
    }

    Tokenizer tokenizer();

    /** The Jinja chat template shipped with the model. */
    Optional<String> chatTemplate();

    /** How the hidden states of a text become its embedding, if the model's own files say. */
    default Optional<Pooling> pooling() {
        return Optional.empty();
    }

    /** SHA-256 over header and weights, hex; equal only for equal numbers, shape and tokenizer. */
    String fingerprint();

    @Override
    default String fingerprint(ModelFingerprint.Progress progress) {
        return fingerprint();
    }
}
