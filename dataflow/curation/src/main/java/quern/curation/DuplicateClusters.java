package quern.curation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import quern.curation.report.Example;

/**
 * How large the clusters of a run's {@link DuplicateLog} are. Counted by a hash of operator and standing sample, in as
 * many passes over the log as it takes to hold a bounded number of counts at a time.
 */
public final class DuplicateClusters {

    private static final int LARGEST = 20;
    private static final int DROPPED_SHOWN = 5;
    /** Counts held at a time, and bytes of the log that have at most one new one each. */
    private static final int COUNTS_MAX = 1 << 20;
    private static final int LINE_BYTES_MIN = 60;

    private final Path directory;
    private final int countsMax;
    private long samples;
    private long clusters;

    private record Cluster(long key, long samples) {}

    /** The least of them first; of equally large ones the key decides, so that all runs show the same. */
    private final PriorityQueue<Cluster> largest = new PriorityQueue<>(
            Comparator.comparingLong(Cluster::samples).thenComparing(Cluster::key, Comparator.reverseOrder()));

    DuplicateClusters(Path directory, int countsMax) {
        this.directory = directory;
        this.countsMax = countsMax;
    }

    /** Samples dropped as duplicates, their clusters, and the largest of those with the text that stands for each. */
    public static ObjectNode of(Path directory, String textKey, List<DatasetManifest.Shard> shards) throws IOException {
        ObjectNode node = new DuplicateClusters(directory, COUNTS_MAX).count();
        List<String> ids = new ArrayList<>();
        node.path("largest").forEach(cluster -> ids.add(cluster.path("stands_for").asText()));
        if (ids.isEmpty()) {
            return node;
        }
        Map<String, String> texts = new KeptTexts(textKey, ids).in(directory, shards);
        for (JsonNode cluster : node.path("largest")) {
            String text = texts.get(cluster.path("stands_for").asText());
            if (text != null) {
                ((ObjectNode) cluster).put("text", Example.excerpt(text)).put("cut", Example.isCut(text));
            }
        }
        return node;
    }

    ObjectNode count() {
        int passes = passes();
        for (int pass = 0; pass < passes; pass++) {
            count(pass, passes);
        }
        ObjectNode node = Json.object().put("samples", samples).put("clusters", clusters);
        Map<Long, ObjectNode> shown = new LinkedHashMap<>();
        List<Cluster> descending = new ArrayList<>(largest);
        descending.sort(largest.comparator().reversed());
        descending.forEach(cluster -> shown.put(cluster.key,
                node.withArray("largest").addObject().put("samples", cluster.samples)));
        DuplicateLog.read(directory, entry -> {
            ObjectNode cluster = shown.get(key(entry));
            if (cluster != null) {
                cluster.put("operator", entry.operator()).put("stands_for", entry.standsFor());
                if (cluster.withArray("dropped").size() < DROPPED_SHOWN) {
                    cluster.withArray("dropped").add(entry.sampleId());
                }
            }
        });
        return node;
    }

    private int passes() {
        Path log = directory.resolve(DuplicateLog.FILE);
        try {
            return Files.exists(log) ? (int) (Files.size(log) / LINE_BYTES_MIN / countsMax) + 1 : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(log.toString(), e);
        }
    }

    private void count(int pass, int passes) {
        Map<Long, Long> counts = new HashMap<>();
        DuplicateLog.read(directory, entry -> {
            long key = key(entry);
            if (Long.remainderUnsigned(key, passes) == pass) {
                counts.merge(key, 1L, Long::sum);
                samples++;
            }
        });
        clusters += counts.size();
        counts.forEach((key, count) -> {
            largest.add(new Cluster(key, count));
            if (largest.size() > LARGEST) {
                largest.remove();
            }
        });
    }

    private static long key(DuplicateLog.Entry entry) {
        MessageDigest digest = Hashes.sha256();
        digest.update(entry.operator().getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        return ByteBuffer.wrap(digest.digest(entry.standsFor().getBytes(StandardCharsets.UTF_8))).getLong();
    }
}
