package quern.actors.models;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import quern.actors.models.ModelRefused.Reason;
import quern.inference.format.ForeignFiles;
import quern.inference.format.ModelFiles;
import quern.inference.format.StoredModel;
import quern.kv.AtomicFile;

/** Writes a {@link ModelBundle}. */
final class BundleWriter {

    private static final int BLOCK_BYTES = TarHeader.BLOCK_BYTES;
    private static final int BUFFER_BYTES = 1 << 20;

    private BundleWriter() {}

    /**
     * Writes a bundle; a file of its name appears when it is whole.
     *
     * @param contents of the adapters
     * @throws ModelRefused if the model's files are not those that were imported
     */
    static BundleManifest write(String name, Path model, String fingerprint, List<BundledAdapter> adapters,
            AdapterFiles contents, Path target, ModelImport.Progress progress) throws IOException {
        boolean single = !Files.isDirectory(model);
        List<Path> files = single ? List.of(model) : ForeignFiles.parts(model);
        List<BundledFile> entries = entries(name, model, files, progress);
        String found = single ? entries.getFirst().sha256() : fingerprint(model, progress);
        if (!found.equals(fingerprint)) {
            throw new ModelRefused(Reason.MISMATCH,
                    model + " has SHA-256 " + found + ", expected " + fingerprint + " as it was imported");
        }
        BundleManifest manifest = BundleManifest.of(
                name, single ? BundleManifest.GGUF : "safetensors", fingerprint, entries, adapters);
        byte[] text = manifest.bytes();
        // What an import would refuse is not written.
        BundleManifest.of(text, target.toString());
        long total = manifest.byName().values().stream().mapToLong(BundledFile::bytes).sum();
        AtomicFile.write(target, out -> {
            write(out, ModelBundle.MANIFEST, text);
            write(out, ModelBundle.SUMS, sums(text, manifest));
            long before = 0;
            for (int i = 0; i < files.size(); i++) {
                long done = before;
                append(out, files.get(i), entries.get(i), bytes -> progress.at("write", done + bytes, total));
                before += entries.get(i).bytes();
            }
            for (int i = 0; i < adapters.size(); i++) {
                for (BundledFile file : adapters.get(i).files()) {
                    append(out, i, adapters.get(i), file, contents);
                    before += file.bytes();
                    progress.at("write", before, total);
                }
            }
            out.write(ByteBuffer.allocate(2 * BLOCK_BYTES));
        });
        return manifest;
    }

    private static String fingerprint(Path model, ModelImport.Progress progress) {
        try (StoredModel opened = ModelFiles.openAny(model)) {
            return opened.fingerprint((done, total) -> progress.at("hash", done, total));
        }
    }

    private static List<BundledFile> entries(String name, Path model, List<Path> files,
            ModelImport.Progress progress) throws IOException {
        List<BundledFile> entries = new ArrayList<>();
        for (Path file : files) {
            String path = file.equals(model) ? name + ".gguf" : model.relativize(file).toString();
            if (!BundleManifest.isPlace(path)) {
                throw new ModelRefused(Reason.INVALID, file + ": a bundle holds names of letters, digits and '._+=-',"
                        + " at most 90 characters");
            }
            long size = Files.size(file);
            entries.add(new BundledFile(path, size, Sha256.of(file, done -> progress.at("check", done, size))));
        }
        return entries;
    }

    private static void write(FileChannel out, String name, byte[] content) throws IOException {
        put(out, new TarHeader(name, content.length).block());
        put(out, content);
        put(out, padding(content.length));
    }

    private static void put(FileChannel out, byte[] bytes) throws IOException {
        put(out, ByteBuffer.wrap(bytes));
    }

