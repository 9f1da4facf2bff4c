package quern.actors.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import quern.actors.models.ModelRefused.Reason;
import quern.config.DataSize;
import quern.config.EngineConfig.LoadType;
import quern.config.StartConfig;
import quern.gpu.ComputeTeam;
import quern.gpu.vector.VectorKernels;
import quern.inference.EmbeddedModel;
import quern.inference.format.ModelFile;
import quern.inference.format.ModelFiles;
import quern.inference.format.ModelFormatException;
import quern.inference.packed.PackedFiles;
import quern.inference.packed.PackedPlace;
import quern.kv.FingerprintFile;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.AdapterState;
import quern.kv.journal.Catalogue;
import quern.kv.journal.ModelRecord;
import quern.kv.journal.Ownership;
import quern.kv.journal.RecordKind;
import quern.kv.journal.WriteSet;

class ModelStoreTest {

    static final StartConfig START =
            new StartConfig(Duration.ZERO, true, Optional.empty(), DataSize.parse("1GiB"));

    @TempDir
    private Path scratch;
    private Path data;
    private Path source;
    private Catalogue catalogue;
    private ModelStore store;

    @BeforeEach
    void open() throws IOException {
        data = Files.createDirectory(scratch.resolve("data"));
        source = EmbeddedModel.unpack(scratch.resolve("from"));
        catalogue = Catalogue.open(data.resolve("catalogue"), 10);
        store = new ModelStore(data, catalogue, START);
    }

    @AfterEach
    void close() {
        catalogue.close();
    }

    private static ModelImport.Order order(Path source, String name, boolean link, String sha256) {
        return new ModelImport.Order(source, Optional.ofNullable(name), link, Optional.ofNullable(sha256));
    }

    private ModelRecord add(ModelImport.Order order) throws IOException {
        try (ModelImport running = ModelImport.into(data, (stage, done, total) -> { })) {
            ModelRecord record = store.add(running.stage(order));
            running.complete();
            return record;
        }
    }

    private Reason refused(ModelImport.Order order) {
        return assertThrows(ModelRefused.class, () -> add(order)).reason();
    }

    private List<Path> tree() throws IOException {
        if (!Files.exists(data.resolve("models"))) {
            return List.of();
        }
        try (Stream<Path> paths = Files.walk(data.resolve("models"))) {
            return paths.filter(path -> !path.equals(data.resolve("models"))).toList();
        }
    }

    @Test
    void shouldKeepACopyWithItsFingerprintWhenImported() throws IOException {
        ModelRecord record = add(order(source, "tiny", false, null));
        assertEquals(Optional.of(record), store.find("tiny"));
        assertEquals(List.of(record), store.list());
        Path kept = Path.of(record.path());
        assertEquals(kept, data.resolve("models").resolve(record.kept().orElseThrow()).resolve("tiny.gguf"));
        assertEquals(-1, Files.mismatch(source, kept));
        assertEquals(Files.size(source), record.bytes());
        assertEquals("llama", record.architecture());
        assertTrue(record.parameters() > 1_000_000 && !record.types().isEmpty(), record.toString());
        assertEquals(Optional.of(record.fingerprint()), FingerprintFile.in(data).recall(record.files()));
        assertEquals(Optional.of(record), store.at(kept));
        assertEquals(2, tree().size());
    }

    @Test
    void shouldLeaveFilesWhereTheyAreWhenLinked() throws IOException {
        ModelRecord record = add(order(source, "tiny", true, null));
        assertEquals(source.toRealPath().toString(), record.path());
        assertEquals(List.of(), tree());
        store.remove("tiny", List.of());
        assertTrue(Files.exists(source));
        assertEquals(List.of(), store.list());
    }

