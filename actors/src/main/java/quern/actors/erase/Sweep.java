package quern.actors.erase;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import quern.actors.Stores;
import quern.kv.DataDirectory;
import quern.kv.journal.JobEvent;
import quern.kv.journal.JobRecord;
import quern.kv.journal.RecordKind;
import quern.kv.vault.SealBroken;

/**
 * A last look at everything in the data directory that the keys still held can read: every file, unpacked, and every
 * record and event of the catalogue. It finds what lineage did not lead to, or says that there is nothing.
 */
final class Sweep {

    static final String REMAINING = "remaining";
    static final String COUNTS = "sweep";

    /** Not made of documents, or looked at elsewhere: documents as a journal, blocks by their tokens. */
    private static final Set<String> LEFT_OUT = Set.of("models", "native", "documents", "keys", "lock");
    private static final Set<RecordKind> EDGES_ONLY =
            Set.of(RecordKind.DOCUMENT, RecordKind.SAMPLE, RecordKind.ANSWER, RecordKind.ERASURE);

    private final Stores stores;
    private final DataDirectory data;
    private final ByteSearch search;
    private final Path own;
    private final ErasureFacts facts;
    private final Deque<Path> files = new ArrayDeque<>();
    private long looked;
    private long bytes;
    private long unreadable;
    private long records;

    /** @param own the erasure's directory, which holds what is looked for */
    Sweep(Stores stores, ByteSearch search, Path own, ErasureFacts facts) {
        this.stores = stores;
        this.data = stores.directory();
        this.search = search;
        this.own = StoredFiles.real(data, own);
        this.facts = facts;
        facts.clear(REMAINING);
        try (Stream<Path> children = Files.list(data.root())) {
            for (Path child : children.sorted().toList()) {
                String name = child.getFileName().toString();
                boolean sealedBlocks = name.equals("blocks") && data.vault().sealing();
                if (!LEFT_OUT.contains(name) && !sealedBlocks) {
                    StoredFiles.below(child).stream().filter(file -> !file.startsWith(this.own)).forEach(files::add);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(data.root() + " cannot be listed", e);
        }
    }

    int filesLeft() {
        return files.size();
    }

    long filesLooked() {
        return looked;
    }

    /** Looks at files for so long. @return whether there are more */
    boolean step(long nanos) {
        long until = System.nanoTime() + nanos;
        while (!files.isEmpty() && System.nanoTime() < until) {
            look(files.remove());
        }
        return !files.isEmpty();
    }

    private void look(Path file) {
        String place = data.root().relativize(file).toString();
        try {
            Contents.Look look = Contents.at(data.resolve(place), search);
            looked++;
            bytes += look.bytes();
            note(place, look.found());
        } catch (SealBroken noKey) {
            unreadable++;
        } catch (IOException gone) {
            if (Files.exists(file)) {
                unreadable++;
            }
        }
    }

    private void note(String place, BitSet found) {
        boolean known = facts.find(JobErasure.FILES, fileName(place)).isPresent() && place.startsWith("files/");
        if (!found.isEmpty() && !known) {
            facts.entry(REMAINING, place).put("stretches", found.cardinality());
        }
    }

    private static String fileName(String place) {
        return Path.of(place).getFileName().toString();
    }

    /** Looks at the catalogue and adds up. */
    void finish(Needles needles) throws IOException {
        for (RecordKind kind : RecordKind.values()) {
            if (!EDGES_ONLY.contains(kind)) {
                for (JsonNode record : stores.catalogue().all(kind, JsonNode.class)) {
                    look("catalogue/" + kind + "/" + record.path("id").asText(), record.toString());
                }
            }
        }
        for (JobRecord job : stores.catalogue().all(RecordKind.JOB, JobRecord.class)) {
            List<JobEvent> events = stores.catalogue().events(job.id(), 0, Integer.MAX_VALUE);
            for (JobEvent event : events) {
                look("catalogue/EVENT/" + job.id(), event.message() + "\n" + event.detailJson());
            }
        }
        facts.set(COUNTS, "stretches", needles.count());
        facts.set(COUNTS, "stretches_of_other_documents_too", needles.shared());
        facts.set(COUNTS, "files", looked);
        facts.set(COUNTS, "bytes", bytes);
        facts.set(COUNTS, "files_no_key_opens", unreadable);
        facts.set(COUNTS, "records", records);
        facts.set(COUNTS, REMAINING, facts.list(REMAINING).size());
    }

    private void look(String place, String text) throws IOException {
        records++;
        BitSet found = new BitSet();
        search.search(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), found::set);
        note(place, found);
    }
}
