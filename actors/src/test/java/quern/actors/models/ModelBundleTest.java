package quern.actors.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import quern.inference.EmbeddedModel;
import quern.kv.journal.Catalogue;
import quern.kv.journal.ModelRecord;

/** A model goes into a bundle and comes out of it the same, and out of an altered one not at all. */
class ModelBundleTest {

    private static final int MUTATIONS = 400;
    private static final int IMPORTED_MUTATIONS = 12;
    private static final ModelImport.Progress SILENT = (stage, done, total) -> { };

    @TempDir
    private Path scratch;
    private Path data;
    private Path source;
    private Path bundle;
    private String fingerprint;
    private Catalogue catalogue;
    private ModelStore store;

    @BeforeEach
    void open() throws IOException {
        data = Files.createDirectory(scratch.resolve("data"));
        source = EmbeddedModel.unpack(scratch.resolve("from"));
        bundle = scratch.resolve("tiny.quern.tar");
        catalogue = Catalogue.open(data.resolve("catalogue"), 10);
        store = new ModelStore(data, catalogue, ModelStoreTest.START);
        try (ModelImport linked = ModelImport.into(data, SILENT)) {
            fingerprint = linked.stage(new ModelImport.Order(source, Optional.of("x"), true, Optional.empty()))
                    .fingerprint();
        }
        export("tiny", source, fingerprint, bundle);
    }

    @AfterEach
    void close() {
        catalogue.close();
    }

    private static void export(String name, Path model, String fingerprint, Path target) throws IOException {
        ModelExport.write(name, model, fingerprint, List.of(), AdapterFiles.NONE, target, SILENT);
    }

    private ModelRecord add(Path file, String name, ModelImport.Progress progress, long stepBytes)
            throws IOException {
        try (ModelImport running = ModelImport.into(data, progress, stepBytes)) {
            ModelRecord record = store.add(running.stage(
                    new ModelImport.Order(file, Optional.ofNullable(name), false, Optional.empty())));
            running.complete();
            return record;
        }
    }

    private long files() throws IOException {
        Path models = data.resolve("models");
        if (!Files.isDirectory(models)) {
            return 0;
        }
        try (Stream<Path> paths = Files.walk(models)) {
            return paths.count() - 1;
        }
    }

    @Test
    void shouldComeOutTheSameWhenImported() throws IOException {
        ModelRecord record = add(bundle, null, SILENT, 1 << 20);
        assertEquals("tiny", record.name());
        assertEquals(fingerprint, record.fingerprint());
        assertEquals(-1, Files.mismatch(source, Path.of(record.path())));
        assertEquals("other", add(bundle, "other", SILENT, 1 << 20).name());
    }

