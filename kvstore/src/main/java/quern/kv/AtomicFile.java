package quern.kv;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes a file so that its name means either the old or the whole new content: a temporary file beside it, forced to
 * disk, renamed over it, and the directory forced. Several threads and processes may write one file at once, each to a
 * temporary file of its own; the last one renamed stays.
 */
public final class AtomicFile {

    /** Ending of files that were being written when a process died; {@link DataDirectory} removes them. */
    public static final String TEMPORARY_SUFFIX = ".writing";

    private static final Pattern OWN = Pattern.compile(".*\\.([0-9]+)-[^.]*\\.[a-z]+");
    private static final int PID_DIGITS_MAX = 18;
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private AtomicFile() {}

    /** Writes the content into a channel that starts empty. */
    @FunctionalInterface
    public interface Content {
        void writeTo(FileChannel channel) throws IOException;
    }

    /** Replaces {@code target} by these bytes; mode 0600. */
    public static void write(Path target, byte[] bytes) throws IOException {
        write(target, channel -> {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        });
    }

    /** Replaces {@code target} by this text in UTF-8; mode 0600. */
    public static void write(Path target, String text) throws IOException {
        write(target, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Replaces {@code target} by what {@code content} writes; mode 0600. On failure the target is untouched. */
    public static void write(Path target, Content content) throws IOException {
        removeAbandoned(target, TEMPORARY_SUFFIX);
        Path temporary = ownTemporary(target, TEMPORARY_SUFFIX);
        try {
            var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            try (FileChannel channel = FileChannel.open(temporary, options, ownerOnly(temporary))) {
                content.writeTo(channel);
                channel.force(true);
            }
            publish(temporary, target);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(temporary);
            throw e;
        }
    }

    /** A name beside {@code target} that no other thread or process takes, for a file to be renamed once whole. */
    public static Path ownTemporary(Path target, String suffix) {
        return target.resolveSibling(
                target.getFileName() + "." + ProcessHandle.current().pid() + "-" + UUID.randomUUID() + suffix);
    }

    /** Removes what processes that died left under {@link #ownTemporary} names of {@code target}. */
    public static void removeAbandoned(Path target, String suffix) throws IOException {
        String prefix = target.getFileName() + ".";
        try (var children = Files.newDirectoryStream(target.toAbsolutePath().getParent(),
                child -> child.getFileName().toString().startsWith(prefix) && child.toString().endsWith(suffix))) {
            for (Path child : children) {
                if (isAbandoned(child)) {
                    DataDirectory.removeTree(child);
                }
            }
        }
    }

    /** Whether the process that made a file or directory under an {@link #ownTemporary} name is dead. */
    public static boolean isAbandoned(Path temporary) {
        Matcher name = OWN.matcher(temporary.getFileName().toString());
        return name.matches() && name.group(1).length() <= PID_DIGITS_MAX
                && ProcessHandle.of(Long.parseLong(name.group(1))).filter(ProcessHandle::isAlive).isEmpty();
    }

    /** The name beside {@code target} to write to before {@link #publish}, where one writer at a time is sure. */
    public static Path temporary(Path target) {
        return target.resolveSibling(target.getFileName() + TEMPORARY_SUFFIX);
    }

    /** Renames a complete, forced file (or a directory of such files) to its final name and forces the directory. */
    public static void publish(Path temporary, Path target) throws IOException {
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceDirectory(target.toAbsolutePath().getParent());
    }

    /** Makes the names in a directory survive a power loss. */
    public static void forceDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
                : new FileAttribute<?>[0];
    }
}
