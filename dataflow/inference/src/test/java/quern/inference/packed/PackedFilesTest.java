package quern.inference.packed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.EngineConfig.LoadType;
import quern.config.EngineConfig.Product;
import quern.gpu.ComputeTeam;
import quern.gpu.kernel.Kernels;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.tensor.ElementType;
import quern.gpu.vector.VectorKernels;
import quern.inference.ForwardRun;
import quern.inference.LoadedModel;
import quern.inference.TinyModel;
import quern.kv.FingerprintFile;

class PackedFilesTest {

    private static final int MUTATIONS = Boolean.getBoolean("quern.campaign") ? 50_000 : 500;

    @TempDir
    private Path directory;

    private final ComputeTeam team = new ComputeTeam(1);
    private final Kernels real = new VectorKernels(team);
    private final TinyModel model = TinyModel.stored(ElementType.Q4_0, 3);
    private Path path;
    private int packs;
    private int packsMax = Integer.MAX_VALUE;
    private Optional<String> packing = Optional.empty();

    @BeforeEach
    void place() {
        path = directory.resolve("model.gguf.packed");
    }

    @AfterEach
    void close() {
        team.close();
    }

    /** The real kernels, counted, that break after {@link #packsMax}. */
    private Kernels counted() {
        return (Kernels) Proxy.newProxyInstance(Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("pack") && packs++ >= packsMax) {
                        throw new IllegalStateException("pulled the plug");
                    }
                    if (method.getName().equals("packing") && packing.isPresent()) {
                        return packing.get();
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    private PackedFiles files(Kernels kernels, Path data) {
        return new PackedFiles(kernels, FingerprintFile.in(data), text -> { });
    }

    private PackedFiles files() {
        return files(counted(), directory);
    }

    private Optional<PackedWeights> open() {
        return files().open(model, model.fingerprint(), path);
    }

    private List<String> names() throws IOException {
        try (var children = Files.list(directory)) {
            return children.map(child -> child.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void shouldPackOnceAndMapAfterwards() {
        open().orElseThrow().close();
        assertTrue(packs > 10, packs + " matrices");
        packs = 0;
        open().orElseThrow().close();
        assertEquals(0, packs);
    }

    @Test
    void shouldComputeTheSameFromTheFile() {
        int[] tokens = {1, 5, 9, 30, 60};
        for (ElementType type : List.of(ElementType.Q4_0, ElementType.Q8_0, ElementType.Q4_K, ElementType.Q6_K,
                ElementType.IQ4_NL, ElementType.F16, ElementType.BF16, ElementType.F32)) {
            TinyModel tiny = TinyModel.stored(type, 4);
            Path file = directory.resolve(type + ".packed");
            float[][] expected = ForwardRun.logits(LoadedModel.load(tiny, real, Product.Q8), tokens);
            files().open(tiny, tiny.fingerprint(), file).orElseThrow().close();
            PackedWeights again = files().open(tiny, tiny.fingerprint(), file).orElseThrow();
            try (LoadedModel mapped = LoadedModel.load(tiny, real, Product.Q8, tiny.fingerprint(), again)) {
                assertArrayEquals(expected, ForwardRun.logits(mapped, tokens), type.name());
            }
        }
    }

    @Test
    void shouldCompareBeforeUsingAFileThatThisDataDirectoryDidNotMake() throws IOException {
        open().orElseThrow().close();
        Object made = Files.getLastModifiedTime(path);
        packs = 0;
        Path other = Files.createDirectory(directory.resolve("other"));
        files(counted(), other).open(model, model.fingerprint(), path).orElseThrow().close();
        int compared = packs;
        assertTrue(compared > 10, compared + " matrices");
        assertEquals(made, Files.getLastModifiedTime(path));
        files(counted(), other).open(model, model.fingerprint(), path).orElseThrow().close();
        assertEquals(compared, packs);
    }

    @Test
    void shouldMakeAgainWhatIsOfAnotherModel() {
        open().orElseThrow().close();
        TinyModel other = TinyModel.stored(ElementType.Q4_0, 4);
        try (PackedWeights weights = files().open(other, other.fingerprint(), path).orElseThrow()) {
            assertTrue(files().holdsAll(weights, other));
        }
    }

    @Test
    void shouldMakeAgainWhatIsOfAnotherPackingOrWidth() {
        packing = Optional.of("another version, 4 lanes");
        open().orElseThrow().close();
        packing = Optional.empty();
        packs = 0;
        try (PackedWeights weights = open().orElseThrow()) {
            assertTrue(packs > 10, packs + " matrices");
            assertTrue(files().holdsAll(weights, model));
        }
        packs = 0;
        open().orElseThrow().close();
        assertEquals(0, packs);
    }

    @Test
    void shouldFindADamagedMatrixThatAStartWouldTrust() throws IOException {
        open().orElseThrow().close();
        var kept = new PackedPlace.Kept(path, LoadType.AS_STORED, model.fingerprint());
        assertEquals(Optional.empty(), files().problem(model, kept));
        byte[] bytes = Files.readAllBytes(path);
        bytes[PackedTensor.ALIGNMENT * 3] ^= 1;
        Files.write(path, bytes);
        assertEquals(Optional.of("it is not what the model packs to"), files().problem(model, kept));
        packing = Optional.of("another");
        assertEquals(Optional.empty(), files().problem(model, kept), "it is never used");
        Files.write(path, Arrays.copyOf(bytes, 100));
        assertTrue(files().problem(model, kept).isPresent());
    }

    @Test
    void shouldNeverUseWhatDiffersWhateverTheDamage() throws IOException {
        open().orElseThrow().close();
        byte[] whole = Files.readAllBytes(path);
        Random random = new Random(20261121);
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] mutated = mutate(whole, random);
            Files.write(path, mutated);
            try (PackedWeights weights = open().orElseThrow()) {
                assertTrue(files().holdsAll(weights, model), "mutation " + i);
            }
        }
    }

    private static byte[] mutate(byte[] whole, Random random) {
        byte[] bytes = whole.clone();
        switch (random.nextInt(4)) {
            case 0 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 200));
            case 1 -> bytes[random.nextInt(PackedDirectory.HEAD_BYTES)] ^= (byte) (1 << random.nextInt(8));
            case 2 -> bytes[bytes.length - 1 - random.nextInt(900)] = (byte) random.nextInt();
            default -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }

    @Test
    void shouldRefuseOrUnderstandEveryDirectoryWhoseChecksumFits() throws IOException {
        open().orElseThrow().close();
        byte[] whole = Files.readAllBytes(path);
        ByteBuffer head = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
        int at = (int) head.getLong(16);
        byte[] directoryBytes = Arrays.copyOfRange(whole, at, whole.length);
        PackedDirectory original = PackedDirectory.decode(PackedDirectory.head(head.duplicate(), whole.length),
                directoryBytes);
        Random random = new Random(7);
        int refused = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] mutated = directoryBytes.clone();
            mutated[random.nextInt(mutated.length)] = (byte) (random.nextBoolean() ? -1 : random.nextInt());
            ByteBuffer fitting = ByteBuffer.wrap(original.headBytes(mutated));
            PackedDirectory.Head checked = PackedDirectory.head(fitting, at + (long) mutated.length);
            try {
                for (PackedTensor tensor : PackedDirectory.decode(checked, mutated).tensors()) {
                    assertTrue(tensor.at() + tensor.bytes() <= at);
                }
            } catch (PackedFileException named) {
                refused++;
            }
        }
        assertTrue(refused > MUTATIONS / 10, refused + " refused");
    }

