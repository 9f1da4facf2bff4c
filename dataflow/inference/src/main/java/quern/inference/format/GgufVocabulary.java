package quern.inference.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import quern.config.QuernException;
import quern.inference.tokenizer.ByteLevelTokenizer;
import quern.inference.tokenizer.PreTokenizer;
import quern.inference.tokenizer.ScoredPieceTokenizer;
import quern.inference.tokenizer.TokenKind;
import quern.inference.tokenizer.Tokenizer;
import quern.inference.tokenizer.Vocabulary;

/** Reads the tokenizer of a GGUF file. */
final class GgufVocabulary {

    private static final String KEY = "tokenizer.ggml.";

    /** Pre-tokenizers after which a word that is itself a token is not merged. */
    private static final Set<String> WHOLE_WORD_FIRST = Set.of("llama-bpe", "llama3", "llama-v3", "falcon3");

    private final GgufMetadata metadata;
    private final String where;

    private GgufVocabulary(GgufMetadata metadata, String where) {
        this.metadata = metadata;
        this.where = where;
    }

    /** @param tokens how many the model's embeddings have */
    static Tokenizer tokenizer(GgufMetadata metadata, int tokens, String where) {
        int found = metadata.count(KEY + "tokens");
        if (found != tokens) {
            throw new ModelFormatException(where, found < 0
                    ? "has no tokenizer.ggml.tokens"
                    : found + " tokens, expected " + tokens + " as in token_embd.weight");
        }
        try {
            return new GgufVocabulary(metadata, where).read();
        } catch (ModelFormatException refused) {
            throw refused;
        } catch (QuernException | IllegalArgumentException refused) {
            throw new ModelFormatException(where, refused.getMessage(), refused);
        }
    }

    static Tokenizer tokenizer(GgufMetadata metadata, String where) {
        return tokenizer(metadata, metadata.count(KEY + "tokens"), where);
    }

    private Tokenizer read() {
        String model = metadata.text(KEY + "model").orElse("(none)");
        return switch (model) {
            case "llama" -> new ScoredPieceTokenizer(
                    vocabulary(true), metadata.floats(KEY + "scores"), metadata.flag(KEY + "add_space_prefix", true));
            case "gpt2" -> byteLevel(metadata.text(KEY + "pre").orElse("default"));
            default -> throw new ModelFormatException(
                    where, "tokenizer.ggml.model " + model + ", supported are llama and gpt2");
        };
    }

    private Tokenizer byteLevel(String pre) {
        boolean wholeWordFirst = WHOLE_WORD_FIRST.contains(pre);
        return new ByteLevelTokenizer(
                vocabulary(wholeWordFirst), metadata.texts(KEY + "merges"), PreTokenizer.named(pre), wholeWordFirst,
                false);
    }

    private Vocabulary vocabulary(boolean addBegin) {
        List<String> texts = metadata.texts(KEY + "tokens");
        List<TokenKind> kinds = new ArrayList<>(texts.size());
        if (metadata.has(KEY + "token_type")) {
            for (int id : metadata.integers(KEY + "token_type")) {
                kinds.add(TokenKind.ofGgufId(id));
            }
        } else {
            texts.forEach(text -> kinds.add(TokenKind.NORMAL));
        }
        Set<Integer> ends = new LinkedHashSet<>();
        for (String name : Arrays.asList("eos_token_id", "eot_token_id", "eom_token_id")) {
            metadata.token(KEY + name, texts.size()).ifPresent(ends::add);
        }
        OptionalInt begin = metadata.token(KEY + "bos_token_id", texts.size());
        return new Vocabulary(
                texts, kinds, begin, metadata.flag(KEY + "add_bos_token", addBegin), List.copyOf(ends));
    }
}
