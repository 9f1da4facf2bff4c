package quern.actors.erase;

import java.text.Normalizer;
import java.util.BitSet;
import java.util.Locale;

/**
 * Every stretch of {@value #POINTS} characters of some texts, however they are written: compatibility forms, case and
 * blanks count for nothing. A set of hashes, so that now and then a text is taken to share a stretch that shares none,
 * never the other way round.
 */
public final class Shingles {

    /** Code points of a stretch. */
    public static final int POINTS = 12;

    private static final int HASH_BITS = 28;
    private static final long FACTOR = 0x9E3779B97F4A7C15L;

    private final BitSet hashes = new BitSet();
    private boolean empty = true;

    /** Adds a text's stretches; one that is shorter has none. */
    public void add(String text) {
        int[] points = points(text);
        for (int from = 0; from + POINTS <= points.length; from++) {
            hashes.set(hash(points, from));
            empty = false;
        }
    }

    public boolean isEmpty() {
        return empty;
    }

    /** Whether the text shares a stretch with those that were added. */
    public boolean in(String text) {
        int[] points = points(text);
        for (int from = 0; from + POINTS <= points.length; from++) {
            if (hashes.get(hash(points, from))) {
                return true;
            }
        }
        return false;
    }

    private static int hash(int[] points, int from) {
        long hash = 1;
        for (int i = from; i < from + POINTS; i++) {
            hash = (hash + points[i] + 1) * FACTOR;
            hash ^= hash >>> 29;
        }
        return (int) (hash >>> (Long.SIZE - HASH_BITS));
    }

    private static int[] points(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT)
                .replaceAll("[\\s\\p{Z}]+", " ").codePoints().toArray();
    }
}
