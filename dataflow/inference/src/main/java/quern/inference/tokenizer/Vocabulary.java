package quern.inference.tokenizer;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import quern.config.QuernException;

/**
 * The tokens of a model, by id, and which of them begin and end a text.
 *
 * <p>Tokens that end an answer, and such added tokens as every template uses for that, count as control tokens
 * whatever kind the file gives them.
 *
 * @param texts how each token is written
 * @param begin token of the start, if any
 * @param addBegin whether the model was trained with it in front
 * @param ends tokens that end an answer
 */
public record Vocabulary(
        List<String> texts, List<TokenKind> kinds, OptionalInt begin, boolean addBegin, List<Integer> ends) {

    private static final Set<String> ANSWER_ENDS = Set.of(
            "<|eot_id|>", "<|eom_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|endoftext|>", "<|end_of_text|>",
            "<｜end▁of▁sentence｜>", "<|EOT|>", "<|return|>", "<|call|>", "</s>");

    public Vocabulary {
        if (texts.size() != kinds.size()) {
            throw new QuernException(QuernException.Category.ERROR,
                    "vocabulary of " + texts.size() + " tokens has kinds for " + kinds.size());
        }
        for (int id : ends) {
            check(id, texts.size());
        }
        if (begin.isPresent()) {
            check(begin.getAsInt(), texts.size());
        }
        List<Integer> allEnds = new ArrayList<>(ends);
        List<TokenKind> allKinds = new ArrayList<>(kinds);
        for (int id = 0; id < texts.size(); id++) {
            boolean added = EnumSet.of(TokenKind.CONTROL, TokenKind.USER_DEFINED).contains(kinds.get(id));
            // Where </s> is no control token it is markup for struck-out text, as in Gemma's vocabulary.
            boolean strikes = kinds.get(id) == TokenKind.USER_DEFINED && texts.get(id).equals("</s>");
            if (added && !strikes && ANSWER_ENDS.contains(texts.get(id)) && !allEnds.contains(id)) {
                allEnds.add(id);
            }
        }
        for (int id : allEnds) {
            allKinds.set(id, TokenKind.CONTROL);
        }
        begin.ifPresent(id -> allKinds.set(id, TokenKind.CONTROL));
        texts = List.copyOf(texts);
        kinds = List.copyOf(allKinds);
        ends = List.copyOf(allEnds);
    }

    public int size() {
        return texts.size();
    }

    /** Ids by text, of all tokens; of two with the same text the first. */
    Map<String, Integer> ids() {
        Map<String, Integer> ids = HashMap.newHashMap(texts.size());
        for (int id = 0; id < texts.size(); id++) {
            ids.putIfAbsent(texts.get(id), id);
        }
        return ids;
    }

    /** The same of the tokens that plain text can become: all but control and unknown tokens and bytes. */
    Map<String, Integer> pieceIds() {
        Map<String, Integer> ids = HashMap.newHashMap(texts.size());
        for (int id = 0; id < texts.size(); id++) {
            switch (kinds.get(id)) {
                case NORMAL, USER_DEFINED -> ids.putIfAbsent(texts.get(id), id);
                case UNUSED, UNKNOWN, CONTROL, BYTE -> { }
            }
        }
        return ids;
    }

    private static void check(int id, int size) {
        if (id < 0 || id >= size) {
            throw new QuernException(
                    QuernException.Category.ERROR, "token " + id + " of a vocabulary of " + size);
        }
    }
}
