package quern.curation.secret;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets are made up here, by the forms that services document, so that this file holds none. */
class SecretFinderTest {

    private static final String ALNUM = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private static final String HEX = "0123456789abcdef";
    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final long SEED = 20261122;

    private final Random random = new Random(SEED);

    private String of(String alphabet, int count) {
        StringBuilder made = new StringBuilder("7a");
        if (alphabet.equals(BASE32)) {
            made.setLength(0);
        }
        while (made.length() < count) {
            made.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return made.toString();
    }

    private record Planted(SecretKind kind, String secret) {}

    private List<Planted> tokens() {
        String url = ALNUM + "-_";
        return List.of(
                new Planted(SecretKind.AWS, "AKIA" + of(BASE32, 16)),
                new Planted(SecretKind.AWS, "ASIA" + of(BASE32, 16)),
                new Planted(SecretKind.GOOGLE, "AIza" + of(ALNUM, 35)),
                new Planted(SecretKind.GOOGLE, "GOCSPX-" + of(ALNUM, 28)),
                new Planted(SecretKind.AZURE, "aB" + "c8Q~" + of(ALNUM, 34)),
                new Planted(SecretKind.GITHUB, "ghp_" + of(ALNUM, 36)),
                new Planted(SecretKind.GITHUB, "github_pat_" + of(ALNUM, 22) + "_" + of(ALNUM, 59)),
                new Planted(SecretKind.GITLAB, "glpat-" + of(ALNUM, 20)),
                new Planted(SecretKind.SLACK, "xoxb-" + of("0123456789", 12) + "-" + of(ALNUM, 24)),
                new Planted(SecretKind.STRIPE, "sk_live_" + of(ALNUM, 24)),
                new Planted(SecretKind.MODEL_API, "sk-" + of(ALNUM, 48)),
                new Planted(SecretKind.MODEL_API, "sk-proj-" + of(url, 80) + "A"),
                new Planted(SecretKind.MODEL_API, "sk-ant-api03-" + of(url, 90) + "A"),
                new Planted(SecretKind.MODEL_API, "hf_" + of(ALNUM, 34)),
                new Planted(SecretKind.TOKEN, "npm_" + of(ALNUM, 36)),
                new Planted(SecretKind.TOKEN, "dop_v1_" + of(HEX, 64)),
                new Planted(SecretKind.JWT, jwt()), new Planted(SecretKind.PRIVATE_KEY, pem("RSA PRIVATE KEY", "\n")),
                new Planted(SecretKind.PRIVATE_KEY, pem("OPENSSH PRIVATE KEY", "\\n")));
    }

    private String jwt() {
        Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
        return encoder.encodeToString("{\"alg\":\"HS256\",\"typ\":\"JWT\"}".getBytes(StandardCharsets.UTF_8)) + "."
                + encoder.encodeToString("{\"sub\":\"1234567890\",\"name\":\"Ann\"}".getBytes(StandardCharsets.UTF_8))
                + "." + of(ALNUM, 43);
    }

    private String pem(String kind, String line) {
        StringBuilder pem = new StringBuilder("-----BEGIN " + kind + "-----" + line);
        for (int i = 0; i < 12; i++) {
            pem.append(of(ALNUM + "+/", 64)).append(line);
        }
        return pem + "-----END " + kind + "-----";
    }

    private static List<String> found(String text) {
        return SecretFinder.find(text).stream().map(s -> s.kind() + " " + text.substring(s.from(), s.to())).toList();
    }

    @Test
    void shouldFindTokensWholeWhereverTheyStand() {
        for (Planted planted : tokens()) {
            for (String around : List.of("Use %s please.", "%s", "\"%s\",", "curl -H 'x: %s' http://a.b/c", "a=%s;b=1",
                    "(%s)", "Grüße, %s\n", "url?x=%s&y=2")) {
                String text = around.formatted(planted.secret());
                assertEquals(List.of(planted.kind() + " " + planted.secret()), found(text),
                        "seed " + SEED + ": " + text);
            }
        }
    }

    @Test
    void shouldFindPasswordsAndKeysBehindTheirLabel() {
        String key = of(ALNUM, 40);
        String hex = of(HEX, 32);
        for (String text : List.of("password=%s", "PASSWORD: %s", "\"db_password\": \"%s\"", "export PGPASSWORD='%s'",
                "Server=db;User Id=sa;Password=%s;Encrypt=true", "passwd = \"%s\"", "Passwort: %s", "mot de passe : %s",
                "$password => '%s'", "smtp.auth.password=%s\n", "{\\\"password\\\": \\\"%s\\\"}")) {
            assertEquals(List.of("PASSWORD tr0ub4dor-3"), found(text.formatted("tr0ub4dor-3")), text);
        }
        assertEquals(List.of("PASSWORD swordfish"), found("Server=db;User Id=sa;Password=swordfish;Encrypt=true"));
        assertEquals(List.of("PASSWORD swordfish"), found("password = \"swordfish\""));
        for (String text : List.of("aws_secret_access_key = %s", "apiKey: '%s'", "client_secret=%s&x=1",
                "Authorization: Bearer %s", "\"Authorization\": \"Bearer %s\"", "AccountKey=%s==;End", "api key: %s",
                "X-API-KEY: %s", "token = \"%s\"")) {
            String planted = text.contains("==") ? key + "==" : key;
            assertEquals(List.of("LABELLED " + planted), found(text.replace("==", "").formatted(planted)), text);
        }
        assertEquals(List.of("LABELLED " + hex), found("api_key=" + hex));
        assertEquals(List.of("CONNECTION s3cr3t!x"), found("see postgres://app:s3cr3t!x@db.intern:5432/app now"));
        assertEquals(List.of("CONNECTION p:w#1"), found("amqp://guest2:p:w#1@mq/"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "commit 3f786850e387550fdab836ed7e6dc881de23001b",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c1",
        "id: 123e4567-e89b-12d3-a456-426614174000", "key: 123e4567-e89b-12d3-a456-426614174000",
        "<img src=\"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4\">",
        "integrity=\"sha512-vKJpVRSEKqPHXDMmF9DjPnC/q4ESYvAbMNaIxjDkVDcVnYcrLhbKGfC3tEyDgHOTiNUEcVaTSeOTH3EY6p0Qfg==\"",
        "password = getPassword()", "password=self.password", "if (password == other) {", "String password;",
        "password: str = Field(...)", "login(user=user, password=password)", "password=${DB_PASSWORD}",
        "password: <your password>", "Password: must have eight characters", "\"password\": \"string\"",
        "password=********", "password: xxxxxxxxxx", "api_key = os.environ['API_KEY']",
        "api_key=YOUR_API_KEY_GOES_HERE1",
        "secret: ${{ secrets.DEPLOY_KEY_1 }}", "The secret: never give up on what you began in 1999.",
        "public_key = ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7", "primary key: customer_id_2, order_id_3",
        "csrf_token=8f14e45fceea167a5a36dedd4bea2543", "next_page_token: CAUQAA1b2C3d4E5f6G7h8", "max_tokens=2048",
        "AKIAIOSFODNN7EXAMPLE", "sk-learn-contrib-packages-of-many-kinds-for-everybody",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "https://example.org:8080/@user/a", "http://user:password@host/",
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0C",
        "a file with -----BEGIN RSA PRIVATE KEY----- in its first line and so on, as manuals say",
        "std::string password::reset", "tokens: alpha, beta, gamma", "key=value", "sort_key: 2024-01-01T00:00:00Z",
        "var x = {key: PKCS12PrivateKeyTypes | None}", "Passwords: 3 of 5 were changed in 2021"})
    void shouldLeaveWhatIsNoSecret(String text) {
        assertEquals(List.of(), found(text));
    }

    @Test
    void shouldFindNothingInOurOwnSources() throws IOException {
        Path root = Path.of(System.getProperty("quern.root", "../..")).toAbsolutePath().normalize();
        List<String> wrong = new ArrayList<>();
        int files = 0;
        for (String module : List.of("appliance", "actors", "config", "dataflow", "kvstore", "ingest", "gpu-runtime")) {
            try (Stream<Path> tree = Files.walk(root.resolve(module))) {
                for (Path file : tree
                        .filter(path -> path.toString().matches(".*/src/main/.*\\.(java|md|json|conf|txt)")).toList()) {
                    files++;
                    found(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                            .forEach(each -> wrong.add(file + ": " + each));
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(files > 500, files + " files below " + root);
    }

    @Test
    void shouldTakeTimeThatGrowsWithTheTextAlone() {
        for (String unit : List.of("-----BEGIN PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY-----AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "eyJ", "eyJhbGciOiJIUzI1NiJ9.", "sk-", "ghp_", "://a:", "://", "password=", "password='", "key: ", "=",
                ":", "password: a ", "glpat-", "xoxb-", "a", "AKIA", "token=\"Bearer ", "\"",
                "hooks.slack.com/services/T")) {
            long small = nanos(unit.repeat(50_000 / unit.length()));
            long large = nanos(unit.repeat(400_000 / unit.length()));
            assertTrue(large < 8 * 6 * Math.max(small, 2_000_000), unit + ": " + small + " ns, then " + large);
        }
    }

    private static long nanos(String text) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            long start = System.nanoTime();
            SecretFinder.find(text);
            least = Math.min(least, System.nanoTime() - start);
        }
        return least;
    }
}
