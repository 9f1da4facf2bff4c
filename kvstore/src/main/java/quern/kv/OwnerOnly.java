package quern.kv;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** Modes of what is in a data directory: for its owner, and for nobody else. */
public final class OwnerOnly {

    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("---rwxrwx");

    private OwnerOnly() {}

    static void createFile(Path path) throws IOException {
        Files.createFile(path, mode(path, "rw-------"));
    }

    static void createDirectories(Path path) throws IOException {
        Files.createDirectories(path, mode(path, "rwx------"));
    }

    /**
     * For a file that is made in a directory: for its owner alone where the directory is, so that its mode, and with it
     * its {@link FileStamp}, need not change later.
     */
    public static FileAttribute<?>[] asPrivateAs(Path directory) throws IOException {
        boolean closed = directory.getFileSystem().supportedFileAttributeViews().contains("posix")
                && Files.getPosixFilePermissions(directory).stream().noneMatch(OTHERS::contains);
        return closed ? mode(directory, "rw-------") : new FileAttribute<?>[0];
    }

    private static FileAttribute<?>[] mode(Path path, String mode) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))}
                : new FileAttribute<?>[0];
    }

    /** Takes every right from group and others, of all that lies below; links are left alone. */
    static void below(Path root) throws IOException {
        if (!root.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                restrict(directory);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile()) {
                    restrict(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void restrict(Path path) throws IOException {
        Set<PosixFilePermission> mode = Files.getPosixFilePermissions(path);
        EnumSet<PosixFilePermission> own = EnumSet.noneOf(PosixFilePermission.class);
        own.addAll(mode);
        own.removeAll(OTHERS);
        if (own.size() < mode.size()) {
            Files.setPosixFilePermissions(path, own);
        }
    }
}
