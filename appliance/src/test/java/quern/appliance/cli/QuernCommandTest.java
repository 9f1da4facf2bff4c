package quern.appliance.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import quern.kv.DataDirectory;
import quern.kv.journal.Catalogue;

class QuernCommandTest {

    private static final String JOB = """
            {"id": "job-1", "status": "%s", "progress": {"stage": "x", "done": 1, "total": 2}, "result": %s,
             "error": %s}""";
    private static final String NO_EVENTS = "{\"data\": [], \"has_more\": false}";

    @TempDir
    Path data;
    private FakeServer server;

    @BeforeEach
    void start() throws Exception {
        server = new FakeServer(data);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "serve", "ingest", "documents", "curate", "analyze", "tune", "chat", "generate",
        "apply-template", "logits", "jobs", "models", "import", "ls", "ps", "show", "rm", "verify", "lineage",
        "doctor", "config", "key", "vault", "pretrain", "adapters"})
    void shouldExplainVerbWhenAskedForHelp(String verb) {
        var outcome = FakeServer.runAlone(verb, "--help");
        assertEquals(0, outcome.exitCode(), outcome.err());
        assertTrue(outcome.out().startsWith("Usage: quern " + verb), outcome.out());
        boolean json = outcome.out().contains("--json");
        assertEquals(!verb.equals("pretrain"), json, outcome.out());
    }

    @ParameterizedTest
    @CsvSource({"404,3", "400,4", "401,4", "403,4", "409,4", "422,4", "429,5", "503,5", "500,1"})
    void shouldEndWithCodeOfStatusWhenServerRefuses(int status, int exitCode) {
        server.on("GET /v1/keys", status, "{\"error\": {\"message\": \"because of this\"}}");
        var outcome = server.run("key", "ls");
        assertEquals(exitCode, outcome.exitCode());
        assertEquals("quern: because of this\n", outcome.err());
        assertEquals("", outcome.out());
    }

    @Test
    void shouldBeUnavailableWhenServerDoesNotAnswer() {
        server.stopListening();
        var outcome = server.run("key", "ls");
        assertEquals(5, outcome.exitCode());
        assertTrue(outcome.err().contains("does not answer"), outcome.err());
    }

    @Test
    void shouldFindTheDataUnusableWhenItsMasterKeyIsLost() throws Exception {
        Path lost = data.resolve("lost");
        try (DataDirectory made = DataDirectory.open(lost)) {
            Catalogue.open(made.catalogue(), 10, made.vault()).close();
        }
        assertEquals(0, FakeServer.runAlone("doctor", "--data", lost.toString()).exitCode());
        Files.delete(lost.resolve("master.key"));
        var outcome = FakeServer.runAlone("doctor", "--json", "--data", lost.toString());
        assertEquals(1, outcome.exitCode(), outcome.out());
        assertTrue(outcome.out().contains("cannot_be_opened") && outcome.out().contains("master.key"), outcome.out());
    }

    @Test
    void shouldSuggestWhenVerbIsMistyped() {
        var outcome = FakeServer.runAlone("ingset");
        assertEquals(2, outcome.exitCode());
        assertTrue(outcome.err().contains("ingest"), outcome.err());
    }

    @Test
    void shouldNameNearestKeyWhenConfigurationKeyIsUnknown() {
        var outcome = server.run("config", "show", "--set", "htp.port=1");
        assertEquals(2, outcome.exitCode());
        assertTrue(outcome.err().contains("quern.http.port"), outcome.err());
    }

    @Test
    void shouldTellOriginOfEachKeyWhenAsked() throws Exception {
        Files.writeString(data.resolve("quern.conf"), "quern.http.port = 8700\n");
        JsonNode config = ApiClient.JSON.readTree(
                server.run("config", "show", "--json", "--set", "http.drain=3s").out());
        assertEquals("file", config.at("/quern.http.port/source").asText());
        assertEquals("8700", config.at("/quern.http.port/value").asText());
        assertEquals("command-line", config.at("/quern.http.drain/source").asText());
        assertEquals("default", config.at("/quern.kv.block-tokens/source").asText());
    }

    @Test
    void shouldSendKeyAndPrintJsonAsItCameWhenAsked() throws Exception {
        String keys = "{\"object\": \"list\", \"data\": [{\"id\": \"k1\", \"name\": \"a\\u001b[31m\"}]}";
        server.on("GET /v1/keys", 200, keys);
        var json = server.run("key", "ls", "--json");
        assertEquals(ApiClient.JSON.readTree(keys), ApiClient.JSON.readTree(json.out()));
        assertTrue(server.requests().getLast().contains("Bearer " + FakeServer.KEY));
        assertFalse(server.run("key", "ls").out().contains("\u001b"));
    }

    @Test
    void shouldCountAcceptedKnownAndRefusedWhenIngesting() throws Exception {
        Path corpus = Files.createDirectories(data.resolve("corpus/.hidden"));
        Files.writeString(corpus.resolve("x.txt"), "not sent");
        Files.writeString(corpus.resolveSibling("a b.md"), "# text");
        server.on("POST /v1/documents", 200, "{\"id\": \"d1\", \"status\": \"stored\"}");
        JsonNode stored = ApiClient.JSON.readTree(
                server.run("ingest", corpus.getParent().toString(), "--label", "x", "--json").out());
        assertEquals(1, stored.path("accepted").asInt(), stored.toString());
        assertEquals(Set.of("POST /v1/documents?name=a%20b.md&labels=x Bearer qk-test # text"),
                Set.copyOf(server.requests()));
        server.on("POST /v1/documents", 422, "{\"error\": {\"message\": \"too large\"}}");
        var refused = server.run("ingest", corpus.resolveSibling("a b.md").toString());
        assertEquals(4, refused.exitCode());
        assertEquals("0 accepted, 0 known already, 1 refused\n", refused.out());
        assertTrue(refused.err().contains("too large"), refused.err());
    }

    @Test
    void shouldListWhatWasMadeOfADocumentWhenItIsPutIntoQuarantine() throws Exception {
        String impact = "\"datasets\": [{\"id\": \"ds-1\", \"name\": \"n\", \"samples\": 3}], \"adapters\": [{\"id\": "
                + "\"ft:a\", \"state\": \"live\"}], \"aliases\": [{\"id\": \"vault\", \"current_affected\": true}]";
        server.on("POST /v1/documents/d1/quarantine", 200,
                "{\"id\": \"d1\", \"quarantined\": true, \"impact\": {" + impact + "}}");
        var outcome = server.run("documents", "quarantine", "d1", "--reason", "bad");
        assertEquals("in quarantine: d1\n  dataset ds-1 (n, 3 samples)\n  adapter ft:a (live)\n"
                + "  alias vault points to it\n", outcome.out(), outcome.err());
        assertTrue(server.requests().getLast().endsWith("{\"reason\":\"bad\"}"), server.requests().toString());
        server.on("GET /v1/documents/d1/impact", 200, "{" + impact + "}");
        server.on("DELETE /v1/documents/d1", 200, "{\"deleted\": true}");
        assertTrue(server.run("documents", "rm", "d1").out().startsWith("removed: d1\n  dataset ds-1"));
        assertEquals("DELETE /v1/documents/d1", server.requests().getLast().substring(0, 23));
    }

    @Test
    void shouldReleaseAllThatWaitWhenAsked() throws Exception {
        assertEquals(2, server.run("documents", "release").exitCode());
        server.on("GET /v1/documents", 200, "{\"data\": [{\"id\": \"d1\", \"quarantine\": {\"held\": true}}, "
                + "{\"id\": \"d2\", \"quarantine\": {\"held\": false}}], \"has_more\": false}");
        server.on("POST /v1/documents/d1/release", 200, "{\"released\": true}");
        var outcome = server.run("documents", "release", "--held");
        assertEquals("released d1\n", outcome.out(), outcome.err());
    }

    @Test
    void shouldSayWhyAStoredFileCannotBeReadWhenIngesting() throws Exception {
        Path file = Files.writeString(data.resolve("old.doc"), "x");
        server.on("POST /v1/documents", 200,
                "{\"id\": \"d1\", \"status\":\"stored\", \"media_type\":\"application/x-ole-storage\", \"bytes\":1}");
        server.on("GET /v1/documents/d1", 200,
                "{\"id\":\"d1\",\"outcome\":\"unreadable\",\"reading\": {\"reason\":\"office file of before 2007\"}}");
        var outcome = server.run("ingest", file.toString());
        assertEquals(0, outcome.exitCode());
        assertEquals("1 accepted, 0 known already, 0 refused; 1 of them cannot be read\n", outcome.out());
        assertTrue(outcome.err().contains("old.doc: office file of before 2007"), outcome.err());
        JsonNode json = ApiClient.JSON.readTree(server.run("ingest", file.toString(), "--json").out());
        assertEquals("[1,0,\"office file of before 2007\"]", "[%s,%s,%s]".formatted(json.path("unreadable"),
                json.path("refused"), json.at("/documents/0/reason")));
        server.on("POST /v1/documents", 200,
                "{\"id\": \"d1\", \"status\": \"stored\", \"media_type\": \"application/pdf\", \"bytes\": 1}");
        assertEquals("1 accepted, 0 known already, 0 refused\n", server.run("ingest", file.toString()).out());
    }

    @Test
    void shouldPrintReportThatAddsUpWhenCurated() throws Exception {
        Path recipe = Files.writeString(data.resolve("r.yaml"), "process: []\n");
        server.on("POST /v1/curation/jobs", 200, JOB.formatted("queued", "null", "null"));
        server.on("GET /v1/jobs/job-1/events", 200, NO_EVENTS);
        server.on("GET /v1/jobs/job-1", 200, JOB.formatted("succeeded", """
                {"dataset_id": "ds-1", "report": {"in": 10, "made": 2, "kept": 7, "operators": [
                 {"operator": "reader", "in": 10, "made": 0, "dropped": {"empty file": 1}},
                 {"operator": "f", "in": 11, "made": 2, "dropped": {"short": 3, "long": 1}}]}}""", "null"));
        var outcome = server.run("curate", recipe.toString());
        assertEquals(0, outcome.exitCode(), outcome.err());
        assertTrue(outcome.out().contains("10 in + 2 made = 7 kept + 5 dropped"), outcome.out());
        assertTrue(outcome.out().contains("ds-1"), outcome.out());
    }

    @Test
    void shouldSayWhyWhenJobFails() throws Exception {
        Path recipe = Files.writeString(data.resolve("r.yaml"), "process: []\n");
        server.on("POST /v1/curation/jobs", 200, JOB.formatted("queued", "null", "null"));
        server.on("GET /v1/jobs/job-1/events", 200, NO_EVENTS);
        server.on("GET /v1/jobs/job-1", 200, JOB.formatted("failed", "null", "\"disk full\""));
        var outcome = server.run("curate", recipe.toString());
        assertEquals(1, outcome.exitCode());
        assertTrue(outcome.err().endsWith("quern: job job-1 failed: disk full\n"), outcome.err());
    }

    @Test
    void shouldRefuseWithFiguresWhenGateIsNotPassed() throws Exception {
        server.on("POST /v1/fine_tuning/jobs", 200, "{\"id\": \"job-1\"}");
        server.on("GET /v1/fine_tuning/jobs/job-1", 200, "{\"id\": \"job-1\", \"fine_tuned_model\": null}");
        server.on("GET /v1/jobs/job-1/events", 200, NO_EVENTS);
        server.on("GET /v1/jobs/job-1", 200,
                JOB.formatted("failed", "{\"gate\": {\"span_score\": 0.1}}", "\"gate refused\""));
        var outcome = server.run("tune", "ds-1", "--epochs", "2", "--rslora", "--schedule", "linear",
                "--target-modules", "q_proj,v_proj", "--gate-loss-margin", "0.2");
        assertEquals(4, outcome.exitCode(), outcome.err());
        assertTrue(outcome.out().contains("span_score: 0.1"), outcome.out());
        String sent = server.requests().stream().filter(request -> request.startsWith("POST")).findFirst()
                .orElseThrow();
        assertTrue(sent.contains("{\"n_epochs\":2,\"lr_scheduler_type\":\"linear\",\"use_rslora\":true,"
                + "\"gate_loss_margin\":0.2,\"target_modules\":[\"q_proj\",\"v_proj\"]}"), sent);
    }

    @Test
    void shouldTellFailedChecksWhenAModelIsEvaluated() throws Exception {
        Path checks = Files.writeString(data.resolve("c.jsonl"), "{\"query\": \"?\", \"exact\": \"blue\"}\n");
        server.on("POST /v1/files", 200, "{\"id\": \"file-1\"}");
        server.on("POST /v1/evaluations", 200, "{\"id\": \"job-1\"}");
        server.on("GET /v1/jobs/job-1/events", 200, NO_EVENTS);
        server.on("GET /v1/jobs/job-1", 200, JOB.formatted("succeeded", "{}", "null"));
        server.on("GET /v1/evaluations/job-1", 200, "{\"id\": \"job-1\", \"passed\": false, \"checks\": [{\"name\": "
                + "\"sky\", \"kind\": \"exact\", \"question\": \"?\", \"expected\": \"blue\", \"passed\": false, "
                + "\"lost\": true, \"answer\": {\"text\": \"red\", \"reason\": \"it is another text\"}}]}");
        var outcome = server.run("eval", "m", "--checks", checks.toString(), "--checks-min", "0.5");
        assertEquals(4, outcome.exitCode(), outcome.err());
        assertTrue(outcome.out().contains(
                "LOST sky: '?' -> 'red', expected exact 'blue': it is another text"), outcome.out());
        assertTrue(server.requests().stream().anyMatch(request -> request.startsWith("POST /v1/evaluations")
                && request.contains("{\"model\":\"m\",\"checks\":\"file-1\",\"checks_min\":0.5}")),
                () -> server.requests().toString());
    }

    @Test
    void shouldPrintTextAsItStreamsWhenChatting() {
        server.onStream("POST /v1/chat/completions",
                "{\"choices\": [{\"delta\": {\"role\": \"assistant\", \"content\": \"\"}}]}",
                "{\"choices\": [{\"delta\": {\"content\": \"Gr\u00fc\u00dfe,\"}}]}",
                "{\"choices\": [{\"delta\": {\"content\": \" you\"}}]}", "[DONE]");
        var outcome = server.run("chat", "hello", "--system", "be brief", "--seed", "7");
        assertEquals("Gr\u00fc\u00dfe, you\n", outcome.out());
        assertTrue(server.requests().getLast().contains("\"seed\":7"), server.requests().getLast());
        assertTrue(server.requests().getLast().contains("be brief"), server.requests().getLast());
    }

    @Test
    void shouldFailWhenAnswerBreaksOff() {
        server.onStream("POST /v1/completions", "{\"choices\": [{\"text\": \"On\"}]}",
                "{\"error\": {\"message\": \"engine failed\"}}");
        var outcome = server.run("generate", "--prompt", "Once");
        assertEquals(1, outcome.exitCode());
        assertTrue(outcome.err().contains("engine failed"), outcome.err());
    }

    @Test
    void shouldFailWhenStreamEndsWithoutItsEnd() {
        server.onStream("POST /v1/completions", "{\"choices\": [{\"text\": \"On\"}]}");
        var outcome = server.run("generate", "--prompt", "Once");
        assertEquals(5, outcome.exitCode(), outcome.out());
    }

    @Test
    void shouldFindKindOfRecordWhenShowing() {
        server.on("GET /v1/files/f1", 200, "{\"id\": \"f1\", \"object\": \"file\", \"bytes\": 3}");
        assertTrue(server.run("show", "f1").out().contains("bytes: 3"));
        assertEquals(3, server.run("show", "f2").exitCode());
    }

    @Test
    void shouldNotStartAnythingWhenNoServerRunsAndProcessesAreAsked() throws Exception {
        Files.delete(data.resolve("server.json"));
        var outcome = server.run("ps", "--json");
        assertEquals(0, outcome.exitCode());
        assertFalse(ApiClient.JSON.readTree(outcome.out()).path("running").asBoolean(true));
        assertEquals(0, server.requests().size());
    }

    @Test
    void shouldRefuseWhenModelFileIsMissingOrForeign() throws Exception {
        assertEquals(2, server.run("generate", "--prompt", "x", "--model", "/absent.gguf").exitCode());
        Path foreign = Files.writeString(data.resolve("notes.gguf"), "these are notes");
        var outcome = server.run("import", foreign.toString());
        assertEquals(1, outcome.exitCode());
        assertTrue(outcome.err().contains("notes.gguf"), outcome.err());
        assertFalse(Files.exists(data.resolve("models/notes.gguf")));
    }
}
