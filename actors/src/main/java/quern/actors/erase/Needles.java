package quern.actors.erase;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Stretches of a document that give it away wherever they are stored, as UTF-8, UTF-16 or token ids: long ones, spread
 * over its texts, of characters that are written alike in plain text and in JSON. Those that other documents have too
 * are struck out and looked for no more.
 */
final class Needles {

    private static final int POINTS = 24;
    private static final int POINTS_MIN = 12;
    private static final int NEEDLES_MAX = 512;
    private static final int PER_TEXT_MAX = 64;
    private static final int DISTINCT_MIN = 6;
    /** Tokens at either end of a stretch may be others where it goes on. */
    private static final int EDGE_TOKENS = 2;
    private static final int TOKENS_MIN = 4;

    private final Set<String> candidates = new LinkedHashSet<>();
    private final List<String> needles = new ArrayList<>();
    private final List<int[]> tokens = new ArrayList<>();
    private final BitSet struck = new BitSet();

    /** Takes stretches of a text. */
    void add(String text) {
        int step = Math.max(1, (text.length() - POINTS) / PER_TEXT_MAX);
        int taken = 0;
        int at = 0;
        while (at < text.length() && taken < PER_TEXT_MAX && candidates.size() < NEEDLES_MAX) {
            int end = plainEnd(text, at);
            if (end - at == POINTS || end == text.length() && end - at >= POINTS_MIN && at == 0) {
                String stretch = text.substring(at, end);
                if (stretch.chars().distinct().count() >= DISTINCT_MIN && candidates.add(stretch)) {
                    taken++;
                }
                at += step;
            } else {
                at = Math.max(end, at) + 1;
            }
        }
    }

    /** Where a run of characters that every form writes alike ends, {@link #POINTS} characters later at most. */
    private static int plainEnd(String text, int from) {
        int at = from;
        while (at < text.length() && at < from + POINTS) {
            char c = text.charAt(at);
            if (c < ' ' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' || c == '\'' || c == 0x7f
                    || Character.isSurrogate(c)) {
                break;
            }
            at++;
        }
        return at;
    }

    /** The same of token ids, wherever a tokenizer gives enough of them. @param ids of a longer stretch */
    void addTokens(int[] ids) {
        if (ids.length >= TOKENS_MIN + 2 * EDGE_TOKENS) {
            tokens.add(java.util.Arrays.copyOfRange(ids, EDGE_TOKENS, ids.length - EDGE_TOKENS));
        }
    }

    /** What looks for all that are not struck out. Names are those of {@link #strike}. */
    ByteSearch search() {
        if (needles.isEmpty()) {
            needles.addAll(candidates);
        }
        ByteSearch search = new ByteSearch();
        for (int i = 0; i < needles.size(); i++) {
            if (!struck.get(i)) {
                search.add(needles.get(i).getBytes(StandardCharsets.UTF_8), i);
                search.add(needles.get(i).getBytes(StandardCharsets.UTF_16LE), i);
                search.add(needles.get(i).getBytes(StandardCharsets.UTF_16BE), i);
            }
        }
        for (int i = 0; i < tokens.size(); i++) {
            int name = needles.size() + i;
            if (!struck.get(name)) {
                search.add(bytes(tokens.get(i), ByteOrder.LITTLE_ENDIAN), name);
                search.add(bytes(tokens.get(i), ByteOrder.BIG_ENDIAN), name);
            }
        }
        return search;
    }

    private static byte[] bytes(int[] ids, ByteOrder order) {
        ByteBuffer bytes = ByteBuffer.allocate(ids.length * Integer.BYTES).order(order);
        bytes.asIntBuffer().put(ids);
        return bytes.array();
    }

    /** Looks for one of them no more: it tells nothing. */
    void strike(int name) {
        struck.set(name);
    }

    /** How many are looked for. */
    int count() {
        return candidates.size() + tokens.size() - struck.cardinality();
    }

    /** How many were struck out. */
    int shared() {
        return struck.cardinality();
    }
}
