package quern.appliance.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.ApplianceConfig;
import quern.config.ConfigLoader;
import quern.config.ConfigSources;
import quern.config.EngineConfig.LoadType;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.inference.EmbeddedModel;
import quern.inference.format.ModelFile;
import quern.inference.format.ModelFiles;
import quern.inference.packed.PackedFiles;
import quern.inference.packed.PackedPlace;
import quern.kv.FingerprintFile;

/** Packed weights of imported models as the command line shows, checks and removes them. */
class PackedModelsTest {

    @TempDir
    private Path scratch;
    private Path data;
    private Path source;

    @BeforeEach
    void unpack() throws Exception {
        data = Files.createDirectory(scratch.resolve("data"));
        source = Files.move(EmbeddedModel.unpack(scratch.resolve("from")), scratch.resolve("from/tiny.gguf"));
    }

    private FakeServer.Outcome run(String... arguments) {
        var line = new ArrayList<>(List.of(arguments));
        line.addAll(List.of("--data", data.toString(), "--json"));
        return FakeServer.runAlone(line.toArray(String[]::new));
    }

    private JsonNode json(int exitCode, String... arguments) throws IOException {
        var outcome = run(arguments);
        assertEquals(exitCode, outcome.exitCode(), outcome.err());
        return ApiClient.JSON.readTree(outcome.out());
    }

    /** What a start leaves beside a model that is large enough. */
    private Path pack(JsonNode imported) throws IOException {
        ApplianceConfig config = ConfigLoader.load(ConfigSources.none().with("data", data.toString())).config();
        var place = PackedPlace.in(data, config.start());
        Path model = Path.of(imported.path("path").asText());
        String fingerprint = imported.path("fingerprint").asText();
        Path packed = place.of(model, LoadType.AS_STORED, fingerprint);
        try (Backend backend = BackendChoice.choose(config.backend()).backend();
                ModelFile file = ModelFiles.open(model)) {
            new PackedFiles(backend.kernels(), FingerprintFile.in(data), text -> { })
                    .open(file, fingerprint, packed).orElseThrow().close();
        }
        return packed;
    }

    @Test
    void shouldShowCheckAndRemovePackedWeightsWithTheirModel() throws IOException {
        JsonNode imported = json(0, "import", source.toString());
        assertEquals(0, imported.path("packed_bytes").asLong(-1));
        Path packed = pack(imported);
        assertEquals(Files.size(packed), json(0, "ls", "models").at("/data/0/packed_bytes").asLong());
        assertEquals(Files.size(packed), json(0, "show", "tiny").path("packed_bytes").asLong());
        JsonNode verified = json(0, "verify", "tiny").at("/models/0");
        assertTrue(verified.path("ok").asBoolean(), verified.toString());
        assertEquals(packed.toString(), verified.at("/packed/0").asText());
        json(0, "rm", "tiny");
        assertFalse(Files.exists(packed));
    }

    @Test
    void shouldFindAndRemoveDamagedPackedWeightsAndKeepTheModel() throws IOException {
        JsonNode imported = json(0, "import", source.toString(), "--link");
        Path packed = pack(imported);
        byte[] bytes = Files.readAllBytes(packed);
        bytes[bytes.length / 2] ^= 4;
        Files.write(packed, bytes);
        JsonNode verified = json(1, "verify").at("/models/0");
        assertFalse(verified.path("ok").asBoolean());
        assertTrue(verified.path("problem").asText().contains(packed + " removed"), verified.toString());
        assertFalse(Files.exists(packed));
        assertTrue(Files.exists(source));
        assertTrue(json(0, "verify").at("/models/0/ok").asBoolean());
    }

    @Test
    void shouldLeaveAFileOfThatNameAloneThatIsNotOfTheModel() throws IOException {
        json(0, "import", source.toString(), "--link");
        Path foreign = Files.writeString(source.resolveSibling("tiny.gguf.packed"), "not packed weights of ours");
        assertEquals(0, json(0, "ls", "models").at("/data/0/packed_bytes").asLong());
        assertTrue(json(0, "verify").path("ok").asBoolean());
        json(0, "rm", "tiny");
        assertTrue(Files.exists(foreign));
    }
}
