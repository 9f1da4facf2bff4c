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

    /** {@code tokens} with the frame around them. */
    public int[] around(int[] tokens) {
        int[] framed = new int[front.size() + tokens.length + behind.size()];
        for (int i = 0; i < front.size(); i++) {
            framed[i] = front.get(i);
        }
        System.arraycopy(tokens, 0, framed, front.size(), tokens.length);
        for (int i = 0; i < behind.size(); i++) {
            framed[front.size() + tokens.length + i] = behind.get(i);
        }
        return framed;
    }

    static Frame of(Vocabulary vocabulary) {
        return vocabulary.addBegin() && vocabulary.begin().isPresent()
                ? new Frame(List.of(vocabulary.begin().getAsInt()), List.of())
                : NONE;
    }
}
