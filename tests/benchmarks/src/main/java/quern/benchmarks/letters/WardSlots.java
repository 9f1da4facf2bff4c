package quern.benchmarks.letters;

import java.util.HashMap;
import java.util.Map;

/** What a slot's name stands for, of all but people, places and days. */
final class WardSlots {

    /** Writes a value, for a letter's country and people. */
    interface Maker {
        String make(WardScene scene, String form);
    }

    /** @param kind as the recipe's {@code kinds} name it; null for what identifies nobody */
    record Entry(String kind, Maker maker) {}

    private static final Map<String, Entry> ENTRIES = new HashMap<>();

    static {
        WardWires.enter();
        WardCitizens.enter();
        WardLedger.enter();
        WardRegister.enter();
        WardMachines.enter();
    }

    private WardSlots() {}

    static void enter(String name, String kind, Maker maker) {
        ENTRIES.put(name, new Entry(kind, maker));
    }

    /** A slot of one pattern or of several, which are as frequent as one another. */
    static void enter(String name, String kind, String... patterns) {
        enter(name, kind, (scene, form) -> WardDigits.any(scene.random, patterns));
    }

    static Entry of(String name) {
        return ENTRIES.get(name);
    }
}
