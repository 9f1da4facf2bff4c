package quern.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import quern.kv.AtomicFile;
import quern.kv.journal.Ownership;
import quern.kv.vault.ItemRef;
import quern.kv.vault.Seal;
import quern.kv.vault.SealBroken;
import quern.kv.vault.Vault;

/**
 * The segments of a journal and the index over them, which is rebuilt at each open. Changes become visible to readers
 * at {@link #commit}, after they are on disk. Guarded by the journal's lock, except the two concurrent maps.
 */
final class JournalFiles implements AutoCloseable {

    /** A document and its place; a damaged one may be sent again. */
    private record Stored(Document document, Segment segment, Place place, boolean damaged) {

        Stored with(Document changed) {
            return new Stored(changed, segment, place, damaged);
        }
    }

    /** @param bytes of the body as it is stored */
    private record Place(long from, long bytes, boolean sealed) {}

    private record Written(Frame.Meta meta, long position, long bodyFrom, long bodyBytes) {

        Place place(Frame.Arrival arrival) {
            return new Place(bodyFrom, bodyBytes, arrival.content().sealed());
        }
    }

    private final Path directory;
    private final long segmentBytes;
    private final Vault vault;
    private final TreeMap<Long, Segment> segments = new TreeMap<>();
    private final ConcurrentHashMap<DocumentId, Stored> byId = new ConcurrentHashMap<>();
    private final ConcurrentSkipListMap<Long, Document> byPosition = new ConcurrentSkipListMap<>();
    private final List<Written> pending = new ArrayList<>();
    private final Map<DocumentId, Optional<Document>> pendingById = new HashMap<>();
    private final Set<Long> withRemoved = new TreeSet<>();
    private final Set<DocumentId> removed = new HashSet<>();
    /** Documents whose keys are lost. */
    private final Set<DocumentId> locked = new HashSet<>();
    private Segment active;
    private long nextPosition = 1;
    private long batchFrom;
    private int damaged;

    private JournalFiles(Path directory, long segmentBytes, Vault vault) {
        this.directory = directory;
        this.vault = vault;
        this.segmentBytes = segmentBytes;
    }

    static JournalFiles open(Path directory, long segmentBytes, Vault vault) throws IOException {
        var files = new JournalFiles(directory, segmentBytes, vault);
        try {
            files.load();
            return files;
        } catch (IOException | RuntimeException e) {
            files.close();
            throw e;
        }
    }

    private void load() throws IOException {
        List<Path> paths = new ArrayList<>();
        try (Stream<Path> children = Files.list(directory)) {
            for (Path child : children.sorted().toList()) {
                if (child.toString().endsWith(AtomicFile.TEMPORARY_SUFFIX)) {
                    Files.delete(child);
                } else if (child.toString().endsWith(Segment.ENDING)) {
                    paths.add(child);
                }
            }
        }
        for (Path path : paths) {
            nextPosition = Math.max(nextPosition, Segment.firstPosition(path));
            active = Segment.open(path, vault);
            segments.put(Segment.firstPosition(path), active);
            index(active, path.equals(paths.getLast()));
        }
        if (active == null || vault.sealing() && !active.maySeal()) {
            startSegment();
        }
        compact();
    }

    private void index(Segment segment, boolean last) throws IOException {
        SegmentScan.Result scan = SegmentScan.of(segment);
        damaged += scan.damagedStretches();
        List<SegmentScan.Found> records = new ArrayList<>(scan.records());
        long end = scan.end();
        if (last && !records.isEmpty() && !isIntact(segment, records.getLast())) {
            end = records.removeLast().from();
        }
        for (SegmentScan.Found found : records) {
            Frame frame = found.frame();
            boolean bad = last && !isIntact(segment, found);
            damaged += bad ? 1 : 0;
            apply(new Written(frame.meta(), frame.position(), found.bodyFrom(), frame.bodyBytes()), segment, bad);
            nextPosition = Math.max(nextPosition, frame.position() + 1);
        }
        if (last && end < segment.size()) {
            segment.truncate(end);
        } else if (end < segment.size()) {
            damaged++;
        }
    }

