package quern.inference.packed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.DataSize;
import quern.config.EngineConfig.LoadType;
import quern.config.EngineConfig.Product;
import quern.config.StartConfig;
import quern.gpu.ComputeTeam;
import quern.gpu.kernel.Kernels;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;
import quern.gpu.vector.VectorKernels;
import quern.inference.ForwardRun;
import quern.inference.LoadedModel;
import quern.inference.TinyModel;
import quern.inference.format.ModelFile;
import quern.inference.format.ModelFingerprint;
import quern.inference.tokenizer.Tokenizer;
import quern.inference.transformer.ModelShape;
import quern.kv.FingerprintFile;

/** Packed weights of models that share layers: once on the disk, once in memory, and never wrong. */
class SharedSegmentsTest {

    private static final int LAYERS = 5;
    private static final int[] TOKENS = {1, 5, 9, 30, 60};

    /** Another model, but for one layer the same. */
    private record Tuned(TinyModel base, String layer) implements ModelFile {

        @Override
        public Tensor tensor(String name) {
            Tensor tensor = base.tensor(name);
            if (!name.startsWith(layer) || tensor.rows() == 1) {
                return tensor;
            }
            byte[] bytes = tensor.bytes().toArray(ValueLayout.JAVA_BYTE);
            bytes[bytes.length - 1] ^= 0x11;
            return new Tensor(name, tensor.type(), tensor.rows(), tensor.columns(), MemorySegment.ofArray(bytes));
        }

        @Override
        public String fingerprint() {
            return base.fingerprint() + " tuned at " + layer;
        }

        @Override
        public String fingerprint(ModelFingerprint.Progress progress) {
            return fingerprint();
        }

        @Override
        public ModelShape shape() {
            return base.shape();
        }

        @Override
        public Set<String> tensorNames() {
            return base.tensorNames();
        }

        @Override
        public Tokenizer tokenizer() {
            return base.tokenizer();
        }

        @Override
        public Optional<String> chatTemplate() {
            return base.chatTemplate();
        }

        @Override
        public String name() {
            return fingerprint();
        }

        @Override
        public void close() {
            base.close();
        }
    }

    @TempDir
    private Path data;

    private final ComputeTeam team = new ComputeTeam(1);
    private final Kernels kernels = new VectorKernels(team);
    private PackedPlace place;
    private Path a;
    private Path b;

    @BeforeEach
    void makePlaces() throws IOException {
        place = PackedPlace.in(data, new StartConfig(
                java.time.Duration.ZERO, true, Optional.empty(), DataSize.parse("1GiB")));
        a = Files.createDirectories(data.resolve("models/m-a")).resolve("a.gguf.packed");
        b = Files.createDirectories(data.resolve("models/m-b")).resolve("b.gguf.packed");
    }

    @AfterEach
    void close() {
        team.close();
    }

    private static ModelFile base() {
        return TinyModel.deep(ElementType.Q4_0, LAYERS, 5);
    }

    private static ModelFile tuned() {
        return new Tuned(TinyModel.deep(ElementType.Q4_0, LAYERS, 5), "blk.2.");
    }

    private PackedFiles files(Path path) {
        return new PackedFiles(kernels, FingerprintFile.in(data), place.segments(path), text -> { });
    }

    private PackedWeights open(ModelFile model, Path path) {
        return files(path).open(model, model.fingerprint(), path).orElseThrow();
    }

    private float[][] logits(ModelFile model, Path path) {
        try (LoadedModel mapped = LoadedModel.load(model, kernels, Product.Q8, model.fingerprint(),
                open(model, path))) {
            return ForwardRun.logits(mapped, TOKENS);
        }
    }

    private float[][] expected(ModelFile model) {
        return ForwardRun.logits(LoadedModel.load(model, kernels, Product.Q8), TOKENS);
    }

    private static Object inode(Path file) {
        try {
            return Files.getAttribute(file, "unix:ino");
        } catch (IOException gone) {
            throw new java.io.UncheckedIOException(gone);
        }
    }

    /** What the disk holds below the data directory, each file once however many links it has. */
    private long diskBytes() throws IOException {
        Map<Object, Long> bytes = new HashMap<>();
        try (Stream<Path> all = Files.walk(data)) {
            all.filter(Files::isRegularFile).filter(file -> !file.endsWith(FingerprintFile.NAME))
                    .forEach(file -> bytes.put(inode(file), file.toFile().length()));
        }
        return bytes.values().stream().mapToLong(Long::longValue).sum();
    }

    private Set<Object> inodes(Path folder) throws IOException {
        Set<Object> found = new HashSet<>();
        try (Stream<Path> children = Files.list(folder)) {
            children.forEach(child -> found.add(inode(child)));
        }
        return found;
    }

    private long storedSegments() throws IOException {
        try (Stream<Path> children = Files.list(data.resolve("packed/segments"))) {
            return children.count();
        }
    }

