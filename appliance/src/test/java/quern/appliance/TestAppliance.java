package quern.appliance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;
import quern.config.ConfigLoader;
import quern.config.ConfigSources;
import quern.kv.vault.SealedFiles;
import quern.kv.vault.Vault;

/** The appliance inside the test's own JVM, with the small reference model and a client that holds the admin key. */
public final class TestAppliance implements AutoCloseable {

    public static final ObjectMapper JSON = new ObjectMapper();

    private final Appliance appliance;
    private final Path data;
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private TestAppliance(Appliance appliance, Path data) {
        this.appliance = appliance;
        this.data = data;
    }

    /** Starts with stories260K and waits until the model is loaded. */
    public static TestAppliance start(Path data, Map<String, String> overrides) throws Exception {
        TestAppliance started = startWithModel(data, storiesModel(), overrides);
        started.appliance.whenReady().toCompletableFuture().get(60, TimeUnit.SECONDS);
        return started;
    }

    public static TestAppliance startWithModel(Path data, Path model, Map<String, String> overrides) {
        ConfigSources sources = ConfigSources.none()
                .with("data", data.toString())
                .with("http.port", "0")
                .with("http.drain", "1s")
                .with("engine.model", model.toString())
                .with("engine.product", "f32")
                // Measured and compiled in advance is what a server answers from; a test asks it little.
                .with("start.warm-up", "0ms")
                .with("engine.scheduling.profile", "0ms")
                .with("kv.hot", "8MiB")
                .with("kv.warm-enabled", "false")
                .with("kv.cold-enabled", "false");
        for (var override : overrides.entrySet()) {
            sources = sources.with(override.getKey(), override.getValue());
        }
        return new TestAppliance(Appliance.launch(ConfigLoader.load(sources).config()), data);
    }

    public static Path storiesModel() {
        Path model = Path.of(System.getProperty("quern.root", "..")).resolve("../shared/models/stories260K")
                .resolve("stories260K.gguf").toAbsolutePath().normalize();
        if (!Files.exists(model) && "required".equals(System.getProperty("quern.reference"))) {
            throw new IllegalStateException(model + " is absent and quern.reference is 'required'");
        }
        Assumptions.assumeTrue(Files.exists(model), model + " is absent");
        return model;
    }

    /** The same model with a context so long that an answer takes minutes. */
    public static TestAppliance startEndless(Path data, Map<String, String> overrides) throws Exception {
        TestAppliance started = startWithModel(data, endlessModel(data), overrides);
        started.appliance.whenReady().toCompletableFuture().get(60, TimeUnit.SECONDS);
        return started;
    }

    /** The file of such a model, beside the data directory. */
    static Path endlessModel(Path data) throws IOException {
        byte[] bytes = Files.readAllBytes(storiesModel());
        byte[] key = "llama.context_length".getBytes(StandardCharsets.US_ASCII);
        int at = 0;
        while (!Arrays.equals(bytes, at, at + key.length, key, 0, key.length)) {
            at++;
        }
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at + key.length + Integer.BYTES, 1 << 20);
        Path model = data.resolveSibling("endless.gguf");
        Files.write(model, bytes);
        return model;
    }

    /** Looks again every few milliseconds, for at most {@code limit}. @return whether it became true */
    public static boolean await(Duration limit, BooleanSupplier condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
        return true;
    }

    /** A data directory, its sealed files opened. */
    public static Path opened(Path data) {
        Vault vault = Vault.openToRead(data, ConfigLoader.defaults(data).encryption(), Map.of());
        return SealedFiles.over(data, vault);
    }

    /** Sequences that run or wait. */
    public int active() {
        return appliance.engineStats().map(stats -> stats.running() + stats.waiting() + stats.loading()).orElse(0);
    }

    public boolean readiness() {
        return appliance.readiness().ready();
    }

    public Appliance appliance() {
        return appliance;
    }

    public int port() {
        return appliance.port();
    }

    public String adminKey() throws IOException {
        return Files.readString(data.resolve("admin.key")).strip();
    }

    public HttpRequest.Builder request(String path) throws IOException {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .header("Authorization", "Bearer " + adminKey());
    }

    public HttpResponse<String> get(String path) throws Exception {
        return send(request(path).GET().build());
    }

    public HttpResponse<String> post(String path, String json) throws Exception {
        return send(request(path).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)).build());
    }

    public HttpResponse<String> delete(String path) throws Exception {
        return send(request(path).DELETE().build());
    }

    public HttpResponse<String> send(HttpRequest request) throws Exception {
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    public static JsonNode json(HttpResponse<String> response) throws IOException {
        return JSON.readTree(response.body());
    }

    @Override
    public void close() {
        client.close();
        appliance.close();
    }
}
