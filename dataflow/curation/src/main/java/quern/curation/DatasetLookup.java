package quern.curation;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/** Finds an earlier dataset that a recipe names. */
@FunctionalInterface
public interface DatasetLookup {

    /** Takes names as directories of finished runs. */
    DatasetLookup DIRECTORIES = name -> {
        Path directory = Path.of(name);
        if (!Files.exists(directory.resolve(DatasetManifest.FILE))) {
            throw new RunException("against: '" + name + "' is no dataset: it has no " + DatasetManifest.FILE);
        }
        return Earlier.of(directory);
    };

    /**
     * An earlier dataset.
     *
     * @param signatures directory in which its signatures are kept; made if absent
     * @param version another one where the dataset has changed since they were made
     * @param samples opens its samples
     */
    record Earlier(Path signatures, String version, Supplier<SampleSource> samples) {

        /** The dataset of a finished run, which does not change; its signatures go when it goes. */
        public static Earlier of(Path directory) {
            return new Earlier(directory.resolve("signatures"), "", () -> new DatasetSource(directory));
        }
    }

    /**
     * @param name as the recipe has it
     * @throws RunException if there is no such dataset for the owner of the run
     */
    Earlier find(String name);

    /** What a deduplicator compares with: the datasets that its parameters name, in order. */
    default List<Earlier> of(Deduplicator deduplicator) {
        return deduplicator.against().stream().map(this::find).toList();
    }
}
