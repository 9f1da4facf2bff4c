package quern.curation;

import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the directory of an earlier dataset that a recipe names. */
@FunctionalInterface
public interface DatasetLookup {

    /** Takes names as directories. */
    DatasetLookup DIRECTORIES = name -> {
        Path directory = Path.of(name);
        if (!Files.exists(directory.resolve(DatasetManifest.FILE))) {
            throw new RunException("against: '" + name + "' is no dataset: it has no " + DatasetManifest.FILE);
        }
        return directory;
    };

    /**
     * @param name as the recipe has it
     * @return a directory with a {@link DatasetManifest}
     * @throws RunException if there is no such dataset for the owner of the run
     */
    Path find(String name);
}
