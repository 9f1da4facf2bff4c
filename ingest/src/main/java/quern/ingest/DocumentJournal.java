package quern.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Collectors;
import quern.config.IngestConfig;
import quern.config.QuernException;
import quern.config.QuernException.Category;
import quern.kv.journal.Ownership;
import quern.kv.vault.ItemRef;
import quern.kv.vault.Vault;

/**
 * Documents as they arrived, in segment files. What {@link #appendAll} answered with {@link Appended} is on disk and
 * survives any end of the process. A document's id is the hash of its content, so sending one again is harmless.
 *
 * <p>One thread appends and removes; any thread may look documents up, read them and walk cursors meanwhile. All
 * methods block on the disk.
 */
public final class DocumentJournal implements AutoCloseable {

    private static final int NAME_CHARS_MAX = 1024;
    private static final int LABELS_MAX = 32;
    private static final int LABEL_CHARS_MAX = 128;

    /**
     * A document to append. The journal reads the body and does not close it.
     *
     * @param declaredType what the sender says it is, possibly empty; the content has the last word
     * @param name as the sender calls it, possibly empty
     */
    public record Append(SpooledBody body, String declaredType, String name, Ownership owner) {}

    /** The one answer to an append. */
    public sealed interface AppendReply {}

    /** It is on disk. */
    public record Appended(DocumentId id, long position) implements AppendReply {}

    /** The same owner sent the same bytes before; nothing changed. */
    public record AlreadyKnown(DocumentId id, long position) implements AppendReply {}

    /** It cannot be taken; sent again it is refused again. */
    public record Refused(String reason) implements AppendReply {}

    private final IngestConfig config;
    private final Clock clock;
    private final JournalFiles files;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private boolean broken;

    private DocumentJournal(IngestConfig config, Clock clock, JournalFiles files) {
        this.config = config;
        this.clock = clock;
        this.files = files;
    }

    /**
     * Opens the journal in a directory of its own, cuts off what a killed process left half-written at the end, and
     * finishes removals it had begun.
     *
     * @throws QuernException FATAL if the directory cannot be used
     */
    public static DocumentJournal open(Path directory, IngestConfig config) {
        return open(directory, config, Vault.none());
    }

    /** The same, with documents sealed by keys of their own. */
    public static DocumentJournal open(Path directory, IngestConfig config, Vault vault) {
        return open(directory, config, Clock.systemUTC(), vault);
    }

    static DocumentJournal open(Path directory, IngestConfig config, Clock clock, Vault vault) {
        try {
            Files.createDirectories(directory);
            return new DocumentJournal(config, clock, JournalFiles.open(directory, config.segment().bytes(), vault));
        } catch (IOException e) {
            throw new QuernException(Category.FATAL, "document journal " + directory + " cannot be opened: " + e, e);
        }
    }

    public AppendReply append(Append append) {
        return appendAll(List.of(append)).getFirst();
    }

    /**
     * Appends all with one force to disk.
     *
     * @return one answer each, in order
     * @throws QuernException RETRYABLE if the disk is full or fails, and then none was appended; FATAL once a force
     *     has failed, because what the disk holds is then unknown until the journal is opened anew
     */
    public List<AppendReply> appendAll(List<Append> appends) {
        lock.writeLock().lock();
        try {
            requireSound();
            List<AppendReply> replies = new ArrayList<>(appends.size());
            try {
                files.begin();
                files.makeKeys(appends.stream().filter(append -> refusal(append).isEmpty())
                        .map(append -> append.body().id()).collect(Collectors.toSet()));
                for (Append append : appends) {
                    replies.add(write(append));
                }
            } catch (IOException e) {
                rollBack(e);
            }
            commit();
            return replies;
        } finally {
            lock.writeLock().unlock();
        }
    }

    private AppendReply write(Append append) throws IOException {
        Optional<String> refusal = refusal(append);
        if (refusal.isPresent()) {
            return new Refused(refusal.get());
        }
        DocumentId id = append.body().id();
        Optional<Document> known = files.findPending(id);
        if (known.isPresent()) {
            boolean sameOwner = known.get().owners().stream().anyMatch(append.owner()::equals);
            if (sameOwner) {
                return new AlreadyKnown(id, known.get().position());
            }
            files.write(new Frame.Share(id, append.owner()), InputStream.nullInputStream(), 0);
            return new Appended(id, known.get().position());
        }
        MediaType type = MediaSniffer.sniff(append.body().head(), append.name(), append.declaredType());
        var arrival = new Frame.Arrival(id, type, append.name(), append.owner(), clock.millis(),
                new Frame.Content(append.body().bytes(), files.seals()));
        try (InputStream body = append.body().open()) {
            return new Appended(id, files.write(arrival, body, append.body().bytes()));
        }
    }

