package quern.curation;

import java.util.ArrayList;
import java.util.List;

/**
 * A map from 128-bit keys to a number each, that may outgrow memory: a table, and sorted runs of what did not fit on
 * disk, each with a Bloom filter (Bloom, 1970) in memory; runs of a size are merged eight at a time, as in a
 * log-structured merge tree (O'Neil et al., 1996). Answers do not depend on the memory. Keys are expected to be
 * hashes. One owner, one thread.
 */
final class SeenSet implements AutoCloseable {

    private static final int ENTRY_LONGS = SeenRun.ENTRY_LONGS;
    private static final int SLOTS_MIN = 1 << 9;
    private static final int TAIL_SLOTS = 1 << 8;
    private static final int MERGED_RUNS = 8;
    private static final int BITS_PER_KEY_MAX = 12;

    private final Scratch scratch;
    private final int slotsMax;
    private final List<SeenRun> runs = new ArrayList<>();
    private long[] table;
    private int slots = SLOTS_MIN;
    private int inTable;
    private long inRuns;
    private int runsMade;

    /** @param scratch half of its memory is for the table, a quarter for the filters, the rest for growing */
    SeenSet(Scratch scratch) {
        this.scratch = scratch;
        long most = scratch.memoryBytes() / 2 / (ENTRY_LONGS * Long.BYTES);
        this.slotsMax = Math.clamp(most, SLOTS_MIN, Integer.MAX_VALUE / ENTRY_LONGS - TAIL_SLOTS - 8);
        this.table = new long[(slots + TAIL_SLOTS) * ENTRY_LONGS];
    }

    /** The number put with the key; -1 where it was not put. */
    long find(long high, long low) {
        int at = slotOf(high, low);
        if (at < table.length && table[at + 2] != 0) {
            return table[at + 2] - 1;
        }
        for (SeenRun run : runs) {
            long value = run.find(high, low);
            if (value >= 0) {
                return value;
            }
        }
        return -1;
    }

    /** Puts a key that {@link #find} does not find. @param value at least 0 */
    void put(long high, long low, long value) {
        int at = slotOf(high, low);
        while (at == table.length || inTable >= slots - slots / 4) {
            makeRoom();
            at = slotOf(high, low);
        }
        table[at] = high;
        table[at + 1] = low;
        table[at + 2] = value + 1;
        inTable++;
    }

    long count() {
        return inTable + inRuns;
    }

    /** How many sorted runs are on disk. */
    int runCount() {
        return runs.size();
    }

    @Override
    public void close() {
        runs.forEach(SeenRun::close);
        runs.clear();
    }

    /** Its slot, or the free one where it belongs; the table's length where there is none. Slots ascend with keys. */
    private int slotOf(long high, long low) {
        int at = (int) Math.unsignedMultiplyHigh(high, slots) * ENTRY_LONGS;
        while (at < table.length && table[at + 2] != 0 && (table[at] != high || table[at + 1] != low)) {
            at += ENTRY_LONGS;
        }
        return at;
    }

    private void makeRoom() {
        if (slots >= slotsMax) {
            spill();
            return;
        }
        long[] before = table;
        int slotsBefore = slots;
        slots = (int) Math.min(slotsMax, slots * 2L);
        table = new long[(slots + TAIL_SLOTS) * ENTRY_LONGS];
        for (int i = 0; i < before.length; i += ENTRY_LONGS) {
            if (before[i + 2] != 0) {
                int at = slotOf(before[i], before[i + 1]);
                if (at == table.length) {
                    table = before;
                    slots = slotsBefore;
                    spill();
                    return;
                }
                System.arraycopy(before, i, table, at, ENTRY_LONGS);
            }
        }
    }

    private void spill() {
        sortTable();
        SeenRun.Writer writer = new SeenRun.Writer(newFile(), 0, inTable, bitsPerKey(inTable));
        for (int i = 0; i < inTable; i++) {
            int at = i * ENTRY_LONGS;
            writer.add(table[at], table[at + 1], table[at + 2] - 1);
        }
        java.util.Arrays.fill(table, 0);
        inRuns += inTable;
        inTable = 0;
        runs.add(writer.finish());
        int level = 0;
        while (runsOf(level).size() >= MERGED_RUNS) {
            merge(runsOf(level), level + 1);
            level++;
        }
        long filterBytes = runs.stream().mapToLong(SeenRun::filterBytes).sum();
        if (runs.size() > 1 && filterBytes > scratch.memoryBytes() / 4) {
            merge(List.copyOf(runs), runs.stream().mapToInt(SeenRun::level).max().orElse(0));
        }
    }

    private List<SeenRun> runsOf(int level) {
        return runs.stream().filter(run -> run.level() == level).toList();
    }

    private void merge(List<SeenRun> merged, int level) {
        long count = merged.stream().mapToLong(SeenRun::count).sum();
        SeenRun.Writer writer = new SeenRun.Writer(newFile(), level, count, bitsPerKey(0));
        List<SeenRun.Reader> readers = new ArrayList<>();
        merged.forEach(run -> readers.add(run.reader()));
        readers.removeIf(reader -> !reader.next());
        while (!readers.isEmpty()) {
            SeenRun.Reader least = readers.getFirst();
            for (SeenRun.Reader reader : readers) {
                if (reader.precedes(least)) {
                    least = reader;
                }
            }
            writer.add(least.high(), least.low(), least.value());
            if (!least.next()) {
                readers.remove(least);
            }
        }
        runs.removeAll(merged);
        merged.forEach(SeenRun::close);
        runs.add(writer.finish());
    }

    private double bitsPerKey(long more) {
        return Math.min(BITS_PER_KEY_MAX, scratch.memoryBytes() / 4.0 * Byte.SIZE / Math.max(1, inRuns + more));
    }

    private java.nio.file.Path newFile() {
        return scratch.file("run-" + runsMade++);
    }

    /** Moves the entries to the front in order. They nearly are: slots ascend with keys. */
    private void sortTable() {
        int count = 0;
        for (int i = 0; i < table.length; i += ENTRY_LONGS) {
            if (table[i + 2] == 0) {
                continue;
            }
            long high = table[i];
            long low = table[i + 1];
            long value = table[i + 2];
            int at = count++ * ENTRY_LONGS;
            while (at > 0 && SeenRun.less(high, low, table[at - ENTRY_LONGS], table[at - ENTRY_LONGS + 1])) {
                System.arraycopy(table, at - ENTRY_LONGS, table, at, ENTRY_LONGS);
                at -= ENTRY_LONGS;
            }
            table[at] = high;
            table[at + 1] = low;
            table[at + 2] = value;
        }
    }
}
