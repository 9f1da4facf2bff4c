package quern.inference.format;

import java.util.Optional;
import quern.config.EngineConfig.Pooling;
import quern.inference.encoder.EncoderShape;
import quern.inference.tokenizer.Tokenizer;

/**
 * An opened encoder: a GGUF file or a safetensors directory. Tensors are views of the mapped file and die with it.
 *
 * <p>Tensors go by GGUF's names whatever the file: {@code token_embd.weight}, {@code position_embd.weight},
 * {@code token_types.weight}, {@code token_embd_norm} and per layer N {@code blk.N.} followed by {@code attn_q},
 * {@code attn_k}, {@code attn_v}, {@code attn_output}, {@code attn_output_norm}, {@code ffn_up}, {@code ffn_down},
 * {@code layer_output_norm}, each with {@code .weight} and {@code .bias}.
 */
public interface EncoderFile extends StoredModel {

    EncoderShape shape();

    @Override
    default String architecture() {
        return shape().architecture();
    }

    @Override
    default int trainedTokens() {
        return shape().contextTokens();
    }

    Tokenizer tokenizer();

    /** What the model's own files say. */
    Optional<Pooling> pooling();
}
