package quern.inference.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import quern.config.QuernException;

/**
 * A byte-level BPE vocabulary as a value, from which both its tokenizer and its entry in a GGUF file are made.
 *
 * @param tokens by id: plain tokens in the {@link ByteAlphabet}, control tokens as they are written
 * @param merges "left right" in the byte alphabet, most important first
 * @param control ids of the control tokens
 * @param preTokenizer a name {@link PreTokenizer#named} knows
 * @param addBegin whether {@code begin} is put before every text
 * @param ends tokens that end an answer, the most usual first
 * @param chatTemplate Jinja, as in {@code tokenizer.chat_template}
 */
public record BpeVocabulary(
        List<String> tokens,
        List<String> merges,
        Set<Integer> control,
        String preTokenizer,
        OptionalInt begin,
        boolean addBegin,
        List<Integer> ends,
        Optional<String> chatTemplate) {

    public BpeVocabulary {
        tokens = List.copyOf(tokens);
        merges = List.copyOf(merges);
        control = Set.copyOf(control);
        ends = List.copyOf(ends);
        for (int id : control) {
            if (id < 0 || id >= tokens.size()) {
                throw new QuernException(QuernException.Category.ERROR,
                        "control token " + id + " of a vocabulary of " + tokens.size());
            }
        }
    }

    public List<TokenKind> kinds() {
        List<TokenKind> kinds = new ArrayList<>(tokens.size());
        for (int id = 0; id < tokens.size(); id++) {
            kinds.add(control.contains(id) ? TokenKind.CONTROL : TokenKind.NORMAL);
        }
        return kinds;
    }

    /** @throws QuernException if the parts do not fit each other */
    public Tokenizer tokenizer() {
        Vocabulary vocabulary = new Vocabulary(tokens, kinds(), begin, addBegin, ends);
        return PreTokenizer.named(preTokenizer).tokenizer(vocabulary, merges);
    }
}
