package quern.curation;

import java.nio.file.Path;

/**
 * Memory and disk space for one decision. Files made there may be left behind by a kill; the owner of the directory
 * removes what begins with the prefix.
 *
 * @param directory exists
 * @param prefix of the names of all files made in it
 * @param memoryBytes most memory to hold at once, beside what does not grow with the number of samples
 */
public record Scratch(Path directory, String prefix, long memoryBytes) {

    public Path file(String name) {
        return directory.resolve(prefix + name);
    }

    /** The same place with a share of the memory, under a name of its own. */
    public Scratch share(String name, long shareBytes) {
        return new Scratch(directory, prefix + name + "-", shareBytes);
    }
}
