package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many more clients than the server takes: it says so, stays as large as it was, and health answers throughout. */
class OverloadTest {

    private static final boolean CAMPAIGN = Boolean.getBoolean("quern.campaign");
    /** Of health answers that have to come in time; the rest met a compiler on a machine full of others. */
    private static final double SHARE = CAMPAIGN ? 0.99 : 0.95;
    private static final int WARM_UP = 150;
    private static final Duration LOAD = CAMPAIGN ? Duration.ofMinutes(1) : Duration.ofSeconds(3);
    private static final int SLOTS = 4;
    private static final int CLIENTS = 10 * SLOTS;
    private static final long GROWTH_MAX = 24L << 20;
    private static final Duration HEALTH_MAX = Duration.ofMillis(100);
    /** How often an exchange with the server waits for a core where one with the echo waits once: on a busy machine. */
    private static final int MACHINE_TURNS = 5;

    @TempDir
    Path directory;

    private static long held() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        return heap + ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .mapToLong(BufferPoolMXBean::getMemoryUsed).sum();
    }

    private static String completion(int tokens) {
        return "{\"model\": \"stories260K\", \"prompt\": \"Once upon a time\", \"max_tokens\": " + tokens
                + ", \"ignore_eos\": true}";
    }

    private record Seen(int answered, int refused) {}

    private static Seen load(TestAppliance appliance, long until) throws Exception {
        int answered = 0;
        int refused = 0;
        while (System.nanoTime() < until) {
            HttpResponse<String> response = appliance.post("/v1/completions", completion(100));
            if (response.statusCode() == 200) {
                answered++;
                continue;
            }
            assertEquals(429, response.statusCode(), response.body());
            assertTrue(response.headers().firstValue("Retry-After").isPresent(), "429 without Retry-After");
            refused++;
            LockSupport.parkNanos(20_000_000);
        }
        return new Seen(answered, refused);
    }

    /** Latencies of one exchange of bytes after another, sorted. */
    private static List<Long> probe(int port, long until) throws Exception {
        List<Long> nanos = new ArrayList<>();
        byte[] request = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        byte[] reply = new byte[4096];
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(20_000);
            while (System.nanoTime() < until) {
                long from = System.nanoTime();
                socket.getOutputStream().write(request);
                int length = socket.getInputStream().read(reply);
                nanos.add(System.nanoTime() - from);
                assertTrue(new String(reply, 0, length, StandardCharsets.US_ASCII).startsWith("HTTP/1.1 200 OK"));
                LockSupport.parkNanos(5_000_000);
            }
        }
        Collections.sort(nanos);
        return nanos;
    }

    /** Answers at once, whatever it is asked: what this machine makes of an exchange that needs no server. */
    private static void echo(ServerSocket listener) {
        try (Socket socket = listener.accept()) {
            socket.setTcpNoDelay(true);
            byte[] request = new byte[4096];
            while (socket.getInputStream().read(request) > 0) {
                socket.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException closed) {
            throw new UncheckedIOException(closed);
        }
    }

    private static Duration nearlyAll(List<Long> sorted) {
        assertTrue(sorted.size() > 20, sorted.size() + " answers");
        return Duration.ofNanos(sorted.get((int) ((sorted.size() - 1) * SHARE)));
    }

    @Test
    void shouldRefuseWithRetryAfterAndAnswerHealthWhenClientsAreTenTimesTheSlots() throws Exception {
        try (TestAppliance appliance = TestAppliance.start(directory.resolve("data"),
                        Map.of("engine.sequences-max", "2", "engine.queue-max", "2"));
                ServerSocket control = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ExecutorService probes = Executors.newCachedThreadPool();
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < WARM_UP; i++) {
                appliance.post("/v1/completions", completion(1));
                appliance.get("/livez");
            }
            long before = held();
            long until = System.nanoTime() + LOAD.toNanos();
            List<Future<Seen>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                running.add(clients.submit(() -> load(appliance, until)));
            }
            probes.execute(() -> echo(control));
            Future<List<Long>> machine = probes.submit(() -> probe(control.getLocalPort(), until));
            Duration health = nearlyAll(probes.submit(() -> probe(appliance.port(), until)).get());
            Duration limit = HEALTH_MAX.plus(nearlyAll(machine.get()).multipliedBy(MACHINE_TURNS));
            int answered = 0;
            int refused = 0;
            for (Future<Seen> client : running) {
                answered += client.get().answered();
                refused += client.get().refused();
            }
            assertTrue(answered > 0 && refused > 0, answered + " answered, " + refused + " refused");
            assertTrue(health.compareTo(limit) < 0, SHARE + " of health answers within " + health + ", limit " + limit);
            assertTrue(TestAppliance.await(Duration.ofSeconds(10), () -> appliance.active() == 0));
            var stats = appliance.appliance().engineStats().orElseThrow();
            assertEquals(stats.blocksTotal(), stats.blocksAvailable());
            long grown = held() - before;
            assertTrue(grown < GROWTH_MAX, grown + " bytes more than before");
        }
    }

    @Test
    void shouldTellCountsAndStayAsLargeWhenManyPromptsAreBeyondTheContext() throws Exception {
        try (TestAppliance appliance = TestAppliance.start(directory.resolve("data"), Map.of());
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            String text = "Once upon a time there was a cat. ".repeat(300);
            Callable<HttpResponse<String>> chat = () -> appliance.post("/v1/chat/completions", "{\"model\": "
                    + "\"stories260K\", \"messages\": [{\"role\": \"user\", \"content\": \"" + text + "\"}]}");
            Callable<HttpResponse<String>> plain = () -> appliance.post("/v1/completions",
                    "{\"model\": \"stories260K\", \"prompt\": \"" + text + "\"}");
            requireTooLong(plain.call(), "prompt");
            requireTooLong(chat.call(), "messages");
            long before = held();
            for (int round = 0; round < (CAMPAIGN ? 20 : 2); round++) {
                for (Future<HttpResponse<String>> reply
                        : clients.invokeAll(Collections.nCopies(100, plain))) {
                    requireTooLong(reply.get(), "prompt");
                }
                for (Future<HttpResponse<String>> reply : clients.invokeAll(Collections.nCopies(100, chat))) {
                    requireTooLong(reply.get(), "messages");
                }
            }
            long grown = held() - before;
            assertTrue(grown < GROWTH_MAX, grown + " bytes more than before");
            assertEquals(200, appliance.post("/v1/completions", completion(2)).statusCode());
        }
    }

    private static void requireTooLong(HttpResponse<String> response, String param) throws Exception {
        JsonNode error = TestAppliance.json(response).path("error");
        assertEquals(400, response.statusCode(), response.body());
        assertEquals("context_length_exceeded", error.path("code").textValue());
        assertEquals(param, error.path("param").textValue());
        assertTrue(error.path("message").textValue().matches(".*\\d{4,} tokens.* 128 .*"), response.body());
    }
}
