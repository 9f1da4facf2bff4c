package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import quern.config.ApplianceConfig;
import quern.config.QuernException;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.inference.convert.QuantizedFile;
import quern.inference.format.ModelFile;
import quern.inference.format.ModelFiles;
import quern.inference.format.StoredModel;
import quern.inference.packed.PackedFiles;
import quern.inference.packed.PackedPlace;
import quern.kv.DataDirectory;
import quern.kv.FingerprintFile;

/** Reads imported models again and compares their fingerprints with the catalogue, and packed weights with them. */
@Command(name = "verify", mixinStandardHelpOptions = true,
        description = "Hash imported models again and compare with what was imported; compare packed weights with the "
                + "model, and remove those that differ: the next start makes them anew.")
final class VerifyCommand implements Callable<Integer> {

    private static final long MEBIBYTE = 1L << 20;

    @Mixin
    private GlobalOptions options;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "One model (default: all).")
    private String name;

    @Override
    public Integer call() {
        Screen screen = options.screen();
        ApplianceConfig config = options.load().config();
        ModelCatalogue catalogue = new ModelCatalogue(config);
        ObjectNode body = ApiClient.JSON.createObjectNode();
        ArrayNode results = body.putArray("models");
        boolean ok = true;
        for (JsonNode model : wanted(catalogue)) {
            ObjectNode result = check(model, config, screen);
            ok &= result.path("ok").asBoolean();
            results.add(result);
        }
        body.put("ok", ok);
        if (screen.json()) {
            screen.json(body);
        } else {
            print(screen, results);
        }
        return ok ? ExitCode.OK : ExitCode.FAILURE;
    }

    private List<JsonNode> wanted(ModelCatalogue catalogue) {
        if (name != null) {
            return List.of(catalogue.find(name).orElseThrow(
                    () -> new ApiFailure(404, "no imported model '" + name + "'", null)));
        }
        List<JsonNode> all = new ArrayList<>();
        catalogue.list().path("data").forEach(all::add);
        return all;
    }

    private static ObjectNode check(JsonNode model, ApplianceConfig config, Screen screen) {
        String expected = model.path("fingerprint").asText();
        ObjectNode result = ApiClient.JSON.createObjectNode().put("name", model.path("name").asText())
                .put("path", model.path("path").asText()).put("expected", expected);
        try (StoredModel file = ModelFiles.openAny(Path.of(model.path("path").asText()))) {
            String found = file.fingerprint((done, total) -> screen.progress(
                    "MiB of " + model.path("name").asText(), done / MEBIBYTE, Math.ceilDiv(total, MEBIBYTE)));
            result.put("found", found).put("ok", found.equals(expected));
            if (!found.equals(expected)) {
                result.put("problem", "its bytes are not those that were imported");
            } else if (model.path("packed_bytes").asLong() > 0) {
                checkPacked(Path.of(model.path("path").asText()), config, result, screen);
            }
        } catch (QuernException unreadable) {
            result.put("ok", false).put("problem", unreadable.getMessage());
        }
        return result;
    }

    private static void checkPacked(Path path, ApplianceConfig config, ObjectNode result, Screen screen) {
        List<PackedPlace.Kept> existing = PackedPlace.in(config.data(), config.start())
                .existing(path, result.path("expected").asText());
        ArrayNode sound = result.putArray("packed");
        try (Backend backend = BackendChoice.choose(config.backend()).backend()) {
            var files = new PackedFiles(backend.kernels(), FingerprintFile.in(config.data()), screen::note);
            for (PackedPlace.Kept kept : existing) {
                try (ModelFile file = ModelFiles.open(path)) {
                    Optional<String> problem = files.problem(
                            QuantizedFile.of(file, kept.loadType(), backend.team()), kept);
                    if (problem.isEmpty()) {
                        sound.add(kept.file().toString());
                        continue;
                    }
                    DataDirectory.removeTree(kept.file());
                    result.put("ok", false).put("problem", "packed weights " + kept.file() + " removed: "
                            + problem.get() + "; the next start makes them anew");
                } catch (IOException failed) {
                    result.put("ok", false).put("problem", "packed weights " + kept.file() + ": " + failed);
                }
            }
        }
    }

    private static void print(Screen screen, ArrayNode results) {
        if (results.isEmpty()) {
            screen.line("no imported models");
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("name", "ok", "fingerprint", "problem"));
        for (JsonNode result : results) {
            rows.add(List.of(result.path("name").asText(), result.path("ok").asBoolean() ? "yes" : "NO",
                    result.path("found").asText("-"), result.path("problem").asText("-")));
        }
        screen.table(rows);
    }
}
