package quern.curation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/**
 * The signatures of earlier datasets, for deduplicators that compare with them. They are made of a dataset's own
 * samples when first asked for and kept in its directory, so that they are right for any dataset, however it was made,
 * and go when it goes. The texts compared are those in the dataset.
 */
final class EarlierDatasets {

    private static final int NAME_CHARS = 24;
    private static final int KEY_BYTES = 16;

    private final DatasetLookup lookup;

    EarlierDatasets(DatasetLookup lookup) {
        this.lookup = lookup;
    }

    /** One file for each earlier dataset, in the order of the recipe. */
    List<SignatureFile> open(Deduplicator deduplicator) {
        return lookup.of(deduplicator).stream().map(dataset -> open(dataset, deduplicator)).toList();
    }

    private static SignatureFile open(DatasetLookup.Earlier dataset, Deduplicator deduplicator) {
        Path directory = dataset.signatures();
        String signing = deduplicator.name() + ", " + deduplicator.textKey() + ", " + deduplicator.signing() + ", "
                + dataset.version();
        String name = Hashes.sha256(signing).substring(0, NAME_CHARS);
        try {
            if (!Files.exists(directory.resolve(name + SignatureLog.SIGNATURES))) {
                Files.createDirectories(directory);
                sign(dataset.samples().get(), directory, name, deduplicator);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("signing the samples of an earlier dataset in " + directory, e);
        }
        return new SignatureFile(directory, name, deduplicator instanceof ClusterDeduplicator cluster
                ? cluster.signatureBytes() : KEY_BYTES);
    }

    /** Complete when the file of signatures has its name; the ids get theirs before. */
    private static void sign(SampleSource samples, Path directory, String name, Deduplicator deduplicator)
            throws IOException {
        String temporary = name + "-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
        try (SignatureLog log = new SignatureLog(directory, temporary, Map.of());
                SampleSource source = samples) {
            for (SampleSource.Item item = source.next(); item != null; item = source.next()) {
                if (item instanceof SampleSource.Read read) {
                    append(log, new Draft(read.sample()), deduplicator);
                }
            }
            log.force();
        }
        for (String suffix : List.of(SignatureLog.IDS, SignatureLog.SIGNATURES)) {
            Files.move(directory.resolve(temporary + suffix), directory.resolve(name + suffix),
                    StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        Json.forceDirectory(directory);
    }

    private static void append(SignatureLog log, Draft draft, Deduplicator deduplicator) {
        if (FieldPath.get(draft.fields(), deduplicator.textKey()) == null
                || !FieldPath.get(draft.fields(), deduplicator.textKey()).isTextual()) {
            return;
        }
        switch (deduplicator) {
            case ClusterDeduplicator cluster -> {
                byte[] signature = new byte[cluster.signatureBytes()];
                if (cluster.sign(draft.view(cluster.textKey()), signature, 0)
                        == ClusterDeduplicator.Admission.COMPARE) {
                    log.append(log.appendId(draft.sample().id()), true, signature);
                }
            }
            case StreamDeduplicator stream -> {
                StreamDeduplicator.Keys keys = stream.keys(draft.view(stream.textKey()));
                BitSet all = new BitSet();
                all.set(0, keys.count());
                StreamDecider.append(log, log.appendId(draft.sample().id()), keys, all);
            }
        }
    }
}
