package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.QuernException;

class ExposureTest {

    @TempDir
    Path directory;

    private void refused(Map<String, String> overrides) {
        assertThrows(QuernException.class, () -> TestAppliance.startWithModel(
                directory.resolve("data"), directory.resolve("no.gguf"), overrides).close(), overrides.toString());
    }

    @Test
    void shouldRefuseToStartWhenReachableFromOutsideWithoutKeyAndTls() {
        refused(Map.of("http.host", "0.0.0.0"));
        refused(Map.of("http.host", "192.0.2.7", "http.auth", "off"));
        refused(Map.of("http.host", "::", "http.auth", "off",
                "http.tls-certificate", "/c.pem", "http.tls-key", "/k.pem"));
        refused(Map.of("http.tls-certificate", "/c.pem"));
        refused(Map.of("http.tls-certificate", "/c.pem", "http.tls-key", "/k.pem"));
    }

    @Test
    void shouldServeWithoutKeyWhenAuthIsOff() throws Exception {
        try (TestAppliance appliance = TestAppliance.start(directory.resolve("data"), Map.of("http.auth", "off"));
                HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + appliance.port() + "/v1/models")).build();
            assertEquals(200, client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode());
        }
    }

    @Test
    void shouldSpeakTlsWhenPemFilesAreGiven() throws Exception {
        KeyStore identity = identity();
        Path certificate = pem("cert.pem", "CERTIFICATE", identity.getCertificate("server").getEncoded());
        Path key = pem("key.pem", "PRIVATE KEY", identity.getKey("server", "secret".toCharArray()).getEncoded());
        try (TestAppliance appliance = TestAppliance.start(directory.resolve("data"), Map.of(
                        "http.tls-certificate", certificate.toString(), "http.tls-key", key.toString()));
                HttpClient client = HttpClient.newBuilder()
                        .sslContext(trusting(identity.getCertificate("server"))).build()) {
            HttpRequest request = HttpRequest.newBuilder(
                    URI.create("https://localhost:" + appliance.port() + "/livez")).build();
            assertEquals(200, client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode());
        }
    }

    private KeyStore identity() throws Exception {
        Path store = directory.resolve("identity.p12");
        Process keytool = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair", "-alias", "server", "-keyalg", "EC", "-dname", "CN=localhost", "-validity", "2",
                "-ext", "SAN=dns:localhost,ip:127.0.0.1", "-storetype", "PKCS12", "-storepass", "secret",
                "-keystore", store.toString()).redirectErrorStream(true).start();
        keytool.getInputStream().transferTo(OutputStream.nullOutputStream());
        assertEquals(0, keytool.waitFor());
        KeyStore identity = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            identity.load(in, "secret".toCharArray());
        }
        assertTrue(identity.getCertificate("server") instanceof X509Certificate);
        return identity;
    }

    private Path pem(String name, String label, byte[] der) throws Exception {
        Path file = directory.resolve(name);
        Files.writeString(file, "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label + "-----\n");
        return file;
    }

    private static SSLContext trusting(Certificate certificate) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("server", certificate);
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }
}
