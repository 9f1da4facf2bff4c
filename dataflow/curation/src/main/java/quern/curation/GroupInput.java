package quern.curation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Samples made of groups of the stage before. The grouping is found again when this opens, from the files alone: the
 * same after a restart. Groups are read one at a time.
 */
final class GroupInput implements StageInput {

    /** What a sample's place in its group is assumed to need. */
    private static final long PLACE_BYTES = 96;
    /** How much larger samples are in memory than on disk. */
    private static final long TREE_FACTOR = 4;

    private final LineFile file;
    private final long[] offsets;
    private final Grouper grouper;
    private final String label;
    private final boolean skipErrors;
    private final long memoryBytesMax;
    /** Samples in order of their groups, and where each group begins in it. */
    private final int[] members;
    private final int[] starts;

    private int group;
    private int within;
    private List<Item> made;

    GroupInput(Path directory, int stage, Stage.Labelled decider, Recipe recipe, long memoryBytesMax,
            String position) {
        this.grouper = (Grouper) decider.operator();
        this.label = decider.label();
        this.skipErrors = recipe.skipErrors();
        this.memoryBytesMax = memoryBytesMax;
        Path path = Spill.linesPath(directory, stage);
        try {
            file = new LineFile(path);
            offsets = LineIndex.of(path);
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
        int count = offsets.length - 1;
        if (PLACE_BYTES * count > memoryBytesMax) {
            throw new RunException(label + ": grouping " + count + " samples needs " + PLACE_BYTES * count
                    + " bytes, curation.deduplication-memory allows " + memoryBytesMax);
        }
        int[] groupOf = groupOf(count);
        int groups = Arrays.stream(groupOf).max().orElse(-1) + 1;
        starts = new int[groups + 1];
        for (int g : groupOf) {
            starts[g + 1]++;
        }
        Arrays.parallelPrefix(starts, Integer::sum);
        members = new int[count];
        int[] next = starts.clone();
        for (int i = 0; i < count; i++) {
            members[next[groupOf[i]]++] = i;
        }
        grouper.begin(this::allFields);
        if (!position.isEmpty()) {
            int colon = position.indexOf(':');
            group = Integer.parseInt(position.substring(0, colon));
            within = Integer.parseInt(position.substring(colon + 1));
        }
    }

    private int[] groupOf(int count) {
        int[] groupOf = new int[count];
        switch (grouper.grouping()) {
            case Grouper.Together _ -> { }
            case Grouper.Apart _ -> Arrays.setAll(groupOf, i -> i);
            case Grouper.By by -> {
                Map<String, Integer> known = new HashMap<>();
                for (int i = 0; i < count; i++) {
                    groupOf[i] = known.computeIfAbsent(key(line(i).path("fields"), by.paths()), _ -> known.size());
                }
            }
        }
        return groupOf;
    }

    /** A hash of fixed size, so that long values cost no memory. */
    private static String key(JsonNode fields, List<String> paths) {
        ArrayNode values = Json.MAPPER.createArrayNode();
        for (String path : paths) {
            JsonNode value = FieldPath.get(fields, path);
            values.add(value == null ? Json.MAPPER.nullNode() : value);
        }
        return Hashes.hex(Hashes.sha256().digest(Json.bytes(values))).substring(0, 32);
    }

    @Override
    public Item next() {
        while (group < starts.length - 1) {
            if (made == null) {
                made = make();
            }
            if (within < made.size()) {
                return made.get(within++);
            }
            made = null;
            within = 0;
            group++;
        }
        return null;
    }

    @Override
    public String position() {
        return group + ":" + within;
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What becomes of the current group; the first item of it counts how many more or fewer samples there are. */
    private List<Item> make() {
        List<Draft> drafts = drafts();
        Draft first = drafts.getFirst();
        List<String> documents = drafts.stream().flatMap(draft -> draft.documents().stream()).toList();
        List<ObjectNode> samples;
        String reason = "nothing made of the group";
        try {
            samples = grouper.make(new ArrayList<>(drafts.stream().map(Draft::fields).toList()));
        } catch (SampleException e) {
            if (!skipErrors) {
                throw new RunException(label + " failed on the group of sample " + first.sample().id() + ": "
                        + e.getMessage(), e);
            }
            samples = List.of();
            reason = e.getMessage();
        }
        long more = samples.size() - drafts.size();
        if (samples.isEmpty()) {
            return List.of(new Made(label, more + 1, new Gone(label, RejectLog.Entry.dropped(first.sample().id(),
                    first.sample().documentId(), label, reason))));
        }
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < samples.size(); i++) {
            List<String> own = samples.size() == documents.size() && samples.size() > 1
                    ? List.of(documents.get(i)) : documents;
            Live live = new Live(first.regrouped(samples.get(i), own));
            items.add(i == 0 && more != 0 ? new Made(label, more, live) : live);
        }
        return items;
    }

    private List<Draft> drafts() {
        int from = starts[group];
        int to = starts[group + 1];
        long bytes = 0;
        for (int i = from; i < to; i++) {
            bytes += TREE_FACTOR * (offsets[members[i] + 1] - offsets[members[i]]);
        }
        if (bytes > memoryBytesMax) {
            throw new RunException(label + ": a group of " + (to - from) + " samples needs " + bytes
                    + " bytes, curation.deduplication-memory allows " + memoryBytesMax
                    + "; group by a key with more values, or allow more");
        }
        List<Draft> drafts = new ArrayList<>(to - from);
        for (int i = from; i < to; i++) {
            drafts.add(Spill.draft(line(members[i])));
        }
        return drafts;
    }

    private Iterator<ObjectNode> allFields() {
        return new Iterator<>() {
            private int at;

            @Override
            public boolean hasNext() {
                return at < offsets.length - 1;
            }

            @Override
            public ObjectNode next() {
                return (ObjectNode) line(at++).path("fields");
            }
        };
    }

    private JsonNode line(int sample) {
        try {
            byte[] bytes = file.read(offsets[sample], offsets[sample + 1]);
            return Json.MAPPER.readTree(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("sample " + sample + " between stages", e);
        }
    }
}
