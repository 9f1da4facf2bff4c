package quern.inference.tokenizer;

import java.util.List;

/**
 * The tokens a model was trained to see around a whole text.
 *
 * @param front such as {@code <s>} or {@code [CLS]}
 * @param behind such as {@code </s>} or {@code [SEP]}
 */
public record Frame(List<Integer> front, List<Integer> behind) {

    public static final Frame NONE = new Frame(List.of(), List.of());

    public Frame {
        front = List.copyOf(front);
        behind = List.copyOf(behind);
    }

    static Frame of(Vocabulary vocabulary) {
        return vocabulary.addBegin() && vocabulary.begin().isPresent()
                ? new Frame(List.of(vocabulary.begin().getAsInt()), List.of())
                : NONE;
    }
}