    private static void put(FileChannel out, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            out.write(buffer);
        }
    }

    private static byte[] padding(long bytes) {
        return new byte[(int) (Math.ceilDiv(bytes, BLOCK_BYTES) * BLOCK_BYTES - bytes)];
    }

    private static void append(FileChannel out, Path file, BundledFile entry, Sha256.Read read) throws IOException {
        put(out, new TarHeader(ModelBundle.FOLDER + entry.path(), entry.bytes()).block());
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = in.size();
            if (size != entry.bytes()
                    || !Sha256.of(in, 0, size, bytes -> put(out, bytes), read).equals(entry.sha256())) {
                throw new ModelRefused(Reason.MISMATCH, file + " changed while it was exported");
            }
        }
        put(out, padding(entry.bytes()));
    }

    private static void append(FileChannel out, int index, BundledAdapter adapter, BundledFile file,
            AdapterFiles contents) throws IOException {
        put(out, new TarHeader(BundleManifest.nameOf(index, file.path()), file.bytes()).block());
        MessageDigest digest = Sha256.begin();
        long written = 0;
        try (InputStream in = contents.open(adapter, file.path())) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int n = in.read(buffer); n >= 0 && written <= file.bytes(); n = in.read(buffer)) {
                digest.update(buffer, 0, n);
                put(out, ByteBuffer.wrap(buffer, 0, n));
                written += n;
            }
        }
        if (written != file.bytes() || !HexFormat.of().formatHex(digest.digest()).equals(file.sha256())) {
            throw new ModelRefused(Reason.MISMATCH,
                    "adapter '" + adapter.id() + "' changed while it was exported: " + file.path());
        }
        put(out, padding(written));
    }

    static byte[] sums(byte[] text, BundleManifest manifest) {
        StringBuilder sums = new StringBuilder(Sha256.of(text)).append("  ").append(ModelBundle.MANIFEST).append('\n');
        manifest.byName().forEach((name, entry) ->
                sums.append(entry.sha256()).append("  ").append(name).append('\n'));
        return sums.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** A bundle of another one's adapters without the model: what a server is given. */
    static InputStream adaptersOf(ModelBundle bundle) throws IOException {
        BundleManifest all = bundle.manifest();
        BundleManifest manifest = BundleManifest.of(
                all.name(), BundleManifest.ADAPTERS, all.fingerprint(), List.of(), all.adapters());
        byte[] text = manifest.bytes();
        List<InputStream> parts = new ArrayList<>();
        add(parts, ModelBundle.MANIFEST, text);
        add(parts, ModelBundle.SUMS, sums(text, manifest));
        FileChannel in = FileChannel.open(bundle.file(), StandardOpenOption.READ);
        manifest.byName().forEach((name, entry) -> {
            parts.add(new ByteArrayInputStream(new TarHeader(name, entry.bytes()).block()));
            parts.add(new Stretch(in, bundle.index().files().get(name).offsetBytes(), entry.bytes()));
            parts.add(new ByteArrayInputStream(padding(entry.bytes())));
        });
        parts.add(new ByteArrayInputStream(new byte[2 * BLOCK_BYTES]));
        // Nothing more to read; closed behind the others, it closes the file.
        parts.add(Channels.newInputStream(in.position(in.size())));
        return new SequenceInputStream(Collections.enumeration(parts));
    }

    private static void add(List<InputStream> parts, String name, byte[] content) {
        parts.add(new ByteArrayInputStream(new TarHeader(name, content.length).block()));
        parts.add(new ByteArrayInputStream(content));
        parts.add(new ByteArrayInputStream(padding(content.length)));
    }

    /** A run of a file's bytes. The channel stays open. */
    private static final class Stretch extends InputStream {

        private final FileChannel channel;
        private long at;
        private long left;

        Stretch(FileChannel channel, long at, long bytes) {
            super();
            this.channel = channel;
            this.at = at;
            this.left = bytes;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int from, int count) throws IOException {
            if (left == 0) {
                return -1;
            }
            int n = channel.read(ByteBuffer.wrap(into, from, (int) Math.min(count, left)), at);
            if (n > 0) {
                at += n;
                left -= n;
            }
            return n;
        }
    }
}
