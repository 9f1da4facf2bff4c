package quern.curation.erase;

import java.util.HashMap;
import java.util.Map;
import quern.curation.Hashes;

/** Lines that were made anew, until the same ones are found in what was there before: what is left is new. */
final class Surplus {

    private final Map<String, Integer> counts = new HashMap<>();

    void add(byte[] line) {
        counts.merge(key(line), 1, Integer::sum);
    }

    /** Takes one such line away; false where there is none. */
    boolean take(byte[] line) {
        String key = key(line);
        Integer count = counts.get(key);
        if (count == null) {
            return false;
        }
        if (count == 1) {
            counts.remove(key);
        } else {
            counts.put(key, count - 1);
        }
        return true;
    }

    private static String key(byte[] line) {
        return Hashes.hex(Hashes.sha256().digest(line));
    }
}
