package quern.tuning.pretrain;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import quern.inference.tokenizer.BpeVocabulary;
import quern.inference.tokenizer.ByteAlphabet;
import quern.inference.tokenizer.PreTokenizer;
import quern.tuning.pretrain.PretrainingText.Conversation;
import quern.tuning.pretrain.PretrainingText.Prose;

/** Learns the vocabulary of quern-nano: bytes, merges from its own corpus, and the control tokens of ChatML. */
final class NanoVocabulary {

    static final String END_OF_TEXT = "<|endoftext|>";
    static final String TURN_BEGIN = "<|im_start|>";
    static final String TURN_END = "<|im_end|>";

    /** Digits one by one, words with the space before them. */
    private static final String PRE_TOKENIZER = "qwen2";

    private static final String CHAT_TEMPLATE = "{% for message in messages %}"
            + "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}"
            + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    private static final List<String> CONTROL = List.of(END_OF_TEXT, TURN_BEGIN, TURN_END);

    private NanoVocabulary() {}

    /** @param size tokens in all, control tokens included */
    static BpeVocabulary learn(PretrainingCorpus corpus, int size) {
        PreTokenizer words = PreTokenizer.named(PRE_TOKENIZER);
        Map<String, Long> counts = new HashMap<>();
        corpus.each(
                text -> texts(text).forEach(part -> words.split(part, word -> counts.merge(word, 1L, Long::sum))),
                heldOut -> {});
        BpeTrainer.Learnt learnt = BpeTrainer.train(counts, size - 256 - CONTROL.size());
        List<String> tokens = new ArrayList<>();
        for (byte[] symbol : learnt.symbols()) {
            tokens.add(written(symbol));
        }
        List<String> merges = new ArrayList<>();
        for (BpeTrainer.Merge merge : learnt.merges()) {
            merges.add(tokens.get(merge.left()) + " " + tokens.get(merge.right()));
        }
        int control = tokens.size();
        tokens.addAll(CONTROL);
        return new BpeVocabulary(
                tokens,
                merges,
                Set.of(control, control + 1, control + 2),
                PRE_TOKENIZER,
                OptionalInt.of(control),
                false,
                List.of(control + 2, control),
                Optional.of(CHAT_TEMPLATE));
    }

    private static List<String> texts(PretrainingText text) {
        return switch (text) {
            case Prose prose -> List.of(prose.text());
            case Conversation talk -> talk.turns().stream().map(PretrainingText.Turn::content).toList();
        };
    }

    private static String written(byte[] symbol) {
        StringBuilder out = new StringBuilder(symbol.length);
        for (byte b : symbol) {
            out.append(ByteAlphabet.character(b & 0xff));
        }
        return out.toString();
    }
}