    @Test
    void shouldHoldAllFilesWhenTheModelIsADirectory() throws IOException {
        Path model = Path.of(System.getProperty("quern.root", "..")).resolve("../shared/models/stories260K/hf");
        Assumptions.assumeTrue(Files.exists(model));
        ModelRecord kept = add(model, "dir", SILENT, 1 << 20);
        Path file = scratch.resolve("dir.quern.tar");
        export("dir", Path.of(kept.path()), kept.fingerprint(), file);
        ModelRecord again = add(file, "again", SILENT, 10_000);
        assertEquals(kept.fingerprint(), again.fingerprint());
        for (CopyPart part : ModelBundle.open(file).parts()) {
            Path copy = Path.of(again.path()).resolve(part.target());
            assertEquals(-1, Files.mismatch(model.resolve(part.target()), copy));
        }
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) ModelBundle.open(file).parts().getLast().offsetBytes() + 3] ^= 1;
        Files.write(file, bytes);
        var refused = assertThrows(ModelRefused.class, () -> add(file, "bad", SILENT, 10_000));
        assertTrue(refused.getMessage().contains("tokenizer_config.json has SHA-256"), refused.getMessage());
    }

    @Test
    void shouldBeReadByTarAndCheckedBySha256sum() throws Exception {
        Path out = Files.createDirectory(scratch.resolve("out"));
        run(out, "tar", "xf", bundle.toString());
        run(out, "sha256sum", "-c", "--strict", "SHA256SUMS");
        assertEquals(-1, Files.mismatch(source, out.resolve("model/tiny.gguf")));
    }

    private static void run(Path directory, String... command) throws Exception {
        Process process = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
    }

    @Test
    void shouldRefuseWhenAnyByteIsAltered() throws IOException {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        byte[] whole = Files.readAllBytes(bundle);
        long modelAt = ModelBundle.open(bundle).parts().getFirst().offsetBytes();
        Path altered = scratch.resolve("altered.tar");
        for (int i = 0; i < MUTATIONS; i++) {
            // All of the head, then anywhere in the file.
            int at = i < MUTATIONS * 3 / 4 ? random.nextInt((int) modelAt) : random.nextInt(whole.length);
            byte[] bytes = whole.clone();
            bytes[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(altered, bytes);
            if (sameChecksum(whole, bytes, at)) {
                assertEquals(ModelBundle.open(bundle).manifest(), ModelBundle.open(altered).manifest());
                continue;
            }
            boolean first = at < TarHeader.BLOCK_BYTES;
            ModelRefused refused = i < IMPORTED_MUTATIONS && !first
                    ? assertThrows(ModelRefused.class, () -> add(altered, "m", SILENT, 1 << 20), "byte " + at)
                    : assertThrows(ModelRefused.class, () -> {
                        ModelBundle opened = ModelBundle.open(altered);
                        Path copy = scratch.resolve("copy.gguf");
                        CopyPart part = opened.parts().getFirst();
                        Files.write(copy, Arrays.copyOfRange(bytes, (int) part.offsetBytes(),
                                (int) (part.offsetBytes() + part.bytes())));
                        opened.requireWhole(copy, SILENT);
                    }, "byte " + at);
            assertTrue(refused.getMessage().contains("altered.tar"), refused.getMessage());
        }
        assertEquals(List.of(), store.list());
        assertEquals(0, files());
    }

    /** Whether only the way the checksum of a header is written is another: what fills it up is up to each tar. */
    private static boolean sameChecksum(byte[] whole, byte[] altered, int at) {
        int block = at / TarHeader.BLOCK_BYTES * TarHeader.BLOCK_BYTES;
        return at - block >= 148 && at - block < 156
                && TarHeader.isSound(Arrays.copyOfRange(whole, block, block + TarHeader.BLOCK_BYTES))
                && TarHeader.isSound(Arrays.copyOfRange(altered, block, block + TarHeader.BLOCK_BYTES));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--format=ustar", "--format=pax", "--format=gnu", "--format=v7", "--format=oldgnu",
        "--format=pax --mtime=2001-02-03 --owner=nobody", "--format=gnu -b 1", "--format=posix -b 7"})
    void shouldBeTakenWhenAnotherTarPackedItAgain(String options) throws Exception {
        Path out = Files.createDirectory(scratch.resolve("out"));
        run(out, "tar", "xf", bundle.toString());
        for (List<String> members : List.of(List.of("."), List.of("model", "SHA256SUMS", "manifest.json"),
                List.of("./SHA256SUMS", "model/tiny.gguf", "./manifest.json"))) {
            Path again = scratch.resolve("again.tar");
            List<String> line = new java.util.ArrayList<>(List.of("tar", "cf", again.toString()));
            line.addAll(List.of(options.split(" ")));
            line.addAll(members);
            run(out, line.toArray(String[]::new));
            assertTrue(ModelBundle.is(again), line.toString());
            CopyPart part = ModelBundle.open(again).parts().getFirst();
            byte[] bytes = Files.readAllBytes(again);
            assertArrayEquals(Files.readAllBytes(source), Arrays.copyOfRange(bytes, (int) part.offsetBytes(),
                    (int) (part.offsetBytes() + part.bytes())), line.toString());
        }
        assertEquals(fingerprint, add(scratch.resolve("again.tar"), "again", SILENT, 1 << 20).fingerprint());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ln -s /etc/passwd model/tiny.gguf.link", "ln model/tiny.gguf other", "mkfifo pipe",
        "cp model/tiny.gguf model/more.gguf", "mkdir -p ../out/sub", "cp manifest.json sub.json"})
    void shouldRefuseWhenSomethingElseIsPackedWithIt(String more) throws Exception {
        Path out = Files.createDirectory(scratch.resolve("out"));
        run(out, "tar", "xf", bundle.toString());
        run(out, more.split(" "));
        Path again = scratch.resolve("again.tar");
        run(out, "tar", "cf", again.toString(), ".");
        assertThrows(ModelRefused.class, () -> add(again, "again", SILENT, 1 << 20));
        assertEquals(0, files());
    }

    @ParameterizedTest
    @ValueSource(strings = {"../tiny.gguf", "/model/tiny.gguf", "model/../model/tiny.gguf", "model//tiny.gguf"})
    void shouldRefuseWhenAnEntryIsNamedOtherwise(String name) throws Exception {
        Path out = Files.createDirectory(scratch.resolve("out"));
        run(out, "tar", "xf", bundle.toString());
        for (String format : List.of("ustar", "pax", "gnu")) {
            Path again = scratch.resolve("again.tar");
            run(out, "tar", "cPf", again.toString(), "--format=" + format, "--transform=s,^model/tiny.gguf," + name
                    + ",", "manifest.json", "SHA256SUMS", "model/tiny.gguf");
            var refused = assertThrows(ModelRefused.class, () -> add(again, "again", SILENT, 1 << 20));
            assertTrue(refused.getMessage().contains("tiny.gguf"), refused.getMessage());
        }
        assertEquals(0, files());
    }

    @Test
    void shouldRefuseWhenAFileIsThereTwiceOrItsSizeIsNone() throws Exception {
        Path out = Files.createDirectory(scratch.resolve("out"));
        run(out, "tar", "xf", bundle.toString());
        Path again = scratch.resolve("again.tar");
        run(out, "tar", "cf", again.toString(), "--hard-dereference", "manifest.json", "SHA256SUMS", "model/tiny.gguf",
                "manifest.json");
        var twice = assertThrows(ModelRefused.class, () -> add(again, "again", SILENT, 1 << 20));
        assertTrue(twice.getMessage().contains("'manifest.json' again"), twice.getMessage());
        byte[] whole = Files.readAllBytes(bundle);
        for (byte[] size : new byte[][] {"77777777777".getBytes(StandardCharsets.US_ASCII),
            {(byte) 0x80, 0, 0, 0, 0x7f, -1, -1, -1, -1, -1, -1, -1}, {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1},
            "8".repeat(11).getBytes(StandardCharsets.US_ASCII)}) {
            byte[] bytes = whole.clone();
            System.arraycopy(size, 0, bytes, 124, size.length);
            resum(bytes, 0);
            Files.write(again, bytes);
            assertThrows(ModelRefused.class, () -> add(again, "again", SILENT, 1 << 20));
        }
        assertEquals(0, files());
    }

    /** Makes a header's checksum right. */
    private static void resum(byte[] bytes, int at) {
        Arrays.fill(bytes, at + 148, at + 156, (byte) ' ');
        int sum = 0;
        for (int i = at; i < at + 512; i++) {
            sum += bytes[i] & 0xff;
        }
        System.arraycopy(String.format("%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII), 0, bytes, at + 148, 8);
    }

    @Test
    void shouldLeaveNothingWhenAByteOfTheModelIsAltered() throws IOException {
        byte[] bytes = Files.readAllBytes(bundle);
        bytes[bytes.length - 5000] ^= 4;
        Files.write(bundle, bytes);
        var refused = assertThrows(ModelRefused.class, () -> add(bundle, null, SILENT, 1 << 20));
        assertTrue(refused.getMessage().contains("model/tiny.gguf has SHA-256"), refused.getMessage());
        assertEquals(0, files());
    }

    @Test
    void shouldRefuseWhenTruncatedOrLonger() throws IOException {
        byte[] whole = Files.readAllBytes(bundle);
        for (int length : new int[] {
            512, 600, 1024, 2000, 4000, whole.length / 2, whole.length - 1, whole.length + 1}) {
            Files.write(bundle, Arrays.copyOf(whole, length));
            assertThrows(ModelRefused.class, () -> add(bundle, "m", SILENT, 1 << 20), "length " + length);
        }
        assertEquals(0, files());
    }

    @ParameterizedTest
    @ValueSource(strings = {"../tiny.gguf", "/etc/tiny.gguf", "a/../../tiny.gguf", "a//tiny.gguf", "a/b/tiny.gguf",
        ".tiny.gguf", "", "a\\\\..\\\\tiny.gguf", "a..b/tiny.gguf"})
    void shouldRefuseWhenAFileLeadsElsewhere(String path) throws IOException {
        craft("manifest.json", manifest(path));
        var refused = assertThrows(ModelRefused.class, () -> add(bundle, "m", SILENT, 1 << 20));
        assertTrue(refused.getMessage().contains("expected a path"), refused.getMessage());
        assertEquals(0, files());
    }

    @Test
    void shouldRefuseWhenAnEntryIsALink() throws IOException {
        byte[] bytes = Files.readAllBytes(bundle);
        int header = (int) ModelBundle.open(bundle).parts().getFirst().offsetBytes() - 512;
        bytes[header + 156] = '2';
        resum(bytes, header);
        Files.write(bundle, bytes);
        var refused = assertThrows(ModelRefused.class, () -> add(bundle, "m", SILENT, 1 << 20));
        assertTrue(refused.getMessage().contains("link 'model/tiny.gguf'"), refused.getMessage());
    }

    @Test
    void shouldRefuseALinkAndAnotherFingerprintAndATargetThatExists() {
        assertThrows(ModelRefused.class, () -> stage(true, Optional.empty()));
        assertThrows(ModelRefused.class, () -> stage(false, Optional.of("0".repeat(64))));
        assertThrows(ModelRefused.class, () -> export("tiny", source, fingerprint, bundle));
        assertThrows(ModelRefused.class, () -> export(
                "tiny", source, "0".repeat(64), scratch.resolve("new.tar")));
        assertFalse(Files.exists(scratch.resolve("new.tar")));
    }

    private void stage(boolean link, Optional<String> sha256) throws IOException {
        try (ModelImport running = ModelImport.into(data, SILENT)) {
            running.stage(new ModelImport.Order(bundle, Optional.empty(), link, sha256));
        }
    }

    @Test
    void shouldGoOnWhereItWasWhenBrokenOff() throws IOException {
        long step = 64 << 10;
        long half = Files.size(source) / 2;
        assertThrows(UncheckedIOException.class, () -> add(bundle, null, (stage, done, total) -> {
            if (stage.equals("copy") && done > half) {
                throw new UncheckedIOException(new IOException("No space left on device"));
            }
        }, step));
        AtomicLong resumed = new AtomicLong();
        ModelRecord record = add(bundle, null, (stage, done, total) -> {
            if (stage.equals("resume")) {
                resumed.set(done);
            }
        }, step);
        assertTrue(resumed.get() > half - 2 * step && resumed.get() <= half, resumed + " of " + half);
        assertEquals(fingerprint, record.fingerprint());
    }

    private String manifest(String path) {
        return "{\"format\":\"quern-bundle\",\"version\":1,\"name\":\"m\",\"layout\":\"gguf\",\"fingerprint\":\""
                + fingerprint + "\",\"files\":[{\"path\":\"" + path + "\",\"bytes\":1,\"sha256\":\"" + fingerprint
                + "\"}]}";
    }

    /** A bundle with this manifest and the right sum of it. */
    private void craft(String name, String manifest) throws IOException {
        byte[] text = manifest.getBytes(StandardCharsets.UTF_8);
        byte[] sums = (hex(text) + "  manifest.json\n").getBytes(StandardCharsets.UTF_8);
        try (var out = Files.newOutputStream(bundle)) {
            for (byte[] content : List.of(text, sums)) {
                out.write(new TarHeader(content == text ? name : "SHA256SUMS", content.length).block());
                out.write(Arrays.copyOf(content, (content.length + 511) / 512 * 512));
            }
            out.write(new byte[1024]);
        }
    }

    private static String hex(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (java.security.NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
