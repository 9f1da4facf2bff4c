package quern.kv.vault;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.spi.FileSystemProvider;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Opens the files of {@link SealedFiles}; everything that is no content goes to the file system below. */
final class SealedFileProvider extends FileSystemProvider {

    private static final int BUFFER_BYTES = 1 << 16;
    private static final FileAttribute<?> FILE_MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<?> DIRECTORY_MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final SealedFiles files;

    SealedFileProvider(SealedFiles files) {
        super();
        this.files = files;
    }

    @Override
    public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        Path real = SealedPath.real(path);
        boolean append = options.contains(StandardOpenOption.APPEND);
        boolean writable = append || options.contains(StandardOpenOption.WRITE);
        Set<OpenOption> below = new HashSet<>(options);
        if (writable) {
            // The beginning of the file has to be read to see what it is, and the rest to cut it.
            below.remove(StandardOpenOption.APPEND);
            below.addAll(Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE));
        }
        FileChannel file = FileChannel.open(real, below, modes(attributes, FILE_MODE));
        try {
            return channel(file, real, options, append, writable);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private FileChannel channel(
            FileChannel file, Path real, Set<? extends OpenOption> options, boolean append, boolean writable)
            throws IOException {
        if (!writable && Files.isDirectory(real)) {
            return file;
        }
        if (writable && SealedHeader.isTorn(file)) {
            file.truncate(0);
        }
        Vault vault = files.vault();
        Optional<SealedHeader> header = SealedHeader.read(file, real);
        boolean fresh = header.isEmpty() && writable && file.size() == 0 && vault.sealing();
        if (header.isEmpty() && !fresh) {
            if (append) {
                file.close();
                return FileChannel.open(real, options);
            }
            return file;
        }
        SealedHeader known = fresh ? SealedHeader.of(files.itemFor(real)) : header.get();
        Seal seal = fresh ? vault.obtain(known.item()) : seal(real, known.item());
        var sealed = new SealedChannel(file, real, seal, known, writable, fresh);
        return append ? sealed.position(sealed.size()) : sealed;
    }

    private Seal seal(Path real, ItemRef item) {
        try {
            return files.vault().seal(item);
        } catch (SealBroken e) {
            throw new SealBroken(real + ": " + e.getMessage(), e);
        }
    }

    @Override
    public SeekableByteChannel newByteChannel(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
        Set<OpenOption> given = new HashSet<>(options);
        if (!given.contains(StandardOpenOption.WRITE) && !given.contains(StandardOpenOption.APPEND)) {
            given.add(StandardOpenOption.READ);
        }
        return newFileChannel(path, given, attributes);
    }

    @Override
    public OutputStream newOutputStream(Path path, OpenOption... options) throws IOException {
        Set<OpenOption> given = new HashSet<>(options.length == 0
                ? List.of(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING) : List.of(options));
        given.add(StandardOpenOption.WRITE);
        return new BufferedOutputStream(Channels.newOutputStream(newFileChannel(path, given)), BUFFER_BYTES);
    }

    private FileAttribute<?>[] modes(FileAttribute<?>[] given, FileAttribute<?> otherwise) {
        return given.length > 0 || !files.supportedFileAttributeViews().contains("posix")
                ? given : new FileAttribute<?>[] {otherwise};
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(Path directory, DirectoryStream.Filter<? super Path> filter)
            throws IOException {
        DirectoryStream<Path> below = Files.newDirectoryStream(
                SealedPath.real(directory), entry -> filter.accept(new SealedPath(files, entry)));
        return new DirectoryStream<>() {
            @Override
            public Iterator<Path> iterator() {
                Iterator<Path> entries = below.iterator();
                return new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return entries.hasNext();
                    }

                    @Override
                    public Path next() {
                        return new SealedPath(files, entries.next());
                    }
                };
            }

            @Override
            public void close() throws IOException {
                below.close();
            }
        };
    }

    @Override
    public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
        Files.createDirectory(SealedPath.real(directory), modes(attributes, DIRECTORY_MODE));
    }

    /** The key of an uploaded file, which seals nothing else, goes with it. */
    @Override
    public void delete(Path path) throws IOException {
        Path real = SealedPath.real(path);
        Optional<ItemRef> item = Optional.empty();
        if (Files.isRegularFile(real, LinkOption.NOFOLLOW_LINKS)) {
            try {
                item = SealedFiles.itemOf(real).filter(found -> found.collection() == KeyCollection.FILES);
            } catch (SealBroken | NoSuchFileException e) {
                item = Optional.empty();
            }
        }
        Files.delete(real);
        item.ifPresent(found -> files.vault().forget(List.of(found)));
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) throws IOException {
        Path from = SealedPath.real(source);
        if (Files.isRegularFile(from) && SealedFiles.itemOf(from).isPresent()) {
            // The copy is an item of its own: one of them may go with its key.
            if (List.of(options).contains(StandardCopyOption.REPLACE_EXISTING)) {
                Files.deleteIfExists(SealedPath.real(target));
            }
            try (OutputStream out = newOutputStream(target, StandardOpenOption.CREATE_NEW)) {
                Files.copy(source, out);
            }
            return;
        }
        Files.copy(from, SealedPath.real(target), options);
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
        Files.move(SealedPath.real(source), SealedPath.real(target), options);
    }

    @Override
    public boolean isSameFile(Path one, Path other) throws IOException {
        return Files.isSameFile(SealedPath.real(one), SealedPath.real(other));
    }

    @Override
    public boolean isHidden(Path path) throws IOException {
        return Files.isHidden(SealedPath.real(path));
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
        return Files.getFileStore(SealedPath.real(path));
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
        Path real = SealedPath.real(path);
        real.getFileSystem().provider().checkAccess(real, modes);
    }

    @Override
    public <V extends FileAttributeView> V getFileAttributeView(Path path, Class<V> type, LinkOption... options) {
        return Files.getFileAttributeView(SealedPath.real(path), type, options);
    }

    /** The size is that of the content. */
    @Override
    public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
            throws IOException {
        Path real = SealedPath.real(path);
        A attributes = Files.readAttributes(real, type, options);
        if (type != BasicFileAttributes.class || !attributes.isRegularFile()) {
            return attributes;
        }
        return type.cast(new SealedAttributes(attributes, () -> sizeOf(real)));
    }

    private long sizeOf(Path real) {
        try (FileChannel file = newFileChannel(real, Set.of(StandardOpenOption.READ))) {
            return file.size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
            throws IOException {
        return Files.readAttributes(SealedPath.real(path), attributes, options);
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options) throws IOException {
        Files.setAttribute(SealedPath.real(path), attribute, value, options);
    }

    @Override
    public String getScheme() {
        return "quern-sealed";
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
        throw new UnsupportedOperationException("made over a data directory");
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
        return files;
    }

    @Override
    public Path getPath(URI uri) {
        return new SealedPath(files, Path.of(uri));
    }
}
