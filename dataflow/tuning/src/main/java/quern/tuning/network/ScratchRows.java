package quern.tuning.network;

import java.util.HashMap;
import java.util.Map;
import quern.gpu.tensor.Rows;

/** Row buffers by name, kept between steps and grown to the largest batch seen. Contents are what was left there. */
public final class ScratchRows {

    private final Map<String, Rows> byName = new HashMap<>();

    public Rows rows(String name, int count, int width) {
        Rows present = byName.get(name);
        if (present == null || present.count() < count || present.width() != width) {
            byName.remove(name);
            present = new Rows(Math.max(1, count), width);
            byName.put(name, present);
        }
        return present;
    }
}
