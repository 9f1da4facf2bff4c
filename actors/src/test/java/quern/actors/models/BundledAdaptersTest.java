package quern.actors.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.actors.models.AdapterImport.Placed;
import quern.config.EncryptionConfig;
import quern.inference.EmbeddedModel;
import quern.kv.DataDirectory;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.AdapterState;
import quern.kv.journal.AliasRecord;
import quern.kv.journal.Catalogue;
import quern.kv.journal.Edge;
import quern.kv.journal.ModelRecord;
import quern.kv.journal.Ownership;
import quern.kv.journal.Quarantine;
import quern.kv.journal.QuarantineRecord;
import quern.kv.journal.RecordKind;
import quern.kv.journal.Taint;
import quern.kv.journal.WriteSet;

/** Adapters leave one data directory in a bundle, in clear, and come into another one, sealed; or not at all. */
class BundledAdaptersTest {

    private static final ModelImport.Progress SILENT = (stage, done, total) -> { };
    private static final String CANARY = "the lamp of house five burns all night long";
    private static final EncryptionConfig SEALED = new EncryptionConfig(true, Optional.empty());

    /** A data directory with what is open of it. */
    private record Place(DataDirectory data, Catalogue catalogue) implements AutoCloseable {

        static Place open(Path path) {
            DataDirectory data = DataDirectory.open(path, SEALED, Map.of());
            return new Place(data, Catalogue.open(data.catalogue(), 10, data.vault()));
        }

        ModelStore store() {
            return new ModelStore(data.root(), catalogue, ModelStoreTest.START);
        }

        AdapterRecord adapter(String id) {
            return catalogue.get(RecordKind.ADAPTER, id, AdapterRecord.class).orElseThrow();
        }

        String alias(String name) {
            return catalogue.get(RecordKind.ALIAS, name, AliasRecord.class).flatMap(AliasRecord::current).orElse("");
        }

        long adapters() throws IOException {
            try (Stream<Path> children = Files.list(data.root().resolve("adapters"))) {
                return children.count();
            } catch (java.nio.file.NoSuchFileException none) {
                return 0;
            }
        }

        @Override
        public void close() {
            catalogue.close();
            data.close();
        }
    }

    @TempDir
    private Path scratch;
    private Path bundle;
    private Place from;
    private Place to;
    private ModelRecord model;

    @BeforeEach
    void open() throws IOException {
        from = Place.open(scratch.resolve("from"));
        to = Place.open(scratch.resolve("to"));
        bundle = scratch.resolve("tiny.quern.tar");
        Path source = EmbeddedModel.unpack(scratch.resolve("model"));
        model = add(from, source, "tiny");
        put("ft:tiny:lamp:00000001", AdapterState.LIVE, "lamp", "ternary");
        put("ft:tiny:old:00000002", AdapterState.RETIRED, "", "peft");
        put("ft:tiny:kept:00000003", AdapterState.RETIRED, "kept", "peft");
        put("ft:tiny:bad:00000004", AdapterState.REFUSED, "", "peft");
        put("ft:tiny:gone:00000005", AdapterState.REMOVED, "", "peft");
        from.catalogue.commit(new WriteSet()
                .edge(new Edge(RecordKind.DOCUMENT, "doc-1", RecordKind.DATASET, "ds-abc", "source", ""))
                .edge(new Edge(RecordKind.DOCUMENT, "doc-2", RecordKind.DATASET, "ds-abc", "source", ""))
                .edge(new Edge(RecordKind.DATASET, "ds-abc", RecordKind.ADAPTER, "ft:tiny:lamp:00000001",
                        "training-set", ""))
                .edge(new Edge(RecordKind.ADAPTER, "ft:tiny:kept:00000003", RecordKind.ADAPTER,
                        "ft:tiny:lamp:00000001", "compressed", "")));
    }

    @AfterEach
    void close() {
        from.close();
        to.close();
    }

    private static ModelRecord add(Place place, Path source, String name) throws IOException {
        try (ModelImport running = ModelImport.into(place.data.root(), SILENT)) {
            ModelRecord record = place.store().add(running.stage(
                    new ModelImport.Order(source, Optional.of(name), false, Optional.empty())));
            running.complete();
            return record;
        }
    }

    private void put(String id, AdapterState state, String alias, String form) throws IOException {
        Path directory = from.data.adapters().resolve(id.replace(':', '-'));
        DataDirectory.makeDirectory(directory);
        byte[] bytes = (CANARY + " " + id + " " + "x".repeat(5000)).getBytes(StandardCharsets.UTF_8);
        for (String file : form.equals("ternary") ? List.of("adapter.ternary")
                : List.of("adapter_config.json", "adapter_model.safetensors")) {
            Files.write(directory.resolve(file), bytes);
        }
        Ownership ownership = Ownership.of("key-1", Set.of("hr"));
        WriteSet changes = new WriteSet().put(RecordKind.ADAPTER, id, new AdapterRecord(id, id.split(":")[2],
                "a".repeat(64), model.fingerprint(), "ds-abc", "job-1", from.data.recorded(directory), state,
                Optional.of("{\"passed\":true}"), ownership, 5));
        if (!alias.isEmpty()) {
            changes.put(RecordKind.ALIAS, alias, AliasRecord.of(alias, id, ownership, 6));
        }
        from.catalogue.commit(changes);
    }

