package quern.kv;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.zip.CRC32;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;
import quern.config.QuernException;

/**
 * Loads RocksDB's native library once per process. The library's own loader leaves a 17 MB copy in the system's
 * temporary directory after each {@code kill -9}, and unpacks it at each start; here there is one copy, checked
 * against the archive it came from, or one that is unlinked as soon as it is mapped.
 */
public final class NativeRocks {

    /** The loader looks for its library under a doubled suffix when it is told a directory. */
    static final String FILE = Environment.getJniLibraryFileName("rocksdbjni");

    private static boolean loaded;

    private NativeRocks() {}

    /** @param parent an existing directory on the same machine that may hold the copy for a moment */
    public static synchronized void load(Path parent) {
        if (!loaded) {
            try {
                Path directory = Files.createTempDirectory(parent, "native");
                try {
                    unpack(library(), directory.resolve(FILE));
                    loadFrom(directory);
                } finally {
                    DataDirectory.removeTree(directory);
                }
            } catch (IOException e) {
                throw failure(parent, e);
            }
        }
    }

    /** @param directory made if need be; keeps the copy for the next process, so one process at a time may use it */
    public static synchronized void loadKept(Path directory) {
        if (!loaded) {
            try {
                keep(library(), directory.resolve(FILE));
                loadFrom(directory);
            } catch (IOException e) {
                throw failure(directory, e);
            }
        }
    }

    static void keep(URLConnection library, Path copy) throws IOException {
        OwnerOnly.createDirectories(copy.getParent());
        if (!isCopy(copy, library)) {
            Path fresh = AtomicFile.temporary(copy);
            unpack(library, fresh);
            Files.move(fresh, copy, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void loadFrom(Path directory) {
        RocksDB.loadLibrary(List.of(directory.toAbsolutePath().toString()));
        loaded = true;
    }

    private static URLConnection library() throws IOException {
        String resource = Environment.getJniLibraryFileName("rocksdb");
        URL library = RocksDB.class.getClassLoader().getResource(resource);
        if (library == null) {
            throw new QuernException(
                    QuernException.Category.FATAL, "RocksDB has no native library for this platform: " + resource);
        }
        return library.openConnection();
    }

    /** Whole and unchanged, by the checksum the archive has of it. */
    static boolean isCopy(Path copy, URLConnection library) throws IOException {
        if (!(library instanceof JarURLConnection jar) || !Files.isRegularFile(copy)) {
            return false;
        }
        JarEntry entry = jar.getJarEntry();
        if (Files.size(copy) != entry.getSize()) {
            return false;
        }
        try (Arena arena = Arena.ofConfined();
                FileChannel channel = FileChannel.open(copy, StandardOpenOption.READ)) {
            CRC32 sum = new CRC32();
            sum.update(channel.map(FileChannel.MapMode.READ_ONLY, 0, entry.getSize(), arena).asByteBuffer());
            return sum.getValue() == entry.getCrc();
        }
    }

    private static void unpack(URLConnection library, Path to) throws IOException {
        try (InputStream in = library.getInputStream()) {
            Files.copy(in, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static QuernException failure(Path directory, IOException cause) {
        return new QuernException(QuernException.Category.FATAL,
                "RocksDB's native library cannot be unpacked in " + directory, cause);
    }
}
