package quern.curation.erase;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.TreeSet;
import quern.curation.DatasetManifest;
import quern.curation.RunManner;

/** Which of a dataset's kept samples are of erased documents, and what documents the others are of. */
final class KeptSamples {

    private final Path dataset;
    private final Erasure erasure;
    private final Pace pace;
    /** Numbers of those that go, counted through all shards. */
    final BitSet gone = new BitSet();
    /** Documents of those that stay. */
    final TreeSet<String> documents = new TreeSet<>();
    /** Documents of the erasure that have a sample here. */
    final TreeSet<String> erased = new TreeSet<>();
    /** Of those that go, those made of others' documents too. */
    long joined;
    /** Whether any sample is made of several documents. */
    boolean joins;
    private int count;

    private KeptSamples(Path dataset, Erasure erasure, Pace pace) {
        this.dataset = dataset;
        this.erasure = erasure;
        this.pace = pace;
    }

    static KeptSamples of(Path dataset, DatasetManifest manifest, Erasure erasure, Pace pace) throws IOException {
        KeptSamples kept = new KeptSamples(dataset, erasure, pace);
        Path lineage = dataset.resolve(RunManner.LINEAGE);
        if (Files.exists(lineage)) {
            try (Lines lines = new Lines(lineage)) {
                for (byte[] line = lines.next(); line != null; line = lines.next()) {
                    kept.take(Place.ofLineage(line));
                }
            }
            return kept;
        }
        for (DatasetManifest.Shard shard : manifest.shards()) {
            try (Lines lines = new Lines(dataset.resolve(shard.file()))) {
                for (byte[] line = lines.next(); line != null; line = lines.next()) {
                    kept.take(Place.ofSample(line));
                }
            }
        }
        return kept;
    }

    private void take(Place place) {
        pace.line();
        joins |= !place.documents().isEmpty();
        if (erasure.isIn(place)) {
            gone.set(count);
            joined += place.all().stream().allMatch(erasure::isOf) ? 0 : 1;
            place.all().stream().filter(erasure::isOf).forEach(erased::add);
        } else {
            documents.addAll(place.all());
        }
        count++;
    }
}