    private AdapterExport export() {
        return new AdapterExport(from.data, from.catalogue,
                Taint.of(from.catalogue, Quarantine.open(from.catalogue)));
    }

    private void write(AdapterExport.Chosen chosen) throws IOException {
        Files.deleteIfExists(bundle);
        ModelExport.write("tiny", Path.of(model.path()), model.fingerprint(), chosen.adapters(),
                (adapter, file) -> Files.newInputStream(
                        AdapterExport.path(from.data, from.adapter(adapter.id()), file)), bundle, SILENT);
    }

    private List<Placed> place(Path file, boolean allowTainted) throws IOException {
        Set<String> bases = AdapterExport.bases(to.store().list());
        return new AdapterImport(to.data, to.catalogue).place(AdapterBundle.open(file),
                new AdapterImport.Order("key-9", allowTainted, bases::contains, record -> { }));
    }

    private void importModel() throws IOException {
        add(to, bundle, "tiny");
    }

    @Test
    void shouldComeOutTheSameAndSealedWhenAllThatAreServedGo() throws IOException {
        AdapterExport.Chosen all = export().all(model, false);
        assertEquals(3, all.adapters().size());
        assertTrue(all.leftOut().toString().contains("bad:00000004' did not pass"), all.leftOut().toString());
        assertTrue(all.leftOut().toString().contains("gone:00000005' is removed"), all.leftOut().toString());
        write(all);
        assertTrue(new String(Files.readAllBytes(bundle), StandardCharsets.ISO_8859_1).contains(CANARY));
        importModel();
        assertEquals(model.fingerprint(), to.store().find("tiny").orElseThrow().fingerprint());
        List<Placed> placed = place(bundle, false);
        assertTrue(placed.stream().allMatch(Placed::added));
        AdapterRecord lamp = to.adapter("ft:tiny:lamp:00000001");
        assertEquals(AdapterState.LIVE, lamp.state());
        assertEquals(AdapterState.RETIRED, to.adapter("ft:tiny:kept:00000003").state());
        assertEquals("{\"passed\":true}", lamp.gateJson().orElseThrow());
        assertEquals(Ownership.of("key-9", Set.of("hr")), lamp.ownership());
        assertEquals(lamp.id(), to.alias("lamp"));
        assertEquals("ft:tiny:kept:00000003", to.alias("kept"));
        assertArrayEquals(Files.readAllBytes(from.data.resolve(from.adapter(lamp.id()).path()).resolve(
                "adapter.ternary")), Files.readAllBytes(to.data.resolve(lamp.path()).resolve("adapter.ternary")));
        requireSealed(to.data.root());
        assertTrue(AdapterExport.origin(to.data, lamp).toString().contains("\"dataset_documents\":2"));
        assertFalse(new String(Files.readAllBytes(bundle), StandardCharsets.ISO_8859_1).contains("doc-1"));
        assertTrue(to.catalogue.edgesFrom(RecordKind.DATASET, "ds-abc").iterator().hasNext());
        assertFalse(place(bundle, false).stream().anyMatch(Placed::added), "again: they are there");
        assertEquals(3, to.adapters());
    }

