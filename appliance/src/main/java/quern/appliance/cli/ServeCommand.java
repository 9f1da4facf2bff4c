package quern.appliance.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import quern.appliance.Appliance;
import quern.config.ApplianceConfig;

/** Runs the appliance until it is told to stop. */
@Command(name = "serve", mixinStandardHelpOptions = true, description = "Serve the model over the OpenAI API.")
final class ServeCommand implements Callable<Integer> {

    @Mixin
    private GlobalOptions options;

    @Option(names = "--host", description = "Address to bind; other than loopback needs key and TLS.")
    private String host;

    @Option(names = "--port", description = "Port; 0 lets the system pick one.")
    private Integer port;

    @Option(names = "--model", paramLabel = "PATH", description = "GGUF file, safetensors directory or imported name.")
    private String model;

    @Option(names = "--embedding-model", paramLabel = "PATH",
            description = "Encoder that makes embeddings beside the model: GGUF file, directory or imported name.")
    private String embeddingModel;

    @Option(names = "--load-type", paramLabel = "TYPE",
            description = "as-stored, q8_0, q4_0 or q4_k: what matrices of floats become when they are loaded.")
    private String loadType;

    @Option(names = "--backend", description = "auto, scalar, vector or cuda.")
    private String backend;

    @Override
    public Integer call() throws InterruptedException {
        options.set("http.host", host);
        options.set("http.port", port);
        options.set("backend.choice", backend);
        options.set("engine.load-type", loadType);
        if (model != null) {
            options.set("engine.model", ModelPath.resolve(model, options));
        }
        if (embeddingModel != null) {
            options.set("engine.embedding-model", ModelPath.resolve(embeddingModel, options));
        }
        ApplianceConfig config = options.load().config();
        long startedNs = System.nanoTime();
        Appliance appliance = Appliance.launch(config);
        var stop = new CountDownLatch(1);
        Thread closer = Thread.ofPlatform().name("quern-close").unstarted(() -> {
            appliance.close();
            stop.countDown();
        });
        Runtime.getRuntime().addShutdownHook(closer);
        try {
            appliance.whenReady().toCompletableFuture().join();
            announce(config, appliance, (System.nanoTime() - startedNs) / 1_000_000);
        } catch (RuntimeException e) {
            appliance.close();
            throw e;
        }
        stop.await();
        return ExitCode.OK;
    }

    private void announce(ApplianceConfig config, Appliance appliance, long readyMs) {
        boolean tls = config.http().tlsCertificate().isPresent();
        String url = (tls ? "https" : "http") + "://" + config.http().host() + ":" + appliance.port();
        Path key = config.data().resolve("admin.key");
        if (options.json()) {
            Printer.json(ApiClient.JSON.createObjectNode().put("url", url)
                    .put("pid", ProcessHandle.current().pid()).put("data", config.data().toString())
                    .put("key_file", key.toString()).put("ready_ms", readyMs));
        } else {
            System.out.println("quern: ready on " + url + " after " + readyMs + " ms; data " + config.data()
                    + ", key in " + key);
        }
    }
}
