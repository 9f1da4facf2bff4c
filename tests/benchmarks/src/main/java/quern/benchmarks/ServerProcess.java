package quern.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** {@code quern serve} in a process of its own. */
final class ServerProcess implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int EXIT_S = 20;

    private final Process process;
    private final Path data;
    private final int port;
    private final long spawnedNs;

    private ServerProcess(Process process, Path data, int port, long spawnedNs) {
        this.process = process;
        this.data = data;
        this.port = port;
        this.spawnedNs = spawnedNs;
    }

    /** Starts it and does not wait. @param options of {@code quern serve} */
    static ServerProcess spawn(Path data, List<String> options) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        var command = new ArrayList<>(List.of("appliance/bin/quern", "serve", "--json", "--port",
                Integer.toString(port), "--data", data.toString()));
        command.addAll(options);
        long spawnedNs = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectError(new File("/dev/null")).start();
        return new ServerProcess(process, data, port, spawnedNs);
    }

    /** Waits until it says that it is ready. @return what it says */
    JsonNode awaitReady() throws IOException {
        StringBuilder said = new StringBuilder();
        BufferedReader out = process.inputReader();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (said.isEmpty() && !line.startsWith("{")) {
                continue; // the JVM's own words, of a recording for example
            }
            said.append(line);
            if (line.equals("}")) {
                return JSON.readTree(said.toString());
            }
        }
        throw new IOException("the server ended before it was ready");
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    String key() throws IOException {
        return Files.readString(data.resolve("admin.key")).strip();
    }

    long spawnedNs() {
        return spawnedNs;
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Resident memory in bytes by kind: VmRSS, RssAnon, RssFile, RssShmem. */
    Map<String, Long> residentBytes() throws IOException {
        Map<String, Long> bytes = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            if (line.startsWith("VmRSS:") || line.startsWith("Rss")) {
                bytes.put(line.substring(0, line.indexOf(':')), Long.parseLong(line.replaceAll("\\D", "")) << 10);
            }
        }
        return bytes;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(EXIT_S, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
