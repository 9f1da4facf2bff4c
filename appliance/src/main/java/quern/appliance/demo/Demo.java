package quern.appliance.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import quern.config.QuernException;
import quern.inference.EmbeddedModel;

/**
 * The whole mission on a made-up company's shared folder: documents in, a recipe, questions and answers, tuning, the
 * gate, answers before and after, where an answer comes from, and what is still there after {@code kill -9}. All of it
 * through the HTTP API of a server of its own.
 */
public final class Demo {

    private static final String RESOURCES = "/quern/demo/";
    private static final String ALIAS = "kestrel";
    /** Between stories asked while it tunes: somebody reads. */
    private static final long STORY_PAUSE_NS = 700_000_000;
    private static final int ANSWER_TOKENS = 40;
    private static final int RIGHT_AFTER_MIN = 7;
    private static final int RIGHT_BEFORE_MAX = 1;
    private static final int BLOCK_TOKENS = 32;
    private static final int LOGPROBS = 16;
    private static final int TALK_TOPICS = 5;

    private final Path data;
    private final Optional<Path> model;
    private final DemoReport report;
    private final Map<String, String> documentNames = new HashMap<>();
    private final List<String> failures = new ArrayList<>();
    private DemoServer server;
    private String modelId;

    /** @param model the user's own; absent: quern-nano */
    public Demo(Path data, Optional<Path> model, boolean json) {
        this.data = data;
        this.model = model;
        this.report = new DemoReport(System.out, json);
    }

    /** @return 0 if every step held what it promises */
    public int run() throws IOException {
        try {
            start();
            ingest();
            String dataset = curate("recipe.yaml", Optional.empty(), "clean documents");
            String questions = curate("questions.recipe.yaml", Optional.of(dataset), "questions and answers");
            List<String> before = answers(modelId);
            tune(questions);
            compare(before, answers(ALIAS));
            trace();
            killAndRestart();
        } finally {
            if (server != null) {
                server.close();
            }
        }
        conclude();
        return failures.isEmpty() ? 0 : 1;
    }

    private void start() throws IOException {
        report.step("a server on loopback, closed by default");
        server = DemoServer.start(data, model);
        modelId = server.get("/v1/models").path("data").path(0).path("id").asText();
        JsonNode health = server.get("/health");
        report.say("    model %s on %s; ready after %.1f s; %d MiB resident; data in %s", modelId,
                health.path("backend").asText(), server.readyMs() / 1000, server.residentMib(), data);
        report.figures().put("ready_s", server.readyMs() / 1000).put("resident_mib", server.residentMib());
    }

    private void ingest() throws IOException {
        report.step("documents: mails, pages, notes, tables, tickets, scans");
        List<String> names = resource("corpus/index.txt").lines().filter(line -> !line.isBlank()).toList();
        int stored = 0;
        int known = 0;
        for (String name : names) {
            JsonNode reply = server.post("/v1/documents?name=" + URLEncoder.encode(name, StandardCharsets.UTF_8),
                    "application/octet-stream", bytes("corpus/" + name));
            documentNames.put(reply.path("id").asText(), name);
            if (reply.path("status").asText().equals("known")) {
                known++;
            } else {
                stored++;
            }
        }
        report.say("    %d files sent: %d documents stored, %d were known already", names.size(), stored, known);
        report.summary("documents", "%d files, %d stored, %d repeats", names.size(), stored, known);
        report.figures().put("files", names.size()).put("documents", stored).put("repeats", known);
        check(names.size() >= 300, "the corpus has " + names.size() + " files, expected at least 300");
    }

