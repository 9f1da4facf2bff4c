package quern.actors.models;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import quern.kv.FileStamp;

/**
 * A model that lies where it will stay, hashed, and is not in the catalogue yet.
 *
 * @param path of its GGUF file or directory, absolute
 * @param kept name of the directory below the store that holds the copy; empty: linked
 * @param files stamps that its files had before they were hashed and still had after
 * @param remarks what of the source was left out
 */
public record StagedModel(
        String name,
        Path path,
        Optional<String> kept,
        String fingerprint,
        List<FileStamp> files,
        List<String> remarks) {}
