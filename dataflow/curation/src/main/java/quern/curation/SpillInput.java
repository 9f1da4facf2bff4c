package quern.curation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Samples of the stage before, after a selector has chosen among all of them. The choice is made when this opens, from
 * the files alone: the same after a restart. First come those that go on, in their order, then the others.
 */
final class SpillInput implements StageInput {

    /** What a selector is assumed to need for the value of a sample's field. */
    private static final long VALUE_BYTES = 96;

    private final LineFile file;
    private final long[] offsets;
    private final int[] order;
    private final int liveCount;
    /** Field for the number of each sample, or null. */
    private final String indexField;
    private final String label;
    private int next;

    SpillInput(Path directory, int stage, Selector selector, String label, long memoryBytesMax, String position) {
        this.label = label;
        indexField = selector instanceof RunningIndex running ? running.field() : null;
        Path path = Spill.linesPath(directory, stage);
        try {
            file = new LineFile(path);
            offsets = LineIndex.of(path);
            int count = offsets.length - 1;
            requireMemory(count, VALUE_BYTES, memoryBytesMax);
            int[] chosen = selector.select(values(selector.fieldKey()));
            order = chosenFirst(chosen, count);
            liveCount = chosen.length;
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
        next = position.isEmpty() ? 0 : Integer.parseInt(position);
    }

    @Override
    public Item next() {
        if (next == order.length) {
            return null;
        }
        int sample = order[next];
        Draft draft = Spill.draft(line(sample));
        if (indexField != null) {
            FieldPath.set(draft.fields(), indexField, IntNode.valueOf(next));
        }
        boolean live = next < liveCount;
        next++;
        return live ? new Live(draft) : new Gone(label,
                new RejectLog.Entry(draft.sample().id(), draft.sample().documentId(), label, "not selected",
                        Double.NaN, Double.NaN, "", draft.changedBy()));
    }

    @Override
    public String position() {
        return Integer.toString(next);
    }

    @Override
    public long total() {
        return liveCount;
    }

    @Override
    public long done(String position) {
        return position.isEmpty() ? 0 : Math.min(liveCount, Integer.parseInt(position));
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void requireMemory(int count, long bytesPerSample, long memoryBytesMax) {
        if (bytesPerSample * count > memoryBytesMax) {
            throw new RunException(label + ": deciding over " + count + " samples needs " + bytesPerSample * count
                    + " bytes, curation.deduplication-memory allows " + memoryBytesMax);
        }
    }

    private List<JsonNode> values(String fieldKey) {
        List<JsonNode> values = new ArrayList<>(offsets.length - 1);
        for (int i = 0; i < offsets.length - 1; i++) {
            JsonNode found = fieldKey.isEmpty() ? null : FieldPath.get(line(i).path("fields"), fieldKey);
            values.add(found == null ? MissingNode.getInstance() : found);
        }
        return values;
    }

    private JsonNode line(int sample) {
        try {
            byte[] bytes = file.read(offsets[sample], offsets[sample + 1]);
            return Json.MAPPER.readTree(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("sample " + sample + " between stages", e);
        }
    }

    private static int[] chosenFirst(int[] chosen, int count) {
        int[] order = java.util.Arrays.copyOf(chosen, count);
        BitSet taken = new BitSet(count);
        for (int sample : chosen) {
            taken.set(sample);
        }
        int at = chosen.length;
        for (int i = taken.nextClearBit(0); i < count; i = taken.nextClearBit(i + 1)) {
            order[at++] = i;
        }
        return order;
    }
}