    @Test
    void shouldTakeTheDiskOnceAndComputeTheSameWhenTwoModelsShareLayers() throws IOException {
        assertArrayEquals(expected(base()), logits(base(), a));
        long alone = diskBytes();
        assertEquals(0, PackedFolder.sharedBytes(a));
        assertArrayEquals(expected(tuned()), logits(tuned(), b));
        assertFalse(java.util.Arrays.deepEquals(expected(base()), expected(tuned())), "they are not the same model");
        long layer = PackedFolder.bytes(b) - PackedFolder.sharedBytes(b) - Files.size(b.resolve("directory"));
        assertTrue(layer > 0 && layer < PackedFolder.bytes(b) / 4, layer + " of " + PackedFolder.bytes(b));
        assertEquals(alone + layer + Files.size(b.resolve("directory")), diskBytes());
        Set<Object> both = inodes(a);
        both.retainAll(inodes(b));
        assertEquals(LAYERS - 1 + 1, both.size(), "all layers but one and the output are the same files");
        assertArrayEquals(expected(base()), logits(base(), a));
        assertArrayEquals(expected(tuned()), logits(tuned(), b));
    }

    @Test
    void shouldTrustBothAtTheNextStartWithoutReadingThem() throws IOException {
        open(base(), a).close();
        open(tuned(), b).close();
        for (Path path : List.of(a, b)) {
            Object made = Files.getLastModifiedTime(path);
            ModelFile model = path.equals(a) ? base() : tuned();
            int[] compared = new int[1];
            var watched = new PackedFiles(kernels, FingerprintFile.in(data), place.segments(path),
                    text -> compared[0]++);
            watched.open(model, model.fingerprint(), path).orElseThrow().close();
            assertEquals(0, compared[0]);
            assertEquals(made, Files.getLastModifiedTime(path));
        }
    }

    @Test
    void shouldLeaveTheOtherWhenOneIsRemoved() throws IOException {
        open(base(), a).close();
        long alone = diskBytes();
        open(tuned(), b).close();
        quern.kv.DataDirectory.removeTree(b.getParent());
        place.sweep();
        assertEquals(alone, diskBytes());
        assertEquals(0, PackedFolder.sharedBytes(a));
        assertArrayEquals(expected(base()), logits(base(), a));
        quern.kv.DataDirectory.removeTree(a);
        place.sweep();
        assertEquals(0, diskBytes());
    }

    @Test
    void shouldFindADamagedSegmentInBothModelsAndMakeItAnew() throws IOException {
        open(base(), a).close();
        open(tuned(), b).close();
        var first = new PackedPlace.Kept(a, LoadType.AS_STORED, base().fingerprint());
        var second = new PackedPlace.Kept(b, LoadType.AS_STORED, tuned().fingerprint());
        assertEquals(Optional.empty(), files(a).problem(base(), first));
        Path shared;
        try (Stream<Path> children = Files.list(a)) {
            shared = children.filter(SegmentStore::isShared).findFirst().orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(shared);
        bytes[new Random(3).nextInt(bytes.length)] ^= 8;
        Files.write(shared, bytes);
        assertTrue(files(a).problem(base(), first).isPresent());
        assertTrue(files(b).problem(tuned(), second).isPresent());
        assertArrayEquals(expected(base()), logits(base(), a), "what differs is made again, from nothing damaged");
        assertArrayEquals(expected(tuned()), logits(tuned(), b));
        assertEquals(Optional.empty(), files(a).problem(base(), first));
        assertEquals(Optional.empty(), files(b).problem(tuned(), second));
        assertNotEquals(0, second.sharedBytes());
    }

    @Test
    void shouldReadAFileOfTheOldLayoutAsItIs() throws IOException {
        new PackedFiles(kernels, FingerprintFile.in(data), text -> { })
                .open(base(), base().fingerprint(), a).orElseThrow().close();
        assertTrue(Files.isRegularFile(a));
        assertArrayEquals(expected(base()), logits(base(), a));
        assertTrue(Files.isRegularFile(a));
        assertEquals(List.of(a), place.existing(a.resolveSibling("a.gguf"), base().fingerprint()).stream()
                .map(PackedPlace.Kept::file).toList());
    }

    @Test
    void shouldComputeTheSameBitsWhenLayersAreStreamedFromSegments() throws IOException {
        open(base(), a).close();
        for (int resident : new int[] {0, 2, 3, LAYERS}) {
            ModelFile model = tuned();
            try (PackedWeights whole = open(model, b);
                    LoadedModel some = LoadedModel.load(model, kernels, Product.Q8, model.fingerprint(),
                            whole.streamed(resident, ForkJoinPool.commonPool()))) {
                assertArrayEquals(expected(tuned()), ForwardRun.logits(some, TOKENS), resident + " layers");
            }
        }
    }

    @Test
    void shouldSweepWhatAKilledProcessWasPackingAndKeepWhatIsWhole() throws IOException {
        open(base(), a).close();
        long whole = diskBytes();
        long segments = storedSegments();
        Path part = Files.createDirectory(
                b.resolveSibling("b.gguf.packed.999999999-11111111-2222-3333-4444-555555555555.part"));
        Path segment = Files.writeString(part.resolve("0".repeat(64)), "a segment of a model that is not there");
        Files.createLink(data.resolve("packed/segments").resolve("0".repeat(64)), segment);
        Files.writeString(part.resolve("segment.writing"), "half");
        place.sweep();
        assertFalse(Files.exists(part));
        assertEquals(whole, diskBytes());
        assertEquals(segments, storedSegments());
        assertArrayEquals(expected(base()), logits(base(), a));
    }

    @Test
    void shouldRefuseADirectoryOfAnythingElse() throws IOException {
        Files.createDirectory(a);
        Files.writeString(a.resolve("letters.txt"), "of somebody");
        assertEquals(Optional.empty(), files(a).open(base(), base().fingerprint(), a));
        assertTrue(Files.exists(a.resolve("letters.txt")));
    }
}
