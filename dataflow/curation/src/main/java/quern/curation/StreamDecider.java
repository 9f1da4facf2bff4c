package quern.curation;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides for one {@link StreamDeduplicator} of a stage, sample by sample in input order. What was seen is in a log on
 * disk, which is part of the checkpoint, and in a {@link SeenSet} made of it. Its keys come from
 * {@link StreamDeduplicator#keys} on any thread; everything here runs on one.
 */
final class StreamDecider implements AutoCloseable {

    private static final int KEY_BYTES = 16;
    private static final int SOURCE_SHIFT = 48;

    private final StreamDeduplicator deduplicator;
    private final SignatureLog log;
    private final SignatureFile own;
    private final List<SignatureFile> earlier;
    private final SeenSet seen;

    /** What was decided; {@code standsFor} is the id of the one sample that has what was repeated, or empty. */
    record Decision(StreamDeduplicator.Outcome outcome, String standsFor) {}

    private record Key(long high, long low) {}

    /** @param name of the files in the run's directory */
    StreamDecider(Path directory, String name, StreamDeduplicator deduplicator, long memoryBytes,
            Map<String, Long> lengths, EarlierDatasets datasets) {
        this.deduplicator = deduplicator;
        this.seen = new SeenSet(new Scratch(directory, name + "-", memoryBytes));
        this.earlier = datasets.open(deduplicator);
        this.log = new SignatureLog(directory, name, lengths);
        this.own = new SignatureFile(directory, name, KEY_BYTES);
        for (int i = 0; i < earlier.size(); i++) {
            load(earlier.get(i), i + 1L);
        }
        load(own, 0);
    }

    /** Decides about the next sample and counts what it has as seen if it goes on. */
    Decision decide(Draft draft, StreamDeduplicator.Keys keys) {
        BitSet repeated = new BitSet();
        BitSet known = new BitSet();
        Set<Key> within = keys.count() > 1 ? HashSet.newHashSet(keys.count()) : null;
        long owner = -1;
        boolean oneOwner = true;
        for (int i = 0; i < keys.count(); i++) {
            long found = seen.find(keys.high(i), keys.low(i));
            boolean isWithin = within != null && !within.add(new Key(keys.high(i), keys.low(i)));
            if (found >= 0) {
                oneOwner &= owner < 0 || owner == found;
                owner = found;
            }
            known.set(i, found >= 0 || isWithin);
            repeated.set(i, found >= 0 || isWithin && deduplicator.withinSample());
        }
        StreamDeduplicator.Outcome outcome = deduplicator.decide(draft.text(deduplicator.textKey()), keys, repeated);
        if (outcome instanceof StreamDeduplicator.Remaining remaining) {
            BitSet fresh = (BitSet) remaining.left().clone();
            fresh.andNot(known);
            remember(draft.sample().id(), keys, fresh);
        }
        return new Decision(outcome, outcome instanceof StreamDeduplicator.Repeated && owner >= 0 && oneOwner
                ? idOf(owner) : "");
    }

    void force() {
        log.force();
    }

    void lengths(Map<String, Long> into) {
        log.lengths(into);
    }

    @Override
    public void close() {
        seen.close();
        log.close();
        own.close();
        earlier.forEach(SignatureFile::close);
    }

    /** Appends some of the keys, with the place of the sample's id. */
    static void append(SignatureLog log, long id, StreamDeduplicator.Keys keys, BitSet some) {
        byte[] bytes = new byte[KEY_BYTES];
        for (int i = some.nextSetBit(0); i >= 0; i = some.nextSetBit(i + 1)) {
            ByteBuffer.wrap(bytes).putLong(keys.high(i)).putLong(keys.low(i));
            log.append(id, true, bytes);
        }
    }

    private void remember(String sampleId, StreamDeduplicator.Keys keys, BitSet fresh) {
        if (fresh.isEmpty()) {
            return;
        }
        long id = log.appendId(sampleId);
        append(log, id, keys, fresh);
        for (int i = fresh.nextSetBit(0); i >= 0; i = fresh.nextSetBit(i + 1)) {
            seen.put(keys.high(i), keys.low(i), id);
        }
    }

    private void load(SignatureFile file, long source) {
        try (SignatureFile.FilePass pass = file.pass()) {
            while (pass.next()) {
                long high = pass.longAt(0);
                long low = pass.longAt(Long.BYTES);
                if (seen.find(high, low) < 0) {
                    seen.put(high, low, source << SOURCE_SHIFT | pass.idAt());
                }
            }
        }
    }

    private String idOf(long owner) {
        int source = (int) (owner >>> SOURCE_SHIFT);
        if (source > 0) {
            return earlier.get(source - 1).idAt(owner & (1L << SOURCE_SHIFT) - 1);
        }
        log.flush();
        return own.idAt(owner);
    }
}
