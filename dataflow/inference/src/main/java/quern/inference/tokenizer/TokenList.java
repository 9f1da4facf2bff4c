package quern.inference.tokenizer;

import java.util.Arrays;

/** A growing list of token ids. */
public final class TokenList {

    private int[] ids = new int[64];
    private int size;

    public void add(int id) {
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, size * 2);
        }
        ids[size++] = id;
    }

    public int[] toArray() {
        return Arrays.copyOf(ids, size);
    }
}