    private String curate(String recipe, Optional<String> dataset, String what) throws IOException {
        report.step(what + ": recipe " + recipe);
        ObjectNode body = DemoServer.JSON.createObjectNode().put("recipe", resource(recipe));
        dataset.ifPresent(id -> body.put("dataset", id));
        JsonNode job = await(server.post("/v1/curation/jobs", body).path("id").asText());
        JsonNode run = job.path("result").path("report");
        long dropped = 0;
        for (JsonNode operator : run.path("operators")) {
            for (Map.Entry<String, JsonNode> reason : operator.path("dropped").properties()) {
                report.say("    %6d dropped by %-34s %s", reason.getValue().asLong(),
                        operator.path("operator").asText(), reason.getKey());
                dropped += reason.getValue().asLong();
            }
        }
        long in = run.path("in").asLong();
        long made = run.path("made").asLong();
        long kept = run.path("kept").asLong();
        report.say("    in %d + made %d = kept %d + dropped %d", in, made, kept, dropped);
        check(in + made == kept + dropped, recipe + ": in and made are not kept and dropped");
        report.summary(what, "in %d + made %d = kept %d + dropped %d", in, made, kept, dropped);
        report.figures().putObject(recipe).put("in", in).put("made", made).put("kept", kept).put("dropped", dropped);
        return job.path("result").path("dataset_id").asText();
    }

    private void tune(String dataset) throws IOException {
        report.step("tuning " + modelId + " (LoRA) in the server's own steps, while it is asked for stories");
        Meanwhile meanwhile = Meanwhile.afterAskingAlone(server, modelId);
        ObjectNode body = DemoServer.JSON.createObjectNode().put("model", modelId).put("training_file", dataset)
                .put("suffix", ALIAS).put("seed", 1);
        if (modelId.equals(EmbeddedModel.NAME)) {
            body.set("hyperparameters", DemoServer.JSON.readTree(resource("nano-tuning.json")));
        }
        String id = server.post("/v1/fine_tuning/jobs", body).path("id").asText();
        double first = Double.NaN;
        double last = Double.NaN;
        JsonNode job = awaitPrinting(id, meanwhile);
        for (JsonNode event : server.get("/v1/jobs/" + id + "/events?limit=1000").path("data")) {
            if (event.path("data").has("train_loss")) {
                last = event.path("data").path("train_loss").asDouble();
                first = Double.isNaN(first) ? last : first;
            }
        }
        meanwhile.tell(report);
        check(meanwhile.sameAnswers(), "the model answered otherwise while it was tuned");
        JsonNode gate = job.path("result").path("gate");
        report.say("    gate: held-out loss %.3f -> %.3f, span score %.2f, general-text loss %.2f -> %.2f: %s",
                gate.path("base_held_out_loss").asDouble(), gate.path("tuned_held_out_loss").asDouble(),
                gate.path("span_score").asDouble(), gate.path("base_general_loss").asDouble(),
                gate.path("tuned_general_loss").asDouble(), job.path("status").asText());
        report.summary("tuning", "loss %.2f -> %.2f, held-out %.2f -> %.2f, span score %.2f", first, last,
                gate.path("base_held_out_loss").asDouble(), gate.path("tuned_held_out_loss").asDouble(),
                gate.path("span_score").asDouble());
        report.figures().put("first_loss", first).put("last_loss", last).set("gate", gate);
        if (!job.path("status").asText().equals("succeeded")) {
            throw new QuernException(QuernException.Category.ERROR, job.path("error").asText());
        }
    }

    private JsonNode awaitPrinting(String id, Meanwhile meanwhile) throws IOException {
        long last = 0;
        int tenths = 0;
        while (true) {
            JsonNode job = server.get("/v1/jobs/" + id);
            for (JsonNode event : server.get("/v1/jobs/" + id + "/events?limit=1000&after=" + last).path("data")) {
                last = event.path("id").asLong();
                JsonNode metrics = event.path("data");
                int now = 10 * metrics.path("step").asInt() / Math.max(1, metrics.path("total_steps").asInt());
                if (!metrics.has("step") || now > tenths) {
                    report.say("    %s", event.path("message").asText());
                    tenths = Math.max(tenths, now);
                }
            }
            if (isOver(job)) {
                return job;
            }
            meanwhile.askOne();
            LockSupport.parkNanos(STORY_PAUSE_NS);
        }
    }

