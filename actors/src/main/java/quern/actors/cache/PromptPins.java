package quern.actors.cache;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import quern.config.QuernException;
import quern.config.QuernException.Category;
import quern.kv.BlockKey;
import quern.kv.BlockPool.Tier;
import quern.kv.TierStack;
import quern.kv.TierStats;
import quern.kv.journal.Catalogue;
import quern.kv.journal.PinRecord;
import quern.kv.journal.RecordKind;
import quern.kv.journal.WriteSet;

/** Prompts whose blocks are not evicted from the tiers on disk. The catalogue keeps them, so they outlast a restart. */
public final class PromptPins {

    /** Pins there may be. */
    static final int PINS_MAX = 1000;

    private final Catalogue catalogue;
    private final TierStack tiers;

    public PromptPins(Catalogue catalogue, TierStack tiers) {
        this.catalogue = catalogue;
        this.tiers = tiers;
    }

    /** Pins what was pinned before this start. */
    public void restore() {
        all().forEach(pin -> tiers.pin(keys(pin.keys())));
    }

    public List<PinRecord> all() {
        List<PinRecord> pins = new ArrayList<>();
        catalogue.all(RecordKind.PIN, PinRecord.class).forEach(pins::add);
        return pins;
    }

    /**
     * Keeps a prompt's blocks, those that are on disk and those that come.
     *
     * @return how many are on disk now
     * @throws QuernException ERROR if there are too many, or no tier on disk
     */
    public synchronized int add(PinRecord pin) {
        List<PinRecord> others = all();
        if (others.size() >= PINS_MAX) {
            throw new QuernException(Category.ERROR, others.size() + " prompts are pinned, at most " + PINS_MAX);
        }
        Set<String> pinned = keysOf(others);
        pinned.addAll(pin.keys());
        long room = room();
        if (pinned.size() * tiers.blockBytes() > room) {
            throw new QuernException(Category.ERROR, "with this prompt " + pinned.size() + " blocks of "
                    + tiers.blockBytes() + " bytes would be pinned, at most " + room
                    + " bytes: half of the first tier on disk (kv.warm, or kv.cold where that is off)");
        }
        catalogue.commit(new WriteSet().put(RecordKind.PIN, pin.id(), pin));
        return tiers.pin(keys(pin.keys()));
    }

    private long room() {
        Map<Tier, TierStats> stats = tiers.stats();
        TierStats first = stats.getOrDefault(Tier.WARM, stats.get(Tier.COLD));
        if (first == null) {
            throw new QuernException(Category.ERROR, "no tier on disk is open (kv.warm-enabled, kv.cold-enabled), so "
                    + "there is nothing to pin prompts in");
        }
        return first.capacityBytes() / 2;
    }

    /** How many of a pin's blocks are on disk. */
    public int stored(PinRecord pin) {
        return tiers.pin(keys(pin.keys()));
    }

    /** Lets prompts go; blocks that another pin holds stay. @return those that were let go */
    public synchronized List<PinRecord> remove(Predicate<PinRecord> wanted) {
        List<PinRecord> all = all();
        List<PinRecord> gone = all.stream().filter(wanted).toList();
        WriteSet changes = new WriteSet();
        gone.forEach(pin -> changes.delete(RecordKind.PIN, pin.id()));
        if (!gone.isEmpty()) {
            catalogue.commit(changes);
        }
        Set<String> free = keysOf(gone);
        free.removeAll(keysOf(all.stream().filter(wanted.negate()).toList()));
        tiers.unpin(keys(List.copyOf(free)));
        return gone;
    }

    private static Set<String> keysOf(List<PinRecord> pins) {
        Set<String> keys = new HashSet<>();
        pins.forEach(pin -> keys.addAll(pin.keys()));
        return keys;
    }

    private static List<BlockKey> keys(List<String> hex) {
        return hex.stream().map(key -> BlockKey.ofBytes(HexFormat.of().parseHex(key))).toList();
    }
}
