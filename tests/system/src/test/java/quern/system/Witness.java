package quern.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import quern.config.ConfigLoader;
import quern.config.EncryptionConfig;
import quern.config.IngestConfig;
import quern.ingest.Document;
import quern.ingest.DocumentJournal;
import quern.ingest.JournalCursor;
import quern.inference.tokenizer.Tokenizer;
import quern.kv.DataDirectory;
import quern.kv.journal.Catalogue;
import quern.kv.journal.JobRecord;
import quern.kv.journal.RecordKind;

/** Looks for a text in a data directory that no server has: in its bytes, and in what its keys open. */
final class Witness {

    private static final EncryptionConfig SEALED = new EncryptionConfig(true, java.util.Optional.empty());
    private static final int EDGE_TOKENS = 3;
    private static final int EVENTS = 10_000;

    private final List<byte[]> forms = new ArrayList<>();

    /** As UTF-8, UTF-16 and token ids, in both byte orders. */
    Witness(String text, Tokenizer tokenizer) {
        forms.add(text.getBytes(StandardCharsets.UTF_8));
        forms.add(text.getBytes(StandardCharsets.UTF_16LE));
        forms.add(text.getBytes(StandardCharsets.UTF_16BE));
        int[] ids = tokenizer.encode(text, false);
        int[] inner = Arrays.copyOfRange(ids, EDGE_TOKENS, ids.length - EDGE_TOKENS);
        for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
            // Blocks may end within it: half of it is enough.
            for (int[] half : List.of(Arrays.copyOf(inner, inner.length / 2),
                    Arrays.copyOfRange(inner, inner.length / 2, inner.length))) {
                ByteBuffer bytes = ByteBuffer.allocate(half.length * Integer.BYTES).order(order);
                bytes.asIntBuffer().put(half);
                forms.add(bytes.array());
            }
        }
    }

    private boolean isIn(byte[] content) {
        String all = new String(content, StandardCharsets.ISO_8859_1);
        return forms.stream().anyMatch(form -> all.contains(new String(form, StandardCharsets.ISO_8859_1)));
    }

    /** Files whose bytes hold it, as they lie on the disk and unpacked. */
    Set<String> inBytes(Path data) throws IOException {
        return in(data, data);
    }

    private Set<String> in(Path data, Path seen) throws IOException {
        Set<String> found = new TreeSet<>();
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = data.relativize(file).toString();
                if (name.startsWith("native/")) {
                    continue;
                }
                byte[] bytes = unpacked(Files.readAllBytes(seen.resolve(name)));
                if (isIn(bytes)) {
                    found.add(name);
                }
            }
        }
        return found;
    }

    private static byte[] unpacked(byte[] bytes) throws IOException {
        int magic = bytes.length < Integer.BYTES ? 0 : ByteBuffer.wrap(bytes).getInt();
        if (magic == 0x28b52ffd) {
            try (InputStream in = new ZstdInputStream(new ByteArrayInputStream(bytes))) {
                return in.readAllBytes();
            }
        }
        if (magic >>> Short.SIZE == 0x1f8b) {
            try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
                return in.readAllBytes();
            }
        }
        return bytes;
    }

    /** Files, documents, records and events that hold it, opened with every key the directory has. */
    Set<String> opened(Path data) throws IOException {
        Set<String> found = new TreeSet<>();
        try (DataDirectory directory = DataDirectory.open(data, SEALED, Map.of());
                Catalogue catalogue = Catalogue.open(directory.catalogue(), EVENTS, directory.vault());
                DocumentJournal journal = DocumentJournal.open(
                        directory.documents(), ingest(), directory.vault())) {
            found.addAll(openedFiles(data, directory));
            for (RecordKind kind : RecordKind.values()) {
                catalogue.all(kind, JsonNode.class).forEach(record -> {
                    if (isIn(record.toString().getBytes(StandardCharsets.UTF_8))) {
                        found.add("catalogue/" + kind);
                    }
                });
            }
            for (JobRecord job : catalogue.all(RecordKind.JOB, JobRecord.class)) {
                if (isIn(catalogue.events(job.id(), 0, EVENTS).toString().getBytes(StandardCharsets.UTF_8))) {
                    found.add("catalogue/EVENT");
                }
            }
            JournalCursor cursor = journal.cursor(0);
            for (Document document = cursor.next(); document != null; document = cursor.next()) {
                try (InputStream content = journal.content(document.id()).orElseThrow()) {
                    if (isIn(unpacked(content.readAllBytes()))) {
                        found.add("documents/" + document.id());
                    }
                }
            }
        }
        return found;
    }

    private static IngestConfig ingest() {
        return ConfigLoader.defaults(Path.of("unused")).ingest();
    }

    /** Files alone. */
    Set<String> openedFiles(Path data) throws IOException {
        try (DataDirectory directory = DataDirectory.open(data, SEALED, Map.of())) {
            return openedFiles(data, directory);
        }
    }

    private Set<String> openedFiles(Path data, DataDirectory directory) throws IOException {
        Set<String> found = new TreeSet<>();
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = data.relativize(file).toString();
                try {
                    if (isIn(unpacked(Files.readAllBytes(directory.resolve(name))))) {
                        found.add(name);
                    }
                } catch (quern.kv.vault.SealBroken noKey) {
                    // A file that no key opens any more.
                    continue;
                }
            }
        }
        return found;
    }

    /** Kinds of places: the first directory, and the tier of a block. */
    static Set<String> kinds(Set<String> places) {
        Set<String> kinds = new TreeSet<>();
        for (String place : places) {
            String[] names = place.split("/");
            boolean tier = names[0].equals("blocks") && names.length > 1;
            boolean file = names[0].equals("datasets") && names.length > 2;
            kinds.add(tier ? names[0] + "/" + names[1] : file ? names[0] + "/" + names[2] : names[0]);
        }
        return kinds;
    }
}