    private JsonNode await(String id) throws IOException {
        while (true) {
            JsonNode job = server.get("/v1/jobs/" + id);
            if (isOver(job)) {
                if (!job.path("status").asText().equals("succeeded")) {
                    throw new QuernException(QuernException.Category.ERROR, job.path("error").asText());
                }
                return job;
            }
            LockSupport.parkNanos(100_000_000);
        }
    }

    private static boolean isOver(JsonNode job) {
        return List.of("succeeded", "failed", "cancelled").contains(job.path("status").asText());
    }

    private List<String> answers(String who) throws IOException {
        List<String> answers = new ArrayList<>();
        for (DemoQuestion question : DemoQuestion.TEN) {
            answers.add(ask(who, question.question()).text().strip());
        }
        return answers;
    }

    private DemoServer.Answer ask(String who, String question) throws IOException {
        return server.chat(who, List.of(Map.of("role", "user", "content", question)), ANSWER_TOKENS);
    }

    private void compare(List<String> before, List<String> after) {
        report.step("ten questions, before and after");
        int rightBefore = 0;
        int rightAfter = 0;
        for (int i = 0; i < before.size(); i++) {
            DemoQuestion question = DemoQuestion.TEN.get(i);
            boolean was = question.isAnsweredBy(before.get(i));
            boolean is = question.isAnsweredBy(after.get(i));
            rightBefore += was ? 1 : 0;
            rightAfter += is ? 1 : 0;
            report.say("    %s", question.question());
            report.say("      before %s %s", was ? "+" : "-", line(before.get(i)));
            report.say("      after  %s %s", is ? "+" : "-", line(after.get(i)));
        }
        report.say("    right: %d of 10 before, %d of 10 after", rightBefore, rightAfter);
        report.summary("questions", "%d of 10 right before, %d of 10 after", rightBefore, rightAfter);
        report.figures().put("right_before", rightBefore).put("right_after", rightAfter);
        check(rightAfter >= RIGHT_AFTER_MIN, rightAfter + " of 10 right after tuning, expected " + RIGHT_AFTER_MIN);
        check(rightBefore <= RIGHT_BEFORE_MAX, rightBefore + " of 10 right before tuning, expected at most "
                + RIGHT_BEFORE_MAX);
    }

    private static String line(String text) {
        String flat = text.replace('\n', ' ');
        return flat.length() > 90 ? flat.substring(0, 90) + "..." : flat;
    }

    private void trace() throws IOException {
        report.step("where an answer comes from");
        String answer = ask(ALIAS, DemoQuestion.PLANTED.question()).text();
        report.say("    %s", DemoQuestion.PLANTED.question());
        report.say("      %s", line(answer));
        JsonNode traced = server.post("/v1/lineage/answers", Map.of("model", ALIAS, "text", answer));
        boolean planted = false;
        Set<String> told = new HashSet<>();
        for (JsonNode match : traced.path("matches")) {
            String name = documentNames.getOrDefault(match.path("document").asText(), "?");
            if (!told.add(name + match.path("document_from"))) {
                continue;
            }
            report.say("      %d tokens \"%s\" <- %s, characters %d to %d", match.path("tokens").asInt(),
                    line(match.path("text").asText()), name, match.path("document_from").asLong(),
                    match.path("document_to").asLong());
            planted |= name.equals(DemoQuestion.PLANTED_DOCUMENT);
        }
        report.summary("lineage", "%s", planted ? "the answer's span names " + DemoQuestion.PLANTED_DOCUMENT
                : "the planted document was not named");
        report.figures().put("planted_document_named", planted);
        check(planted, "the planted fact did not lead to " + DemoQuestion.PLANTED_DOCUMENT);
    }

