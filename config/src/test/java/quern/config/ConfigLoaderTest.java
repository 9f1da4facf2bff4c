package quern.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigLoaderTest {

    @TempDir
    private Path folder;

    @Test
    void shouldReadSectionsThatTheUserNames(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("own.conf"), """
                quern.pipelines {
                  "*" { look = 7s }
                  notes { recipe = "/r.yaml", folder = "/notes", tune-samples = 3, publish = approval }
                  mail-2 { recipe = "/m.yaml", look = 1s }
                }
                """);
        ConfigSources sources = ConfigSources.none().with("data", "target").withFile(file);
        LoadedConfig loaded = ConfigLoader.load(sources.with("pipelines.notes.alias", "house"));
        PipelineConfig notes = loaded.config().pipelines().get("notes");
        assertEquals(Set.of("notes", "mail-2"), loaded.config().pipelines().keySet());
        assertEquals(Optional.of(Path.of("/notes")), notes.folder());
        assertEquals(PipelineConfig.Publish.APPROVAL, notes.publish());
        assertEquals(Duration.ofSeconds(7), notes.look());
        assertEquals(Optional.of("house"), notes.alias());
        assertEquals(Duration.ofSeconds(1), loaded.config().pipelines().get("mail-2").look());
        assertTrue(loaded.origins().stream().anyMatch(origin -> origin.key().equals("quern.pipelines.notes.folder")));
        assertTrue(ConfigLoader.defaults(Path.of("target")).pipelines().isEmpty());
    }

    @Test
    void shouldNameKeyAndLineWhenANamedSectionIsWrong(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("own.conf"), """
                quern.pipelines {
                  notes { recipe = "/r.yaml", foldr = "/notes" }
                  Notes { recipe = "/r.yaml" }
                  other { look = 1ms }
                }
                """);
        String message = assertThrows(QuernException.class, () -> ConfigLoader.load(
                ConfigSources.none().with("data", "target").withFile(file))).getMessage();
        assertTrue(message.contains("own.conf:2") && message.contains("quern.pipelines.notes.foldr"), message);
        assertTrue(message.contains("own.conf:3") && message.contains("quern.pipelines.Notes"), message);
        assertTrue(message.contains("own.conf:4") && message.contains("quern.pipelines.other.look"), message);
        assertTrue(message.contains("quern.pipelines.other.recipe"), message);
    }

    @Test
    void shouldReadEveryDefaultWhenNothingElseIsGiven() {
        ApplianceConfig config = ConfigLoader.defaults(folder);
        assertEquals(folder, config.data());
        assertEquals(8642, config.http().port());
        assertEquals(HttpConfig.Auth.KEY, config.http().auth());
        assertEquals(Optional.empty(), config.engine().model());
        assertEquals(DataSize.parse("64MiB"), config.kv().hot());
        assertEquals(2e-3, config.tuning().learningRate());
    }

    @Test
    void shouldHaveOneReferenceEntryForEveryComponentAndNoOther() {
        LoadedConfig loaded = ConfigLoader.load(ConfigSources.none());
        for (Origin origin : loaded.origins()) {
            assertEquals(Origin.Source.DEFAULT, origin.source());
            assertTrue(origin.where().matches("reference\\.conf:\\d+"), origin::toString);
        }
        assertEquals(KeyTree.of(ApplianceConfig.class, "quern").leaves().size(), loaded.origins().size());
    }

    @Test
    void shouldLetLaterSourcesWinWhenSeveralNameAKey() throws IOException {
        Path file = write("quern { http { port = 1, body-max = 1MiB, drain = 1s } }");
        var environment = Map.of("QUERN_HTTP_PORT", "2", "QUERN_HTTP_BODY_MAX", "2MiB");
        LoadedConfig loaded = ConfigLoader.load(
                ConfigSources.none().withFile(file).withEnvironment(environment).with("http.port", "3"));
        HttpConfig http = loaded.config().http();
        assertEquals(3, http.port());
        assertEquals(DataSize.parse("2MiB"), http.bodyMax());
        assertEquals(1, http.drain().toSeconds());
        assertEquals("command line", origin(loaded, "quern.http.port").where());
        assertEquals("environment QUERN_HTTP_BODY_MAX", origin(loaded, "quern.http.body-max").where());
        assertEquals(file + ":1", origin(loaded, "quern.http.drain").where());
    }

    @Test
    void shouldTakeTheLaterOverrideHoweverItsKeyIsWritten() {
        var both = ConfigSources.none().with("http.port", "3").with("quern.http.port", "4");
        assertEquals(4, ConfigLoader.load(both).config().http().port());
        assertEquals(5, ConfigLoader.load(both.with("http.port", "5")).config().http().port());
    }

    @Test
    void shouldReportAllProblemsAtOnceWhenAFileHasSeveral() throws IOException {
        Path file = write("""
                quern {
                  http {
                    prot = 1
                    port = many
                    drain = 10
                    connections-max = 0
                  }
                  engine = fast
                  kv { type = f8, hot = { a = 1 }, block-tokens = [1, 2] }
                  tuning { held-out-share = 1.5, epochs = 1.5, lora-rank = 99999999999, lora-alpha = null }
                }
                http.port = 5
                """);
        var sources = ConfigSources.none().withFile(file)
                .withEnvironment(Map.of("QUERN_KV_HOTT", "1MiB", "QUERN_JAVA", "x", "QUERN_KV_COLD", "-1"));
        String text = assertThrows(QuernException.class, () -> ConfigLoader.load(sources)).getMessage();
        for (String expected : List.of(
                file + ":3: quern.http.prot: unknown key, did you mean quern.http.port?",
                file + ":4: quern.http.port: expected a whole number, found 'many'",
                file + ":5: quern.http.drain: expected a duration",
                file + ":6: quern.http.connections-max: expected 1 to 1048576, found 0",
                file + ":8: quern.engine: expected a section",
                file + ":9: quern.kv.type: expected one of f16, f32, q8_0, found 'f8'",
                file + ":9: quern.kv.hot: expected a value, found a section",
                file + ":9: quern.kv.block-tokens: expected one value, found a list",
                file + ":10: quern.tuning.held-out-share: expected 0 to 0.9, found 1.5",
                file + ":10: quern.tuning.epochs: expected a whole number",
                file + ":10: quern.tuning.lora-rank: expected a whole number within",
                file + ":10: quern.tuning.lora-alpha: expected a value, found null",
                file + ":12: http: unknown key",
                "environment: QUERN_KV_HOTT: unknown variable, did you mean QUERN_KV_HOT?",
                "environment QUERN_KV_COLD: quern.kv.cold:")) {
            assertTrue(text.contains(expected), () -> "missing: " + expected + "\nin: " + text);
        }
        assertTrue(text.startsWith("configuration has 15 problems"), text);
    }

    @Test
    void shouldRefuseAddressBeyondLoopbackWhenKeyOrTlsIsMissing() {
        var open = ConfigSources.none().with("http.host", "0.0.0.0");
        assertThrows(QuernException.class, () -> ConfigLoader.load(open));
        var tls = open.with("http.tls-certificate", "/c.pem").with("http.tls-key", "/k.pem");
        assertEquals("0.0.0.0", ConfigLoader.load(tls).config().http().host());
        assertThrows(QuernException.class, () -> ConfigLoader.load(tls.with("http.auth", "off")));
        assertThrows(QuernException.class, () -> ConfigLoader.load(open.with("http.host", "127.evil.example")));
    }

    @Test
    void shouldRefuseIncludesAndBrokenFilesWithTheirPlace() throws IOException {
        for (String broken : List.of("include \"other.conf\"", "include url(\"http://127.0.0.1:9/x\")", "quern { a = ",
                "quern.http.port = ${nowhere.at.all}")) {
            Path file = write(broken);
            var sources = ConfigSources.none().withFile(file);
            var refused = assertThrows(QuernException.class, () -> ConfigLoader.load(sources), broken);
            assertTrue(refused.getMessage().contains(file.getFileName().toString()), refused::getMessage);
        }
        var missing = ConfigSources.none().withFile(folder.resolve("absent.conf"));
        assertThrows(QuernException.class, () -> ConfigLoader.load(missing));
    }

    @Test
    void shouldFindTheDataDirectoryAndItsFileInOrder() throws IOException {
        write("quern.http.port = 7");
        var byVariable = ConfigSources.none().withEnvironment(Map.of("QUERN_DATA", folder.toString()));
        assertEquals(7, ConfigLoader.load(byVariable).config().http().port());
        var byOption = ConfigSources.none().with("data", folder.toString());
        assertEquals(7, ConfigLoader.load(byOption).config().http().port());
        var xdg = ConfigSources.none().withEnvironment(Map.of("XDG_DATA_HOME", "/somewhere"));
        assertEquals(Path.of("/somewhere/quern"), ConfigLoader.load(xdg).config().data());
        var home = ConfigLoader.load(ConfigSources.none()).config().data();
        assertEquals(Path.of(System.getProperty("user.home"), ".local/share/quern"), home);
        write("quern.data = /elsewhere");
        assertThrows(QuernException.class, () -> ConfigLoader.load(byOption));
    }

    @Test
    void shouldChangeItsComponentWhenAnyKeyIsOverridden() {
        var plain = ConfigLoader.load(ConfigSources.none());
        Map<String, String> other = otherValues(plain.origins());
        List<String> without = new ArrayList<>();
        for (var entry : other.entrySet()) {
            var sources = ConfigSources.none().with("http.tls-certificate", "/c").with("http.tls-key", "/k")
                    .with("pipelines.*.recipe", "/r").with("pipelines.a.look", "3s").with("pipelines.b.labels", "x");
            var base = ConfigLoader.load(sources).config();
            if (base.equals(ConfigLoader.load(sources.with(entry.getKey(), entry.getValue())).config())) {
                without.add(entry.getKey());
            }
        }
        assertEquals(List.of(), without);
        assertNotEquals(0, other.size());
    }

    private static Map<String, String> otherValues(List<Origin> origins) {
        Map<String, String> special = new LinkedHashMap<>(Map.of("quern.http.auth", "off", "quern.backend.choice",
                "scalar", "quern.engine.product", "f32", "quern.kv.type", "f32", "quern.http.host", "127.0.0.2",
                "quern.engine.sequences-max", "17", "quern.engine.pooling", "last", "quern.engine.load-type", "q4_k",
                "quern.ingest.quarantine", "all"));
        special.put("quern.pipelines.*.publish", "approval");
        special.put("quern.tuning.lora-targets", "v_proj");
        special.put("quern.tuning.learning-rate-decay", "linear");
        special.put("quern.tuning.optimizer", "lion");
        return origins.stream().collect(Collectors.toMap(
                Origin::key,
                origin -> special.getOrDefault(origin.key(), other(origin.value())),
                (a, b) -> a,
                LinkedHashMap::new));
    }

    private static String other(String value) {
        if (value.equals("true") || value.equals("false")) {
            return String.valueOf(!Boolean.parseBoolean(value));
        }
        var number = java.util.regex.Pattern.compile("(\\d+)([A-Za-z]+)?").matcher(value);
        if (number.matches()) {
            String unit = number.group(2) == null ? "" : number.group(2);
            return Long.parseLong(number.group(1)) + 1 + unit;
        }
        return value.matches("[0-9]+[.e][0-9e-]+") ? String.valueOf(Double.parseDouble(value) / 2 + 0.01) : "/other";
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("quern.conf"), text);
    }

    private static Origin origin(LoadedConfig loaded, String key) {
        return loaded.origins().stream().filter(o -> o.key().equals(key)).findFirst().orElseThrow();
    }
}
