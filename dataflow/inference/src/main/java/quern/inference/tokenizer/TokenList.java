package quern.inference.tokenizer;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** A growing list of token ids; if asked for, also of what was written where a token says "unknown". */
public final class TokenList {

    private int[] ids = new int[64];
    private int size;
    /** By place in this list; null where nobody asks. */
    private final Map<Integer, String> written;

    public TokenList() {
        this(false);
    }

    TokenList(boolean keepsUnknown) {
        written = keepsUnknown ? new HashMap<>() : null;
    }

    public void add(int id) {
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, size * 2);
        }
        ids[size++] = id;
    }

    /** Appends to what was written where the last token is, an unknown one. */
    void addWritten(String part) {
        if (written != null) {
            written.merge(size - 1, part, String::concat);
        }
    }

    /** What was written where an unknown token is; null where another is. */
    String written(int at) {
        return written.get(at);
    }

    public int[] toArray() {
        return Arrays.copyOf(ids, size);
    }
}