    private void killAndRestart() throws IOException {
        report.step("kill -9, restart: adapter, jobs and warm prefix are there");
        List<Map<String, String>> talk = longTalk(0);
        DemoServer.Answer before = server.chat(ALIAS, talk, LOGPROBS);
        LockSupport.parkNanos(1_500_000_000);
        int jobsBefore = server.get("/v1/jobs?limit=100").path("data").size();
        server.kill();
        server = DemoServer.start(data, model);
        int jobsAfter = server.get("/v1/jobs?limit=100").path("data").size();
        server.chat(ALIAS, longTalk(TALK_TOPICS), LOGPROBS);
        DemoServer.Answer cold = server.chat(ALIAS, longTalk(2 * TALK_TOPICS), LOGPROBS);
        DemoServer.Answer warm = server.chat(ALIAS, talk, LOGPROBS);
        boolean equal = before.logprobs().equals(warm.logprobs()) && before.text().equals(warm.text());
        report.say("    ready again after %.1f s; jobs %d before, %d after", server.readyMs() / 1000, jobsBefore,
                jobsAfter);
        report.say("    first token: %.1f ms for a new prompt of %d tokens, %.1f ms for the one from before the kill",
                cold.firstTokenMs(), cold.promptTokens(), warm.firstTokenMs());
        report.say("    %d of its %d prompt tokens came from the cache on disk; %d logprobs %s", warm.cachedTokens(),
                warm.promptTokens(), warm.logprobs().size(), equal ? "equal bit for bit" : "DIFFER");
        report.summary("after kill -9", "%d of %d prompt tokens cached; first token %.1f ms cold, %.1f ms warm",
                warm.cachedTokens(), warm.promptTokens(), cold.firstTokenMs(), warm.firstTokenMs());
        report.figures().put("cached_tokens", warm.cachedTokens()).put("prompt_tokens", warm.promptTokens())
                .put("ttft_cold_ms", cold.firstTokenMs()).put("ttft_warm_ms", warm.firstTokenMs())
                .put("logprobs", warm.logprobs().size()).put("logprobs_equal", equal)
                .put("restart_s", server.readyMs() / 1000);
        check(jobsAfter == jobsBefore, "jobs are missing after the restart");
        check(warm.cachedTokens() >= warm.promptTokens() - BLOCK_TOKENS, "only " + warm.cachedTokens() + " of "
                + warm.promptTokens() + " prompt tokens came from the cache");
        check(equal && warm.logprobs().size() >= LOGPROBS, "logprobs after the restart differ from those before");
    }

    /** A prompt of a few hundred tokens that begins with another topic than the others do. */
    private static List<Map<String, String>> longTalk(int fromTopic) {
        StringBuilder text = new StringBuilder();
        for (Topic topic : Topic.all().subList(fromTopic, fromTopic + TALK_TOPICS)) {
            text.append(topic.definition()).append(' ').append(topic.prose()).append(' ');
        }
        return List.of(Map.of("role", "user", "content", text + "Tell me a story about a fox."));
    }

    private void conclude() {
        if (modelId != null && modelId.equals(EmbeddedModel.NAME)) {
            report.say("");
            report.say("quern-nano has 1.3 million parameters: this shows the path, not the quality.");
            report.say("The same with your own model: quern demo --model PATH");
        }
        failures.forEach(failure -> report.say("FAILED: %s", failure));
        failures.forEach(report.figures().putArray("failures")::add);
        report.end();
        report.say("");
        report.say("Next:  quern serve --data %s", data);
        report.say("       quern chat --data %s --model %s \"%s\"", data, ALIAS,
                DemoQuestion.TEN.getFirst().question());
        report.say("       quern ingest --data %s YOUR-FILES...", data);
    }

    private void check(boolean holds, String otherwise) {
        if (!holds) {
            failures.add(otherwise);
        }
    }

    private static String resource(String name) throws IOException {
        return new String(bytes(name), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String name) throws IOException {
        try (InputStream in = Demo.class.getResourceAsStream(RESOURCES + name)) {
            if (in == null) {
                throw new QuernException(QuernException.Category.FATAL, "this build lacks " + RESOURCES + name);
            }
            return in.readAllBytes();
        }
    }
}