    private static boolean isIntact(Segment segment, SegmentScan.Found found) throws IOException {
        return segment.isIntact(found.bodyFrom(), found.frame().bodyBytes());
    }

    private void startSegment() throws IOException {
        if (active != null && active.size() == Segment.HEADER_BYTES) {
            active.close();
        }
        active = Segment.create(directory, nextPosition, vault);
        segments.put(nextPosition, active);
    }

    /** Begins a batch; a new segment begins only here. */
    void begin() throws IOException {
        if (active.size() >= segmentBytes) {
            startSegment();
        }
        batchFrom = active.size();
    }

    /** Whether documents written now are sealed. */
    boolean seals() {
        return vault.sealing();
    }

    /** Writes a record of the batch. @return its position */
    long write(Frame.Meta meta, InputStream body, long bodyBytes) throws IOException {
        long position = nextPosition;
        long bodyFrom = active.append(position, meta, body, bodyBytes, seal(meta));
        nextPosition++;
        var written = new Written(meta, position, bodyFrom, active.size() - Frame.CRC_BYTES - bodyFrom);
        pending.add(written);
        pendingById.put(meta.id(), after(findPending(meta.id()), written));
        return position;
    }

    private Optional<Seal> seal(Frame.Meta meta) {
        if (!vault.sealing() || meta instanceof Frame.Removal) {
            return Optional.empty();
        }
        return Optional.of(vault.seal(Frame.keyOf(meta.id())));
    }

    /** Forgets the batch. */
    void rollBack() throws IOException {
        pending.clear();
        pendingById.clear();
        active.truncate(batchFrom);
    }

    /**
     * Makes the keys of a batch's documents. They are on disk when this returns, before any record that they seal: a
     * record found without its key counts as damage, and one that a kill left unacknowledged is none.
     */
    void makeKeys(Set<DocumentId> ids) throws IOException {
        if (!vault.sealing()) {
            return;
        }
        for (DocumentId id : ids) {
            ItemRef key = Frame.keyOf(id);
            if (findPending(id).isEmpty() || vault.find(key).isEmpty()) {
                vault.create(key);
            }
        }
        vault.force();
    }

    void commit() throws IOException {
        if (pending.isEmpty()) {
            return;
        }
        active.force();
        pending.forEach(written -> apply(written, active, false));
        pending.clear();
        pendingById.clear();
    }

    private void apply(Written written, Segment segment, boolean bad) {
        DocumentId id = written.meta().id();
        Stored before = byId.get(id);
        if (written.meta() instanceof Frame.Locked) {
            locked.add(id);
            return;
        }
        boolean arrival = written.meta() instanceof Frame.Arrival;
        if (arrival && before != null) {
            forget(before);
        }
        Optional<Document> known = Optional.ofNullable(before).map(Stored::document);
        Optional<Document> after = after(arrival ? Optional.empty() : known, written);
        if (after.isEmpty()) {
            removed.add(id);
            locked.remove(id);
            if (before != null) {
                forget(before);
            }
            return;
        }
        locked.remove(id);
        byId.put(id, written.meta() instanceof Frame.Arrival sent
                ? new Stored(after.get(), segment, written.place(sent), bad) : before.with(after.get()));
        byPosition.put(after.get().position(), after.get());
    }

    private void forget(Stored stored) {
        byId.remove(stored.document().id());
        byPosition.remove(stored.document().position());
        withRemoved.add(Segment.firstPosition(stored.segment().path()));
    }

