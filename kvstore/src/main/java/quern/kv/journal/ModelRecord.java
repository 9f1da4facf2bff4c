package quern.kv.journal;

import java.util.List;
import java.util.Optional;
import quern.kv.FileStamp;

/**
 * An imported model: weights somewhere on this machine, and what is known about them.
 *
 * @param name what {@code serve --model} takes; the record's id
 * @param path of the GGUF file or directory
 * @param kept directory below the store that holds the copy, by name; empty: the model is linked and stays where it is
 * @param format {@code gguf} or {@code safetensors}
 * @param types element types of its matrices, most bytes first
 * @param bytes of all its files
 * @param fingerprint SHA-256 as the engine computes it
 * @param files stamps of its files when the fingerprint was computed
 * @param remarks what was left out of the import, and why
 */
public record ModelRecord(
        String name,
        String path,
        Optional<String> kept,
        String format,
        String architecture,
        List<String> types,
        long parameters,
        int contextTokens,
        long bytes,
        String fingerprint,
        List<FileStamp> files,
        List<String> remarks,
        long importedAtMs) {}
