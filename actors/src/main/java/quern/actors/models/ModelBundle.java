package quern.actors.models;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import quern.actors.models.ModelRefused.Reason;

/**
 * A model in one file, its adapters with it, to be carried to another machine: a tar archive of {@code manifest.json},
 * {@code SHA256SUMS} (so that {@code tar xf} and {@code sha256sum -c} check it), the model's files below {@code model/}
 * and those of adapters below {@code adapters/N/}. Any tar may have packed it, in any order; what the files hold is
 * what the export wrote, or the bundle is refused, and so it is where it holds anything else.
 */
record ModelBundle(Path file, BundleManifest manifest, TarIndex index) {

    static final String FOLDER = "model/";
    static final String MANIFEST = "manifest.json";
    static final String SUMS = "SHA256SUMS";
    private static final int MANIFEST_BYTES_MAX = 16 << 20;

    /** Whether it begins as a tar archive does; no more is looked at. */
    static boolean is(Path file) {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            byte[] block = TarIndex.read(in, 0, TarHeader.BLOCK_BYTES);
            return TarHeader.isSound(block) && !TarHeader.isEmpty(block);
        } catch (IOException unreadable) {
            return false;
        }
    }

    /**
     * Reads the manifest and checks all that is not of a model's or adapter's file; those are checked by
     * {@link #requireWhole} and {@link #requireAdapters}.
     *
     * @throws ModelRefused if it is truncated, altered or no bundle
     */
    static ModelBundle open(Path file) throws IOException {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            TarIndex index = TarIndex.of(file, in);
            byte[] text = index.bytes(in, MANIFEST, MANIFEST_BYTES_MAX);
            byte[] sums = index.bytes(in, SUMS, MANIFEST_BYTES_MAX);
            // Before a word of it is believed: the sums begin with its own.
            String first = Sha256.of(text) + "  " + MANIFEST + "\n";
            if (!new String(sums, StandardCharsets.ISO_8859_1).startsWith(first)) {
                throw refused(file, SUMS, "a sum that is not that of its " + MANIFEST, first.strip());
            }
            BundleManifest manifest = BundleManifest.of(text, file + ": " + MANIFEST);
            if (!Arrays.equals(sums, BundleWriter.sums(text, manifest))) {
                throw refused(file, SUMS, "other sums", "those of " + MANIFEST);
            }
            requireThese(file, index, manifest.byName());
            return new ModelBundle(file, manifest, index);
        } catch (EOFException truncated) {
            throw new ModelRefused(Reason.MISMATCH, "bundle " + file + " ends too early: " + truncated.getMessage());
        }
    }

    /** All files of the manifest, of the size it says, and no others. */
    private static void requireThese(Path file, TarIndex index, Map<String, BundledFile> expected) {
        expected.forEach((name, entry) -> {
            TarIndex.Place place = index.files().get(name);
            if (place == null || place.bytes() != entry.bytes()) {
                throw refused(file, name, place == null ? "nothing" : place.bytes() + " bytes",
                        entry.bytes() + " bytes");
            }
        });
        for (String name : index.files().keySet()) {
            if (!expected.containsKey(name) && !name.equals(MANIFEST) && !name.equals(SUMS)) {
                throw refused(file, name, "a file", "none that " + MANIFEST + " does not name");
            }
        }
        for (String directory : index.directories()) {
            Set<String> names = expected.keySet();
            if (names.stream().noneMatch(name -> name.startsWith(directory + "/"))) {
                throw refused(file, directory, "a directory", "none without a file of " + MANIFEST);
            }
        }
    }

    private static ModelRefused refused(Path file, String name, String found, String expected) {
        return new ModelRefused(Reason.MISMATCH,
                "bundle " + file + ", '" + name + "': found " + found + ", expected " + expected);
    }

    /** Where the model's files lie in it, to be copied below the name. */
    List<CopyPart> parts() {
        return manifest.files().stream().map(entry -> new CopyPart(file,
                index.files().get(FOLDER + entry.path()).offsetBytes(), entry.bytes(), Path.of(entry.path()))).toList();
    }

    /** @param target where the model is copied to: a file, or the directory of all */
    List<CopyPart> partsTo(Path target) {
        return parts().stream().map(part -> new CopyPart(part.source(), part.offsetBytes(), part.bytes(),
                manifest.single() ? target : target.resolve(part.target()))).toList();
    }

    /**
     * Compares the copied files with the manifest.
     *
     * @param model the copy: a file, or the directory of all
     */
    void requireWhole(Path model, ModelImport.Progress progress) throws IOException {
        long total = manifest.files().stream().mapToLong(BundledFile::bytes).sum();
        long before = 0;
        for (BundledFile entry : manifest.files()) {
            long done = before;
            require(FOLDER + entry.path(), entry, Sha256.of(manifest.single() ? model : model.resolve(entry.path()),
                    bytes -> progress.at("check", done + bytes, total)));
            before += entry.bytes();
        }
    }

    /** Compares the adapters' files, as they lie in the bundle, with the manifest. */
    void requireAdapters(ModelImport.Progress progress) throws IOException {
        long total = manifest.adapters().stream().mapToLong(BundledAdapter::bytes).sum();
        long before = 0;
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            for (int i = 0; i < manifest.adapters().size(); i++) {
                for (BundledFile entry : manifest.adapters().get(i).files()) {
                    long done = before;
                    readAdapter(in, i, entry, bytes -> { },
                            bytes -> progress.at("check", done + bytes, total));
                    before += entry.bytes();
                }
            }
        }
    }

    /** Gives an adapter's file to a taker. @throws ModelRefused at its end if it is not that of the manifest */
    void readAdapter(FileChannel in, int adapter, BundledFile entry, Sha256.Taker taker, Sha256.Read read)
            throws IOException {
        String name = BundleManifest.nameOf(adapter, entry.path());
        require(name, entry, Sha256.of(in, index.files().get(name).offsetBytes(), entry.bytes(), taker, read));
    }

    private void require(String name, BundledFile entry, String found) {
        if (!found.equals(entry.sha256())) {
            throw new ModelRefused(Reason.MISMATCH,
                    "bundle " + file + ": " + name + " has SHA-256 " + found + ", expected " + entry.sha256());
        }
    }
}