    private static Optional<Document> after(Optional<Document> before, Written written) {
        return switch (written.meta()) {
            case Frame.Arrival arrival -> Optional.of(new Document(arrival.id(), arrival.type(), arrival.name(),
                    arrival.content().bytes(), List.of(arrival.owner()), arrival.atMs(), written.position()));
            case Frame.Share share -> before.map(document -> {
                List<Ownership> owners = new ArrayList<>(document.owners());
                owners.add(share.owner());
                return document.with(owners);
            });
            case Frame.Removal removal -> before.flatMap(document -> {
                List<Ownership> left = document.owners().stream()
                        .filter(owner -> !removal.ownerKeyId().map(owner.ownerKeyId()::equals).orElse(true)).toList();
                return left.isEmpty() ? Optional.empty() : Optional.of(document.with(left));
            });
            case Frame.Locked locked -> before;
        };
    }

    Optional<Document> find(DocumentId id) {
        return Optional.ofNullable(byId.get(id)).map(Stored::document);
    }

    /** As it is after the batch so far; a damaged document counts as absent, so that it can be sent again. */
    Optional<Document> findPending(DocumentId id) {
        Optional<Document> inBatch = pendingById.get(id);
        return inBatch != null ? inBatch
                : Optional.ofNullable(byId.get(id)).filter(stored -> !stored.damaged()).map(Stored::document);
    }

    Optional<InputStream> content(DocumentId id) throws IOException {
        Stored stored = byId.get(id);
        if (stored == null) {
            return Optional.empty();
        }
        InputStream body = stored.segment().body(stored.place().from(), stored.place().bytes());
        if (!stored.place().sealed()) {
            return Optional.of(body);
        }
        try {
            return Optional.of(new SealedDocument(body, id, vault.seal(Frame.keyOf(id))));
        } catch (SealBroken e) {
            body.close();
            throw new DocumentDamaged("document " + id, e);
        }
    }

    JournalCursor cursor(long position) {
        return new JournalCursor(byPosition, position);
    }

    long documents() {
        return byId.size() + pending.size();
    }

    long bytes() {
        return segments.values().stream().mapToLong(Segment::size).sum();
    }

    int damaged() {
        return damaged + locked.size();
    }

    /** Rewrites the segments that hold removed documents without them. Removal records stay, as proof. */
    void compact() throws IOException {
        for (long first : Set.copyOf(withRemoved)) {
            Segment segment = segments.get(first);
            if (segment == active) {
                startSegment();
            }
            List<SegmentScan.Found> records = SegmentScan.of(segment).records();
            Segment rewritten = segment.rewrite(records, this::isLive);
            segments.put(first, rewritten);
            for (SegmentScan.Found found : SegmentScan.of(rewritten).records()) {
                if (found.frame().meta() instanceof Frame.Arrival arrival) {
                    var place = new Place(found.bodyFrom(), found.frame().bodyBytes(), arrival.content().sealed());
                    byId.computeIfPresent(arrival.id(), (id, stored) ->
                            new Stored(stored.document(), rewritten, place, stored.damaged()));
                }
            }
            withRemoved.remove(first);
        }
        forgetKeys();
    }

    /** The keys of documents whose bytes are gone. */
    private void forgetKeys() throws IOException {
        removed.removeIf(byId::containsKey);
        if (!removed.isEmpty()) {
            vault.forget(removed.stream().map(Frame::keyOf).toList());
            vault.force();
            removed.clear();
        }
    }

    private boolean isLive(SegmentScan.Found found) {
        DocumentId id = found.frame().meta().id();
        Stored stored = byId.get(id);
        long position = found.frame().position();
        return switch (found.frame().meta()) {
            case Frame.Arrival arrival -> stored != null && stored.document().position() == position;
            case Frame.Share share -> stored != null && stored.document().position() < position;
            case Frame.Removal removal -> true;
            case Frame.Locked sealed -> locked.contains(id);
        };
    }

    @Override
    public void close() throws IOException {
        for (Segment segment : segments.values()) {
            segment.close();
        }
    }
}