    @Test
    void shouldCheckTheFingerprintBeforeAnythingIsCopied() throws IOException {
        String right = add(order(source, "one", false, null)).fingerprint();
        int before = tree().size();
        assertEquals(Reason.MISMATCH, refused(order(source, "two", false, "0".repeat(64))));
        assertEquals(Reason.MISMATCH, refused(order(source, "two", true, "0".repeat(64))));
        assertEquals(Reason.INVALID, refused(order(source, "two", false, right.substring(1))));
        assertEquals(before, tree().size());
        assertEquals(right, add(order(source, "two", false, right.toUpperCase(java.util.Locale.ROOT))).fingerprint());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "../x", "/etc/passwd", "a/b", "a\\b", "a\u0000b", "%2e%2e%2fx", "a\u2215b",
        "a\uff0fb", ".hidden", "-rf", "a b", "a..b", "\u00e9", "quern-nano", "a\nb"})
    void shouldRefuseWhenNameIsNone(String name) throws IOException {
        assertEquals(Reason.INVALID, refused(order(source, name, false, null)));
        assertEquals(Optional.empty(), store.find(name));
        assertEquals(Reason.UNKNOWN, assertThrows(
                ModelRefused.class, () -> store.remove(name, List.of())).reason());
        assertEquals(List.of(), tree());
        assertEquals(Set.of("data", "from"), Set.of(scratch.toFile().list()));
    }

    @Test
    void shouldRefuseWhenNameIsTaken() throws IOException {
        add(order(source, "tiny", false, null));
        int before = tree().size();
        assertEquals(Reason.TAKEN, refused(order(source, "tiny", false, null)));
        assertEquals(before, tree().size());
    }

    @Test
    void shouldRefuseWhenStagedPlaceIsNotOfAnImport() throws IOException {
        Path copy = Files.copy(source, Files.createDirectory(scratch.resolve("m-0123456789abcdef01234567"))
                .resolve("x.gguf"));
        try (ModelImport running = ModelImport.into(data, (stage, done, total) -> { })) {
            StagedModel good = running.stage(order(source, "x", false, null));
            String link = "m-ffffffffffffffffffffffff";
            Files.createSymbolicLink(data.resolve("models").resolve(link), copy.getParent());
            for (StagedModel bad : List.of(
                    new StagedModel("x", copy, Optional.of("m-0123456789abcdef01234567"), good.fingerprint(),
                            good.files(), List.of()),
                    new StagedModel("x", data.resolve("models").resolve(link).resolve("x.gguf"), Optional.of(link),
                            good.fingerprint(), good.files(), List.of()),
                    new StagedModel("x", good.path(), Optional.of("../catalogue"), good.fingerprint(), good.files(),
                            List.of()),
                    new StagedModel("x", Path.of("x.gguf"), Optional.empty(), good.fingerprint(), good.files(),
                            List.of()),
                    new StagedModel("x", good.path(), good.kept(), "abc", good.files(), List.of()),
                    new StagedModel("x", good.path(), good.kept(), good.fingerprint(), List.of(), List.of()))) {
                assertThrows(ModelRefused.class, () -> store.add(bad), bad.toString());
            }
            Files.write(good.path(), new byte[] {1}, java.nio.file.StandardOpenOption.APPEND);
            assertEquals(Reason.MISMATCH, assertThrows(ModelRefused.class, () -> store.add(good)).reason());
        }
        assertEquals(List.of(), store.list());
    }

    @Test
    void shouldRefuseToRemoveWhenServedOrBaseOfALiveAdapter() throws IOException {
        ModelRecord record = add(order(source, "tiny", false, null));
        assertEquals(Reason.IN_USE, assertThrows(ModelRefused.class,
                () -> store.remove("tiny", List.of(Path.of(record.path())))).reason());
        AdapterRecord adapter = new AdapterRecord("ft-1", "a", "f", record.fingerprint(), "ds-1", "job-1", "adapters/a",
                AdapterState.LIVE, Optional.empty(), Ownership.of("k", Set.of()), 1);
        catalogue.commit(new WriteSet().put(RecordKind.ADAPTER, "ft-1", adapter));
        var inUse = assertThrows(ModelRefused.class, () -> store.remove("tiny", List.of()));
        assertEquals(Reason.IN_USE, inUse.reason());
        assertTrue(inUse.getMessage().contains("ft-1"), inUse.getMessage());
        assertTrue(Files.exists(Path.of(record.path())));
        catalogue.commit(new WriteSet().put(RecordKind.ADAPTER, "ft-1", adapter.withState(AdapterState.RETIRED)));
        store.remove("tiny", List.of());
        assertEquals(List.of(), tree());
    }

    @Test
    void shouldRemoveNothingOutsideWhenARecordPointsThere() {
        ModelRecord forged = new ModelRecord("x", source.toString(), Optional.of("../../from"), "gguf", "llama",
                List.of(), 1, 1, 1, "f", List.of(), List.of(), 1);
        catalogue.commit(new WriteSet().put(RecordKind.MODEL, "x", forged));
        store.remove("x", List.of());
        assertTrue(Files.exists(source));
    }

    @Test
    void shouldTakeOnlyPartsOfAModelAndReportTheRestWhenDirectoryHoldsMore() throws IOException {
        Path model = Files.createDirectory(scratch.resolve("model"));
        byte[] header = "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}"
                .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        Files.writeString(model.resolve("config.json"), "{\"model_type\":\"llama\",\"auto_map\":{\"A\":\"m.A\"}}");
        for (String name : List.of("modeling_x.py", "native.so", "weights.bin", "tool.jar", "state.pkl", ".git")) {
            Files.write(model.resolve(name), header);
        }
        Files.createDirectory(model.resolve("onnx"));
        List<String> remarks = quern.inference.format.ForeignFiles.in(model);
        for (String part : List.of("modeling_x.py: code", "native.so: code", "weights.bin: Python pickle",
                "tool.jar: code", "state.pkl: Python pickle", "auto_map", "onnx: a directory")) {
            assertTrue(remarks.stream().anyMatch(remark -> remark.contains(part)), part + " in " + remarks);
        }
        assertThrows(ModelFormatException.class, () -> add(order(model, "m", false, null)));
        assertFalse(quern.inference.format.ForeignFiles.isPart(model.resolve("modeling_x.py")));
        assertFalse(quern.inference.format.ForeignFiles.isPart(model.resolve("weights.bin")));
        assertTrue(quern.inference.format.ForeignFiles.isPart(model.resolve("config.json")));
        assertEquals(List.of(), tree());
    }

    @Test
    void shouldSweepOnlyWhatNobodyIsImporting() throws IOException {
        ModelRecord kept = add(order(source, "tiny", false, null));
        Path models = data.resolve("models");
        Path leftover = Files.createDirectory(models.resolve("m-00000000000000000000000a"));
        Files.writeString(leftover.resolve("x.gguf"), "half");
        Path withMarker = Files.createDirectory(models.resolve("m-00000000000000000000000b"));
        Files.writeString(models.resolve("m-00000000000000000000000b" + ModelStore.MARKER), "");
        Path foreign = Files.writeString(models.resolve("mine.gguf"), "left alone");
        try (ModelImport running = ModelImport.into(data, (stage, done, total) -> { })) {
            StagedModel staged = running.stage(order(source, "other", false, null));
            store.sweep();
            assertTrue(Files.exists(staged.path()));
            store.add(staged);
            running.complete();
        }
        assertFalse(Files.exists(leftover));
        assertFalse(Files.exists(withMarker));
        assertTrue(Files.exists(foreign) && Files.exists(Path.of(kept.path())));
        store.sweep();
        assertEquals(2, store.list().size());
        store.list().forEach(record -> assertTrue(Files.exists(Path.of(record.path()))));
    }

    @Test
    void shouldSayBothSizesWhenDiskIsTooFull() {
        var refused = assertThrows(ModelRefused.class,
                () -> ModelImport.requireSpace(1_000_000_000, 900_000_000, data));
        assertEquals(Reason.NO_SPACE, refused.reason());
        assertTrue(refused.getMessage().contains("1000000000") && refused.getMessage().contains("900000000"));
        ModelImport.requireSpace(1_000_000_000, 1_100_000_000, data);
    }

    @Test
    void shouldLeaveNothingWhenSourceIsDamaged() throws IOException {
        Path damaged = scratch.resolve("damaged.gguf");
        Files.write(damaged, java.util.Arrays.copyOf(Files.readAllBytes(source), 50_000));
        assertThrows(ModelFormatException.class, () -> add(order(damaged, null, false, null)));
        assertEquals(List.of(), tree());
    }

    private Path pack(Path model, String fingerprint) throws IOException {
        Path path = PackedPlace.in(data, START).of(model, LoadType.AS_STORED, fingerprint);
        try (ComputeTeam team = new ComputeTeam(1); ModelFile file = ModelFiles.open(model)) {
            new PackedFiles(new VectorKernels(team), FingerprintFile.in(data), text -> { })
                    .open(file, fingerprint, path).orElseThrow().close();
        }
        return path;
    }

    @Test
    void shouldShowPackedWeightsAndRemoveThemWithTheModelOnly() throws IOException {
        ModelRecord record = add(order(source, "linked", true, null));
        assertEquals(0, store.packedBytes(record));
        Path packed = pack(source, record.fingerprint());
        Path foreign = Files.writeString(source.resolveSibling(source.getFileName() + ".q4_0.packed"), "not ours");
        assertEquals(Files.size(packed), store.packedBytes(record));
        store.remove("linked", List.of());
        assertEquals(List.of(false, true, true),
                List.of(Files.exists(packed), Files.exists(foreign), Files.exists(source)));
    }
}
