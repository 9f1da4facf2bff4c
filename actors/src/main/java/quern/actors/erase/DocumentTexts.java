package quern.actors.erase;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import quern.actors.Stores;
import quern.curation.DatasetSource;
import quern.curation.SampleSource;
import quern.ingest.DocumentId;
import quern.ingest.reader.DocumentReader;
import quern.ingest.reader.Item;
import quern.ingest.reader.Reading;
import quern.kv.AtomicFile;
import quern.kv.DataDirectory;
import quern.kv.journal.DatasetRecord;
import quern.kv.vault.ItemRef;
import quern.kv.vault.KeyCollection;

/**
 * What is looked for: every text of a document as it is read, and of its samples as datasets have them. Kept, sealed,
 * until the document itself is gone, so that an erasure that was interrupted still knows.
 */
final class DocumentTexts {

    private static final String FILE = "texts.jsonl";
    private static final String PRIVATE = "__";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path directory;

    /** @param directory the erasure's own */
    DocumentTexts(Path directory) {
        this.directory = directory;
    }

    Path directory() {
        return directory;
    }

    /** Removes them; what a kill leaves of them has no other reader. */
    void remove(DataDirectory data) throws IOException {
        StoredFiles.remove(data, directory);
        if (!data.vault().id().isEmpty()) {
            data.vault().forget(List.of(ItemRef.of(KeyCollection.JOBS, directory.getFileName().toString())));
        }
    }

    boolean exist() {
        return Files.exists(directory.resolve(FILE));
    }

    /** Reads document and datasets and keeps the texts, all or none. @return characters kept */
    long collect(Stores stores, DocumentReader reader, DocumentId id, List<DatasetRecord> datasets)
            throws IOException {
        DataDirectory.makeDirectory(directory);
        Path part = directory.resolve(FILE + ".part");
        long[] chars = new long[1];
        try (Writer out = Files.newBufferedWriter(part, StandardCharsets.UTF_8)) {
            Set<Long> seen = new HashSet<>();
            Consumer<String> keep = text -> {
                long name = (long) text.hashCode() << Integer.SIZE | text.length();
                if (text.length() >= Shingles.POINTS && seen.add(name)) {
                    write(out, text);
                    chars[0] += text.length();
                }
            };
            readDocument(stores, reader, id, keep);
            for (DatasetRecord dataset : datasets) {
                readSamples(stores.directory().resolve(dataset.path()), id.hex(), keep);
            }
        }
        try (FileChannel written = FileChannel.open(part, StandardOpenOption.WRITE)) {
            written.force(true);
        }
        Files.move(part, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
        AtomicFile.forceDirectory(directory);
        return chars[0];
    }

    private static void write(Writer out, String text) {
        try {
            out.write(JSON.writeValueAsString(text));
            out.write('\n');
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("texts of the document cannot be kept", e);
        }
    }

    private static void readDocument(Stores stores, DocumentReader reader, DocumentId id, Consumer<String> keep) {
        var document = stores.documents().find(id);
        var content = document.isPresent() ? stores.documents().content(id) : java.util.Optional
                .<java.io.InputStream>empty();
        if (content.isEmpty()) {
            return;
        }
        try (Reading reading = reader.read(document.get(), content.get())) {
            for (Item item = reading.next(); item != null; item = reading.next()) {
                if (item instanceof Item.Whole whole) {
                    texts(whole.sample().fields(), keep);
                }
            }
        }
    }

    private static void readSamples(Path dataset, String id, Consumer<String> keep) {
        try (DatasetSource source = new DatasetSource(dataset)) {
            for (SampleSource.Item item = source.next(); item != null; item = source.next()) {
                if (item instanceof SampleSource.Read read
                        && (read.sample().documentId().equals(id) || read.documents().contains(id))) {
                    texts(read.sample().fields(), keep);
                }
            }
        }
    }

    /** Every text in a JSON value; fields of our own are none. */
    static void texts(JsonNode node, Consumer<String> keep) {
        if (node.isTextual()) {
            keep.accept(node.asText());
        } else if (node.isArray()) {
            node.forEach(item -> texts(item, keep));
        } else {
            node.properties().stream().filter(field -> !field.getKey().startsWith(PRIVATE))
                    .forEach(field -> texts(field.getValue(), keep));
        }
    }

    /** Tells every text that was kept. */
    void forEach(Consumer<String> use) throws IOException {
        try (BufferedReader in = Files.newBufferedReader(directory.resolve(FILE), StandardCharsets.UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                use.accept(JSON.readValue(line, String.class));
            }
        }
    }
}
