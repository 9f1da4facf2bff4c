package quern.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Nothing leaves the machine: every socket of a working appliance is looked at, and every name it looks up. */
@EnabledOnOs(OS.LINUX)
class EgressTest {

    @Test
    void shouldOpenNoSocketBeyondLoopbackAndLookUpNoName(@TempDir Path directory) throws Exception {
        Path lookups = directory.resolve("lookups.txt");
        Set<String> beyond = new TreeSet<>();
        Set<Integer> listening = new TreeSet<>();
        try (ServerProcess server = ServerProcess.start(
                directory.resolve("data"), List.of("-D" + LookupRecorder.FILE_PROPERTY + "=" + lookups))) {
            AtomicBoolean over = new AtomicBoolean();
            Thread watcher = Thread.ofPlatform().start(() -> watch(server.pid(), over, beyond, listening));
            work(server);
            over.set(true);
            watcher.join();
            assertEquals(Set.of(server.port()), listening, "listening ports");
        }
        assertEquals(Set.of(), beyond, "sockets beyond loopback");
        List<String> names = Files.exists(lookups) ? Files.readAllLines(lookups) : List.of();
        assertTrue(names.stream().allMatch(name -> name.equals("127.0.0.1") || name.equals("localhost")),
                () -> "looked up " + names);
    }

    private static void watch(long pid, AtomicBoolean over, Set<String> beyond, Set<Integer> listening) {
        while (!over.get()) {
            try {
                for (Sockets.Socket socket : Sockets.of(pid)) {
                    if (!socket.isLoopback()) {
                        beyond.add(socket.toString());
                    }
                    if (socket.isListening()) {
                        listening.add(socket.localPort());
                    }
                }
                Thread.onSpinWait();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static void work(ServerProcess server) throws IOException {
        for (int i = 0; i < 3; i++) {
            server.post("/v1/chat/completions", Map.of("model", "quern-nano", "max_tokens", 16,
                    "messages", List.of(Map.of("role", "user", "content", "Hello " + i))));
            server.post("/v1/documents", "text/html",
                    ("<h1>Page " + i + "</h1><img src='http://example.invalid/x.png'><p>A page with a picture.</p>")
                            .getBytes(StandardCharsets.UTF_8));
        }
        server.get("/v1/models");
        server.get("/v1/jobs");
        server.send(server.authorized("/metrics").build());
    }
}