    private Optional<String> refusal(Append append) {
        MediaType type = MediaSniffer.sniff(append.body().head(), append.name(), append.declaredType());
        long bytesMax = bytesMax(type);
        if (append.body().bytes() > bytesMax) {
            return Optional.of("document of " + append.body().bytes() + " bytes, at most " + bytesMax);
        }
        if (append.name().length() > NAME_CHARS_MAX) {
            return Optional.of("name of " + append.name().length() + " characters, at most " + NAME_CHARS_MAX);
        }
        boolean longLabel = append.owner().labels().stream().anyMatch(label -> label.length() > LABEL_CHARS_MAX);
        if (longLabel || append.owner().labels().size() > LABELS_MAX) {
            return Optional.of("at most " + LABELS_MAX + " labels of at most " + LABEL_CHARS_MAX + " characters");
        }
        if (files.documents() >= config.documentsMax() && files.findPending(append.body().id()).isEmpty()) {
            return Optional.of("journal holds " + files.documents() + " documents, at most " + config.documentsMax());
        }
        return Optional.empty();
    }

    /** Largest document of a type that is taken. */
    public long bytesMax(MediaType type) {
        long single = config.documentMax().bytes();
        return type.isArchive() ? Math.max(single, config.archiveMax().bytes()) : single;
    }

    private void rollBack(IOException cause) {
        try {
            files.rollBack();
        } catch (IOException e) {
            broken = true;
            cause.addSuppressed(e);
            throw new QuernException(Category.FATAL, "document journal cannot be written: " + cause, cause);
        }
        throw new QuernException(Category.RETRYABLE, "document journal cannot be written: " + cause, cause);
    }

    private void commit() {
        try {
            files.commit();
        } catch (IOException e) {
            broken = true;
            throw new QuernException(Category.FATAL, "document journal cannot be forced to disk: " + e, e);
        }
    }

    private void requireSound() {
        if (broken) {
            throw new QuernException(Category.FATAL, "document journal failed earlier and must be opened anew");
        }
    }

    /** The name of the key that seals a document, for {@link Vault#destroy}. */
    public static ItemRef keyOf(DocumentId id) {
        return Frame.keyOf(id);
    }

    public Optional<Document> find(DocumentId id) {
        return files.find(id);
    }

    /**
     * The bytes as they arrived. The stream throws {@link DocumentDamaged} at its end if they are not what was stored.
     *
     * @return empty if there is no such document
     */
    public Optional<InputStream> content(DocumentId id) {
        lock.readLock().lock();
        try {
            return files.content(id);
        } catch (IOException e) {
            throw new QuernException(Category.ERROR, "document " + id + " cannot be read: " + e, e);
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Walks from a position that an earlier cursor gave, or 0. */
    public JournalCursor cursor(long position) {
        return files.cursor(position);
    }

    public long documents() {
        return files.documents();
    }

    /** Bytes of all segment files. */
    public long bytes() {
        lock.readLock().lock();
        try {
            return files.bytes();
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Stretches and bodies found damaged when the journal was opened. */
    public int damaged() {
        return files.damaged();
    }

    /** Removes documents for all owners; their bytes are off the disk's files on return. @return how many existed */
    public int removeAll(Collection<DocumentId> ids) {
        return remove(ids, Optional.empty());
    }

    /** Removes one owner's claim; the bytes go with the last claim. @return whether there was such a claim */
    public boolean remove(DocumentId id, String ownerKeyId) {
        return remove(List.of(id), Optional.of(ownerKeyId)) == 1;
    }

    private int remove(Collection<DocumentId> ids, Optional<String> ownerKeyId) {
        lock.writeLock().lock();
        try {
            requireSound();
            int removed = 0;
            try {
                files.begin();
                for (DocumentId id : ids) {
                    // By find, not findPending alone: a damaged document can be removed too.
                    Optional<Document> document = files.findPending(id).or(() -> files.find(id));
                    if (document.filter(d -> ownerKeyId.map(key -> d.visibleTo(key, false)).orElse(true)).isPresent()) {
                        files.write(new Frame.Removal(id, ownerKeyId), InputStream.nullInputStream(), 0);
                        removed++;
                    }
                }
            } catch (IOException e) {
                rollBack(e);
            }
            commit();
            files.compact();
            return removed;
        } catch (IOException e) {
            throw new QuernException(Category.RETRYABLE, "removed documents are still on disk: " + e, e);
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            broken = true;
            files.close();
        } catch (IOException e) {
            throw new QuernException(Category.ERROR, "document journal not closed: " + e, e);
        } finally {
            lock.writeLock().unlock();
        }
    }
}
