package quern.appliance.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import quern.appliance.demo.Demo;

/** The whole path on a made-up company's documents, in a data directory of its own. */
@Command(name = "demo", mixinStandardHelpOptions = true,
        description = "Ingest, curate, tune, serve, kill and restart on an example corpus.")
public final class DemoCommand implements Callable<Integer> {

    @Option(names = "--data", description = "Data directory (default: a new one below the system's temporary files).")
    private Path data;

    @Option(names = "--model", description = "Your own GGUF file or safetensors directory instead of quern-nano.")
    private Path model;

    @Option(names = "--json", description = "Print the figures as JSON.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Path directory = data == null ? Files.createTempDirectory("quern-demo-").resolve("data") : data;
        return new Demo(directory, Optional.ofNullable(model), json).run();
    }
}