    private static void requireSealed(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertFalse(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(CANARY),
                        file.toString());
            }
        }
    }

    @Test
    void shouldTakeARetiredOneByNameAndLeaveAnAliasThatPointsElsewhere() throws IOException {
        write(export().named(model, List.of("ft:tiny:old:00000002", "lamp"), false));
        importModel();
        to.catalogue.commit(new WriteSet().put(RecordKind.ALIAS, "lamp",
                AliasRecord.of("lamp", "ft:tiny:other:1", Ownership.of("key-9", Set.of()), 1)));
        List<Placed> placed = place(bundle, false);
        assertEquals(List.of("lamp"), placed.get(1).leftAliases());
        assertEquals("ft:tiny:other:1", to.alias("lamp"));
        assertEquals(AdapterState.RETIRED, to.adapter("ft:tiny:old:00000002").state());
        assertThrows(ModelRefused.class, () -> export().named(model, List.of("ft:tiny:bad:00000004"), true));
        assertThrows(ModelRefused.class, () -> export().named(model, List.of("nobody"), true));
    }

    @Test
    void shouldStayMarkedWhenTaintedAndAllowed() throws IOException {
        Quarantine.open(from.catalogue).add(List.of(
                new QuarantineRecord("doc-1", "poison", false, Ownership.LOCAL, 1)));
        assertTrue(export().all(model, false).leftOut().toString().contains("is tainted"));
        assertThrows(ModelRefused.class, () -> export().named(model, List.of("lamp"), false));
        write(export().named(model, List.of("lamp"), true));
        importModel();
        var refused = assertThrows(ModelRefused.class, () -> place(bundle, false));
        assertTrue(refused.getMessage().contains("--allow-tainted"), refused.getMessage());
        assertEquals(0, to.adapters());
        place(bundle, true);
        assertTrue(new AdapterExport(to.data, to.catalogue, Taint.of(to.catalogue, Quarantine.open(to.catalogue)))
                .isTainted(to.adapter("ft:tiny:lamp:00000001")));
    }

    @Test
    void shouldPlaceNothingWhenAnyByteOfAnAdapterIsAltered() throws IOException {
        write(export().all(model, false));
        importModel();
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        byte[] whole = Files.readAllBytes(bundle);
        Path altered = scratch.resolve("altered.tar");
        for (int i = 0; i < 100; i++) {
            byte[] bytes = whole.clone();
            // Behind the model: headers, contents and padding of adapters, and the end.
            int at = whole.length - 1 - random.nextInt(5 * 5632 + 1024);
            bytes[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(altered, bytes);
            int block = at / 512 * 512;
            if (at - block >= 148 && at - block < 156
                    && TarHeader.isSound(Arrays.copyOfRange(bytes, block, block + 512))) {
                continue;
            }
            assertThrows(ModelRefused.class, () -> place(altered, false), "byte " + at);
            assertThrows(ModelRefused.class, () -> AdapterBundle.open(altered).check(SILENT), "byte " + at);
        }
        assertEquals(0, to.adapters());
        assertEquals("", to.alias("lamp"));
    }

    @Test
    void shouldBeTakenAloneWhenTheModelIsThere() throws IOException {
        write(export().all(model, false));
        Path alone = scratch.resolve("alone.tar");
        try (var in = AdapterBundle.open(bundle).alone()) {
            Files.copy(in, alone);
        }
        assertFalse(AdapterBundle.open(alone).hasModel());
        var noBase = assertThrows(ModelRefused.class, () -> place(alone, false));
        assertTrue(noBase.getMessage().contains("no such model here"), noBase.getMessage());
        var noModel = assertThrows(ModelRefused.class, () -> add(to, alone, "tiny"));
        assertTrue(noModel.getMessage().contains("not the model itself"), noModel.getMessage());
        importModel();
        assertEquals(3, place(alone, false).size());
        assertEquals("ft:tiny:lamp:00000001", to.alias("lamp"));
    }

    @Test
    void shouldRefuseAnIdThatIsAPathOrTaken() throws IOException {
        write(export().named(model, List.of("lamp"), false));
        importModel();
        String text = new String(Files.readAllBytes(bundle), StandardCharsets.ISO_8859_1);
        for (String id : List.of("../../../../etc/x/0001", "ft:tiny:..:lamp:00001", "/t:tiny:lamp:00000001")) {
            String other = id.substring(0, 21);
            Path crafted = craft(text.replace("ft:tiny:lamp:00000001", other));
            var refused = assertThrows(ModelRefused.class, () -> place(crafted, false), id);
            assertTrue(refused.getMessage().contains("an adapter's id"), refused.getMessage());
        }
        place(bundle, false);
        Path another = craft(text.replace("a".repeat(64), "b".repeat(64)));
        var taken = assertThrows(ModelRefused.class, () -> place(another, false));
        assertTrue(taken.getMessage().contains("another adapter"), taken.getMessage());
    }

    /** A bundle whose manifest was changed to one as long, with the right sum of it. */
    private Path craft(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        TarIndex index;
        try (var in = java.nio.channels.FileChannel.open(bundle)) {
            index = TarIndex.of(bundle, in);
        }
        TarIndex.Place manifest = index.files().get("manifest.json");
        byte[] sum = Sha256.of(Arrays.copyOfRange(bytes, (int) manifest.offsetBytes(),
                (int) (manifest.offsetBytes() + manifest.bytes()))).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(sum, 0, bytes, (int) index.files().get("SHA256SUMS").offsetBytes(), sum.length);
        return Files.write(scratch.resolve("crafted.tar"), bytes);
    }

    @Test
    void shouldSweepWhatAKilledImportLeft() throws IOException {
        write(export().all(model, false));
        importModel();
        place(bundle, false);
        Path left = to.data.root().resolve("adapters/import-0123456789abcdef01234567");
        Files.createDirectory(left);
        Files.writeString(left.resolve("adapter.ternary"), "half");
        to.store().sweep();
        assertFalse(Files.exists(left));
        assertEquals(3, to.adapters());
        var failed = assertThrows(IllegalStateException.class, () -> {
            put("ft:tiny:new:00000006", AdapterState.LIVE, "", "peft");
            write(export().named(model, List.of("ft:tiny:new:00000006"), false));
            new AdapterImport(to.data, to.catalogue).place(AdapterBundle.open(bundle), new AdapterImport.Order(
                    "key-9", false, base -> true, record -> {
                        throw new IllegalStateException("cannot be served");
                    }));
        });
        assertEquals("cannot be served", failed.getMessage());
        assertEquals(3, to.adapters());
    }
}
