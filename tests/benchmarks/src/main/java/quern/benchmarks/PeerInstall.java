package quern.benchmarks;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * llama.cpp as the npm package node-llama-cpp brings it prebuilt, in a folder of the benchmark's own. Its binaries are
 * an optional package of their own, which is therefore named: without it npm would compile for minutes.
 */
final class PeerInstall {

    private static final String VERSION = "3.22.1";
    private static final Map<String, String> PLATFORMS =
            Map.of("amd64", "linux-x64", "x86_64", "linux-x64", "aarch64", "linux-arm64");

    private final Path directory;

    private PeerInstall(Path directory) {
        this.directory = directory;
    }

    /** @return empty if there is no npm or it could not install; the reason is printed */
    static Optional<PeerInstall> in(Path directory) throws IOException {
        String platform = PLATFORMS.get(System.getProperty("os.arch"));
        if (platform == null) {
            return absent("llama.cpp comes prebuilt for " + PLATFORMS.keySet());
        }
        Files.createDirectories(directory);
        if (!Files.isDirectory(directory.resolve("node_modules/@node-llama-cpp/" + platform))) {
            Files.writeString(directory.resolve("package.json"), "{\"private\": true, \"type\": \"module\"}\n");
            int code = run(directory, "npm", "install", "--no-audit", "--no-fund", "--omit=optional",
                    "--ignore-scripts", "node-llama-cpp@" + VERSION, "@node-llama-cpp/" + platform + "@" + VERSION);
            if (code != 0) {
                return absent(code < 0 ? "no npm here" : "npm install ended with " + code + "; its log: "
                        + directory.resolve("install.log"));
            }
        }
        try (InputStream driver = PeerInstall.class.getResourceAsStream("peer.mjs")) {
            Files.copy(driver, directory.resolve("peer.mjs"), StandardCopyOption.REPLACE_EXISTING);
        }
        return Optional.of(new PeerInstall(directory.toAbsolutePath()));
    }

    private static Optional<PeerInstall> absent(String reason) {
        System.out.println("only our own rows: " + reason);
        return Optional.empty();
    }

    /** @return exit code, -1 if there is no such program */
    private static int run(Path directory, String... command) throws IOException {
        Process process;
        try {
            process = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true)
                    .redirectOutput(new File(directory.toFile(), "install.log")).start();
        } catch (IOException missing) {
            return -1;
        }
        try {
            return process.waitFor();
        } catch (InterruptedException stop) {
            process.destroy();
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    EngineProcess start(Path model, int threads) throws IOException {
        return EngineProcess.start(directory, List.of(
                "node", "peer.mjs", model.toAbsolutePath().toString(), Integer.toString(threads)));
    }
}
