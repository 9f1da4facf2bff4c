package quern.actors.models;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import quern.actors.models.ModelRefused.Reason;
import quern.inference.format.ForeignFiles;
import quern.inference.format.ModelFiles;
import quern.inference.format.StoredModel;
import quern.kv.AtomicFile;

/**
 * A model in one file, to be carried to another machine: a tar archive of {@code manifest.json}, {@code SHA256SUMS}
 * (so that {@code tar xf} and {@code sha256sum -c} check it) and the files below {@code model/}. Read strictly: each
 * byte is what the export wrote, or the bundle is refused.
 *
 * @param parts where the files lie in it, to be copied below the name
 */
record ModelBundle(Path file, BundleManifest manifest, List<CopyPart> parts) {

    static final String FOLDER = "model/";
    private static final String MANIFEST = "manifest.json";
    private static final String SUMS = "SHA256SUMS";
    private static final int MANIFEST_BYTES_MAX = 16 << 20;
    private static final int BUFFER_BYTES = 4 << 20;
    private static final int BLOCK_BYTES = TarHeader.BLOCK_BYTES;

    /** Whether it begins as a bundle does; no more is looked at. */
    static boolean is(Path file) {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            return TarHeader.begins(bytes(in, 0, BLOCK_BYTES), MANIFEST);
        } catch (IOException unreadable) {
            return false;
        }
    }

    /**
     * Reads the manifest and checks every byte that is not of a model's file; those are checked once they are copied.
     *
     * @throws ModelRefused if it is truncated, altered or no bundle
     */
    static ModelBundle open(Path file) throws IOException {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            long bytes = TarHeader.bytes(bytes(in, 0, BLOCK_BYTES));
            if (bytes < 2 || bytes > MANIFEST_BYTES_MAX) {
                throw refused(file, 0, "a manifest of " + bytes + " bytes", "2 to " + MANIFEST_BYTES_MAX);
            }
            Cursor cursor = new Cursor(file, in);
            byte[] text = bytes(in, cursor.enter(MANIFEST, bytes), (int) bytes);
            cursor.leave();
            // Before a word of it is believed: the sums begin with its own.
            String first = digest(text) + "  " + MANIFEST + "\n";
            byte[] begin = bytes(in, cursor.at + BLOCK_BYTES, first.length());
            if (!first.equals(new String(begin, StandardCharsets.ISO_8859_1))) {
                throw refused(file, cursor.at + BLOCK_BYTES, "a sum that is not that of its " + MANIFEST,
                        first.strip());
            }
            BundleManifest manifest = BundleManifest.of(text, file + ": " + MANIFEST);
            byte[] sums = sums(text, manifest);
            long sumsAt = cursor.enter(SUMS, sums.length);
            if (!Arrays.equals(bytes(in, sumsAt, sums.length), sums)) {
                throw refused(file, sumsAt, "other sums", "those of " + MANIFEST);
            }
            cursor.leave();
            List<CopyPart> parts = new ArrayList<>();
            for (BundleManifest.Entry entry : manifest.files()) {
                long at = cursor.enter(FOLDER + entry.path(), entry.bytes());
                parts.add(new CopyPart(file, at, entry.bytes(), Path.of(entry.path())));
                cursor.leave();
            }
            cursor.end();
            return new ModelBundle(file, manifest, List.copyOf(parts));
        } catch (EOFException truncated) {
            throw new ModelRefused(Reason.MISMATCH, "bundle " + file + " ends too early: " + truncated.getMessage());
        }
    }

    /** Walks from entry to entry, and lets pass only what the export writes. */
    private static final class Cursor {
        private final Path file;
        private final FileChannel in;
        private long at;
        private long bytes;

        Cursor(Path file, FileChannel in) {
            this.file = file;
            this.in = in;
        }

        /** Returns where the content begins. */
        long enter(String name, long size) throws IOException {
            byte[] found = ModelBundle.bytes(in, at, BLOCK_BYTES);
            if (!Arrays.equals(found, new TarHeader(name, size).block())) {
                throw refused(file, at, TarHeader.describe(found),
                        "file '" + name + "' of " + size + " bytes, with the header that the export writes");
            }
            bytes = size;
            at += BLOCK_BYTES;
            return at;
        }

        void leave() throws IOException {
            at += bytes;
            zeros((int) (Math.ceilDiv(bytes, BLOCK_BYTES) * BLOCK_BYTES - bytes));
        }

        void end() throws IOException {
            zeros(2 * BLOCK_BYTES);
            if (in.size() != at) {
                throw refused(file, at, in.size() - at + " bytes more", "the end");
            }
        }

        private void zeros(int count) throws IOException {
            if (!Arrays.equals(ModelBundle.bytes(in, at, count), new byte[count])) {
                throw refused(file, at, "other bytes", count + " zeros");
            }
            at += count;
        }
    }

    private static ModelRefused refused(Path file, long at, String found, String expected) {
        return new ModelRefused(Reason.MISMATCH,
                "bundle " + file + ", byte " + at + ": found " + found + ", expected " + expected);
    }

    private static byte[] bytes(FileChannel in, long at, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(count);
        while (buffer.hasRemaining()) {
            if (in.read(buffer, at + buffer.position()) < 0) {
                throw new EOFException(in.size() + " bytes, expected " + (at + count) + " at least");
            }
        }
        return buffer.array();
    }

    /** @param target where the model is copied to: a file, or the directory of all */
    List<CopyPart> partsTo(Path target) {
        return parts.stream().map(part -> new CopyPart(part.source(), part.offsetBytes(), part.bytes(),
                manifest.single() ? target : target.resolve(part.target()))).toList();
    }

    /**
     * Compares the copied files with the manifest.
     *
     * @param model the copy: a file, or the directory of all
     */
    void requireWhole(Path model, ModelImport.Progress progress) throws IOException {
        long total = manifest.files().stream().mapToLong(BundleManifest.Entry::bytes).sum();
        long before = 0;
        for (BundleManifest.Entry entry : manifest.files()) {
            long done = before;
            String found = digest(manifest.single() ? model : model.resolve(entry.path()),
                    bytes -> progress.at("check", done + bytes, total));
            if (!found.equals(entry.sha256())) {
                throw new ModelRefused(Reason.MISMATCH, "bundle " + file + ": " + FOLDER + entry.path()
                        + " has SHA-256 " + found + ", expected " + entry.sha256());
            }
            before += entry.bytes();
        }
    }

    /**
     * Writes a bundle; a file of its name appears when it is whole.
     *
     * @throws ModelRefused if the model's files are not those that were imported
     */
    static BundleManifest write(String name, Path model, String fingerprint, Path target,
            ModelImport.Progress progress) throws IOException {
        boolean single = !Files.isDirectory(model);
        List<Path> files = single ? List.of(model) : ForeignFiles.parts(model);
        List<BundleManifest.Entry> entries = entries(name, model, files, progress);
        String found = single ? entries.getFirst().sha256() : fingerprint(model, progress);
        if (!found.equals(fingerprint)) {
            throw new ModelRefused(Reason.MISMATCH,
                    model + " has SHA-256 " + found + ", expected " + fingerprint + " as it was imported");
        }
        BundleManifest manifest = new BundleManifest(BundleManifest.FORMAT, BundleManifest.VERSION, name,
                single ? BundleManifest.GGUF : "safetensors", fingerprint, entries);
        byte[] text = manifest.bytes();
        long total = entries.stream().mapToLong(BundleManifest.Entry::bytes).sum();
        AtomicFile.write(target, out -> {
            write(out, MANIFEST, text);
            write(out, SUMS, sums(text, manifest));
            long before = 0;
            for (int i = 0; i < files.size(); i++) {
                long done = before;
                append(out, files.get(i), entries.get(i), bytes -> progress.at("write", done + bytes, total));
                before += entries.get(i).bytes();
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

    private static List<BundleManifest.Entry> entries(String name, Path model, List<Path> files,
            ModelImport.Progress progress) throws IOException {
        List<BundleManifest.Entry> entries = new ArrayList<>();
        for (Path file : files) {
            String path = file.equals(model) ? name + ".gguf" : model.relativize(file).toString();
            if (!BundleManifest.isPlace(path)) {
                throw new ModelRefused(Reason.INVALID, file + ": a bundle holds names of letters, digits and '._+=-',"
                        + " at most 90 characters");
            }
            long size = Files.size(file);
            entries.add(new BundleManifest.Entry(path, size, digest(file, done -> progress.at("check", done, size))));
        }
        return entries;
    }

    private static void write(FileChannel out, String name, byte[] content) throws IOException {
        put(out, new TarHeader(name, content.length).block());
        put(out, content);
        pad(out, content.length);
    }

    private static void put(FileChannel out, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            out.write(buffer);
        }
    }

    private static void pad(FileChannel out, long bytes) throws IOException {
        put(out, new byte[(int) (Math.ceilDiv(bytes, BLOCK_BYTES) * BLOCK_BYTES - bytes)]);
    }

    private static void append(FileChannel out, Path file, BundleManifest.Entry entry, Read read) throws IOException {
        put(out, new TarHeader(FOLDER + entry.path(), entry.bytes()).block());
        MessageDigest digest = sha256();
        long written = each(file, buffer -> {
            digest.update(buffer.duplicate());
            while (buffer.hasRemaining()) {
                out.write(buffer);
            }
        }, read);
        if (written != entry.bytes() || !HexFormat.of().formatHex(digest.digest()).equals(entry.sha256())) {
            throw new ModelRefused(Reason.MISMATCH, file + " changed while it was exported");
        }
        pad(out, written);
    }

    /** Told how many bytes of a file were read. */
    @FunctionalInterface
    private interface Read {
        void at(long bytes);
    }

    @FunctionalInterface
    private interface Taker {
        void take(ByteBuffer bytes) throws IOException;
    }

    private static long each(Path file, Taker taker, Read read) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        long at = 0;
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            while (in.read(buffer.clear()) > 0) {
                buffer.flip();
                at += buffer.remaining();
                taker.take(buffer);
                read.at(at);
            }
        }
        return at;
    }

    private static byte[] sums(byte[] text, BundleManifest manifest) {
        StringBuilder sums = new StringBuilder(digest(text)).append("  ").append(MANIFEST).append('\n');
        manifest.files().forEach(entry -> sums.append(entry.sha256()).append("  ").append(FOLDER)
                .append(entry.path()).append('\n'));
        return sums.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static String digest(Path file, Read read) throws IOException {
        MessageDigest digest = sha256();
        each(file, digest::update, read);
        return HexFormat.of().formatHex(digest.digest());
    }

    private static String digest(byte[] bytes) {
        return HexFormat.of().formatHex(sha256().digest(bytes));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("each JDK has SHA-256", impossible);
        }
    }
}