    @Test
    void shouldLeaveNothingWhenPackingBreaksOff() throws IOException {
        packsMax = 5;
        assertThrows(IllegalStateException.class, this::open);
        assertEquals(List.of(), names());
    }

    @Test
    void shouldGoOnWithoutWhenTheFileCannotBeWritten() {
        path = directory.resolve("absent").resolve("model.packed");
        assertEquals(Optional.empty(), open());
    }

    @Test
    void shouldRemoveWhatADeadProcessWasWritingAndNothingElse() throws IOException {
        Path dead = Files.writeString(directory.resolve("model.gguf.packed.999999999-1.part"), "half");
        Path other = Files.writeString(directory.resolve("other.packed.999999999-1.part"), "half");
        Path alive = Files.writeString(
                directory.resolve("model.gguf.packed." + ProcessHandle.current().pid() + "-1.part"), "half");
        open().orElseThrow().close();
        assertEquals(List.of(false, true, true),
                List.of(Files.exists(dead), Files.exists(other), Files.exists(alive)));
    }

    @Test
    void shouldKeepNothingForKernelsThatTakeWeightsAsStored() throws IOException {
        assertEquals(Optional.empty(), files(new ScalarKernels(), directory).open(model, model.fingerprint(), path));
        assertEquals(List.of(), names());
    }
}
