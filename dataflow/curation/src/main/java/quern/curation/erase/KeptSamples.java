package quern.curation.erase;

import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import quern.curation.DatasetManifest;

/** Which of a dataset's kept samples are of erased documents, and what documents the others are of. */
final class KeptSamples {

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

    private KeptSamples(Erasure erasure, Pace pace) {
        this.erasure = erasure;
        this.pace = pace;
    }

    static KeptSamples of(Path dataset, DatasetManifest manifest, Erasure erasure, Pace pace) throws IOException {
        return of(dataset, manifest, erasure, pace, _ -> { });
    }

    /** @param stays takes each sample that stays */
    static KeptSamples of(Path dataset, DatasetManifest manifest, Erasure erasure, Pace pace,
            Consumer<PlacedLines.Line> stays) throws IOException {
        KeptSamples kept = new KeptSamples(erasure, pace);
        try (PlacedLines lines = new PlacedLines(dataset, manifest.shards())) {
            for (PlacedLines.Line line = lines.next(); line != null; line = lines.next()) {
                if (kept.take(line.place())) {
                    stays.accept(line);
                }
            }
        }
        return kept;
    }

    /** @return whether the sample stays */
    private boolean take(Place place) {
        pace.line();
        joins |= !place.documents().isEmpty();
        boolean goes = erasure.isIn(place);
        if (goes) {
            gone.set(count);
            joined += place.all().stream().allMatch(erasure::isOf) ? 0 : 1;
            place.all().stream().filter(erasure::isOf).forEach(erased::add);
        } else {
            documents.addAll(place.all());
        }
        count++;
        return !goes;
    }
}
