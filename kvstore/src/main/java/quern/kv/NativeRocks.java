package quern.kv;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;
import quern.config.QuernException;

/**
 * Loads RocksDB's native library once per process. The library's own loader leaves a 17 MB copy in the system's
 * temporary directory after each {@code kill -9}; here the copy is unlinked as soon as it is mapped.
 */
public final class NativeRocks {

    private static boolean loaded;

    private NativeRocks() {}

    /** @param parent an existing directory on the same machine that may hold the copy for a moment */
    public static synchronized void load(Path parent) {
        if (loaded) {
            return;
        }
        String resource = Environment.getJniLibraryFileName("rocksdb");
        try (InputStream library = RocksDB.class.getClassLoader().getResourceAsStream(resource)) {
            if (library == null) {
                throw new QuernException(
                        QuernException.Category.FATAL, "RocksDB has no native library for this platform: " + resource);
            }
            Path directory = Files.createTempDirectory(parent, "native");
            // The loader looks for its library under a doubled suffix when it is told a directory.
            Path copy = directory.resolve(Environment.getJniLibraryFileName("rocksdbjni"));
            try {
                Files.copy(library, copy);
                RocksDB.loadLibrary(List.of(directory.toAbsolutePath().toString()));
            } finally {
                Files.deleteIfExists(copy);
                Files.deleteIfExists(directory);
            }
            loaded = true;
        } catch (IOException e) {
            throw new QuernException(
                    QuernException.Category.FATAL, "RocksDB's native library cannot be unpacked in " + parent, e);
        }
    }
}
