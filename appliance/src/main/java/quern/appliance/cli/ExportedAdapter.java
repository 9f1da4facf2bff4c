package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import quern.config.EngineConfig.LoadType;
import quern.config.QuernException;
import quern.inference.convert.QuantizedFile;
import quern.inference.format.ModelFile;
import quern.inference.transformer.LoraWeights;
import quern.inference.transformer.ModelShape;
import quern.kv.DataDirectory;
import quern.tuning.AdapterFile;

/**
 * An adapter to be written for other programs.
 *
 * @param name a directory as PEFT writes it, else an id or alias
 */
record ExportedAdapter(GlobalOptions global, String name, boolean allowTainted) {

    private static final List<String> FILES = List.of("adapter_config.json", "adapter_model.safetensors");

    /**
     * @param shape of the model, with rows in the order that is wanted
     * @throws QuernException if it is damaged, or of another model
     */
    LoraWeights read(ModelFile model, ModelShape shape) {
        if (isDirectory()) {
            return AdapterFile.read(Path.of(name), shape).weights();
        }
        try (Session session = Session.open(global)) {
            session.awaitReady();
            JsonNode adapter = session.client().get("/v1/adapters/" + ApiClient.quote(name));
            String base = adapter.path("base_fingerprint").asText();
            String found = model.fingerprint();
            if (Arrays.stream(LoadType.values())
                    .noneMatch(type -> QuantizedFile.fingerprint(found, type).equals(base))) {
                throw new QuernException(QuernException.Category.ERROR, "adapter '" + adapter.path("id").asText()
                        + "' belongs to base " + base + ", " + model.name() + " is " + found);
            }
            return fetched(session, adapter.path("id").asText(), shape);
        }
    }

    private boolean isDirectory() {
        try {
            return Files.isDirectory(Path.of(name));
        } catch (InvalidPathException none) {
            return false;
        }
    }

    private LoraWeights fetched(Session session, String id, ModelShape shape) {
        try {
            Path directory = Files.createTempDirectory("quern-export");
            try {
                for (String file : FILES) {
                    try (InputStream in = session.client().download("/v1/adapters/" + ApiClient.quote(id) + "/files/"
                            + file + "?form=peft&allow_tainted=" + allowTainted)) {
                        Files.copy(in, directory.resolve(file));
                    }
                }
                return AdapterFile.read(directory, shape).weights();
            } finally {
                DataDirectory.removeTree(directory);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException("the adapter cannot be kept meanwhile: " + failed.getMessage(), failed);
        }
    }
}
