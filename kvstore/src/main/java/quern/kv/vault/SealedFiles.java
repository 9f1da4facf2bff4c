package quern.kv.vault;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardOpenOption;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The directories of a data directory whose files are sealed, as a file system: everything that reads and writes by
 * {@link java.nio.file.Files} and {@link FileChannel} works on it, and sees what it wrote. New files are sealed by the
 * key of the item they are made for, which is the second name below the root ({@code datasets/ds-1/...}); a plain file
 * of an earlier version stays plain and readable. No mapping, no {@code toFile()}.
 */
public final class SealedFiles extends FileSystem {

    private static final Map<String, KeyCollection> COLLECTIONS = Map.of(
            "datasets", KeyCollection.DATASETS, "adapters", KeyCollection.ADAPTERS, "files", KeyCollection.FILES,
            "jobs", KeyCollection.JOBS, "tmp", KeyCollection.FILES);

    private final Path root;
    private final Vault vault;
    private final SealedFileProvider provider = new SealedFileProvider(this);

    private SealedFiles(Path root, Vault vault) {
        super();
        this.root = root;
        this.vault = vault;
    }

    /** The same directory, through the seals of a vault; itself if there are no keys. */
    public static Path over(Path root, Vault vault) {
        return vault.id().isEmpty() ? root : new SealedPath(new SealedFiles(root, vault), root);
    }

    /** The item whose key opens a file; empty if it is plain. */
    public static Optional<ItemRef> itemOf(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(SealedPath.real(file), StandardOpenOption.READ)) {
            return SealedHeader.read(channel, file).map(SealedHeader::item);
        }
    }

    /** The item that a new file belongs to. */
    ItemRef itemFor(Path real) throws IOException {
        Path relative = root.relativize(real.toAbsolutePath().normalize());
        KeyCollection collection = relative.getNameCount() < 2 ? null
                : COLLECTIONS.get(relative.getName(0).toString());
        if (collection == null) {
            throw new IOException(real + " is in no directory of " + root + " whose files are sealed: expected one of "
                    + COLLECTIONS.keySet());
        }
        return ItemRef.of(collection, relative.getName(1).toString());
    }

    Vault vault() {
        return vault;
    }

    @Override
    public FileSystemProvider provider() {
        return provider;
    }

    /** Lives as long as its vault. */
    @Override
    public void close() {
        throw new UnsupportedOperationException("closed with its vault");
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public String getSeparator() {
        return root.getFileSystem().getSeparator();
    }

    @Override
    public Iterable<Path> getRootDirectories() {
        return Set.of(new SealedPath(this, root));
    }

    @Override
    public Iterable<FileStore> getFileStores() {
        return root.getFileSystem().getFileStores();
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
        return root.getFileSystem().supportedFileAttributeViews();
    }

    @Override
    public Path getPath(String first, String... more) {
        return new SealedPath(this, root.getFileSystem().getPath(first, more));
    }

    @Override
    public PathMatcher getPathMatcher(String syntaxAndPattern) {
        PathMatcher matcher = root.getFileSystem().getPathMatcher(syntaxAndPattern);
        return path -> matcher.matches(SealedPath.real(path));
    }

    @Override
    public UserPrincipalLookupService getUserPrincipalLookupService() {
        return root.getFileSystem().getUserPrincipalLookupService();
    }

    @Override
    public WatchService newWatchService() throws IOException {
        return root.getFileSystem().newWatchService();
    }
}
