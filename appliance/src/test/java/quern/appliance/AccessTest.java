package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.appliance.http.Route;

class AccessTest {

    private static final List<String> METHODS = List.of("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD");
    private static final Set<String> OPEN = Set.of("/livez", "/readyz");

    @TempDir
    static Path data;

    private static TestAppliance appliance;
    private static HttpClient client;

    @BeforeAll
    static void start() throws Exception {
        appliance = TestAppliance.start(data, Map.of());
        client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    @AfterAll
    static void stop() {
        if (appliance != null) {
            client.close();
            appliance.close();
        }
    }

    @Test
    void shouldAnswer401WhenNoKeyIsSentToAnyRouteWithAnyMethod() throws Exception {
        var paths = new LinkedHashSet<>(List.of("/", "/v1", "/v1/none", "/invocations", "/tokenize"));
        for (Route route : appliance.appliance().routes()) {
            paths.add("/" + String.join("/", route.path()).replaceAll("\\{[a-z]+}", "x"));
        }
        assertTrue(paths.size() > 20, paths.toString());
        for (String path : paths) {
            for (String method : METHODS) {
                int status = send(path, method, "Content-Type", "application/json").statusCode();
                boolean open = OPEN.contains(path) && (method.equals("GET") || method.equals("HEAD"));
                assertEquals(open ? 200 : 401, status, method + " " + path);
            }
        }
    }

    @Test
    void shouldAnswer401WhenKeyIsWrong() throws Exception {
        String key = appliance.adminKey();
        String almost = key.substring(0, key.length() - 1) + (key.endsWith("A") ? "B" : "A");
        for (String wrong : List.of("Bearer " + almost, "Bearer " + key.substring(1), "Bearer ", "Basic " + key,
                "Bearer qk-key-x", "Bearer " + "x".repeat(5000))) {
            HttpResponse<String> response = send("/v1/models", "GET", "Authorization", wrong);
            assertEquals(401, response.statusCode(), wrong);
            assertEquals("invalid_api_key", TestAppliance.json(response).at("/error/code").textValue());
        }
    }

    @Test
    void shouldKeepKeyFileAndDirectoryToTheirOwnerWhenStarted() throws Exception {
        assertEquals("rw-------", PosixFilePermissions.toString(
                Files.getPosixFilePermissions(data.resolve("admin.key"))));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(data)));
    }

    @Test
    void shouldServeAndRevokeWhenKeyWasMade() throws Exception {
        JsonNode made = TestAppliance.json(appliance.post("/v1/keys", "{\"name\": \"app\", \"labels\": [\"hr\"]}"));
        String bearer = "Bearer " + made.path("key").textValue();
        assertEquals(200, send("/v1/models", "GET", "Authorization", bearer).statusCode());
        assertEquals(403, send("/v1/keys", "GET", "Authorization", bearer).statusCode());
        assertFalse(appliance.get("/v1/keys").body().contains(made.path("key").textValue()));
        assertEquals(200, appliance.delete("/v1/keys/" + made.path("id").textValue()).statusCode());
        assertEquals(401, send("/v1/models", "GET", "Authorization", bearer).statusCode());
    }

    @Test
    void shouldAnswer421WhenHostIsForeign() throws Exception {
        assertEquals(421, rawStatus("GET /livez HTTP/1.1\r\nHost: attacker.example\r\nConnection: close\r\n\r\n"));
        assertEquals(200, rawStatus("GET /livez HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\r\n"));
    }

    @Test
    void shouldAnswer431WhenHeadersAreHuge() throws Exception {
        String one = "X-Long: " + "a".repeat(33 * 1024) + "\r\n";
        String many = ("X-Many: " + "b".repeat(1000) + "\r\n").repeat(40);
        for (String headers : List.of(one, many)) {
            assertEquals(431, rawStatus(
                    "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers + "\r\n"));
        }
    }

    @Test
    void shouldRefuseWriteWhenPageIsOfAnotherOrigin() throws Exception {
        for (List<String> header : List.of(
                List.of("Origin", "https://attacker.example"), List.of("Sec-Fetch-Site", "cross-site"))) {
            HttpRequest request = appliance.request("/v1/keys").header(header.get(0), header.get(1))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"name\": \"evil\"}")).build();
            HttpResponse<String> response = appliance.send(request);
            assertEquals(403, response.statusCode(), header.toString());
            assertTrue(response.headers().firstValue("Access-Control-Allow-Origin").isEmpty());
        }
        HttpRequest read = appliance.request("/v1/models").header("Origin", "https://attacker.example").build();
        assertTrue(appliance.send(read).headers().firstValue("Access-Control-Allow-Origin").isEmpty());
    }

    private static HttpResponse<String> send(String path, String method, String header, String value)
            throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + appliance.port() + path))
                .header(header, value).method(method, HttpRequest.BodyPublishers.noBody()).build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static int rawStatus(String request) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), appliance.port())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            String status = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            return Integer.parseInt(status.substring(9, 12));
        }
    }
}
