package quern.actors.models;

import java.nio.file.Path;

/**
 * A run of bytes that an import copies to a file of its own.
 *
 * @param offsetBytes where in the source it begins
 * @param target relative to the directory of the copy
 */
record CopyPart(Path source, long offsetBytes, long bytes, Path target) {}
