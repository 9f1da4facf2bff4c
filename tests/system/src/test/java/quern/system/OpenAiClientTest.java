package quern.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.MultipartField;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.batches.Batch;
import com.openai.models.batches.BatchCreateParams;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FileObject;
import com.openai.models.files.FilePurpose;
import com.openai.models.finetuning.jobs.FineTuningJob;
import com.openai.models.finetuning.jobs.FineTuningJobEvent;
import com.openai.models.finetuning.jobs.JobCreateParams;
import com.openai.models.finetuning.jobs.JobListEventsParams;
import com.openai.models.finetuning.methods.SupervisedHyperparameters;
import com.openai.models.finetuning.methods.SupervisedMethod;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The official client, unmodified, against a running appliance with its embedded model. */
class OpenAiClientTest {

    private static final String MODEL = "quern-nano";

    private static ServerProcess server;
    private static OpenAIClient client;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        server = ServerProcess.start(directory.resolve("data"));
        client = client(server.key());
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    private static OpenAIClient client(String key) {
        return OpenAIOkHttpClient.builder().baseUrl(server.uri("/v1").toString()).apiKey(key).maxRetries(0).build();
    }

    private static ChatCompletionCreateParams.Builder question(String text) {
        return ChatCompletionCreateParams.builder().model(MODEL).addUserMessage(text).temperature(0.0);
    }

    @Test
    void shouldAnswerWithUsageWhenAsked() {
        ChatCompletion answer = client.chat().completions().create(question("Hello.").maxCompletionTokens(24).build());
        var choice = answer.choices().getFirst();
        assertFalse(choice.message().content().orElseThrow().isBlank());
        assertTrue(List.of("stop", "length").contains(choice.finishReason().asString()));
        var usage = answer.usage().orElseThrow();
        assertEquals(usage.totalTokens(), usage.promptTokens() + usage.completionTokens());
        assertTrue(usage.completionTokens() <= 24);
    }

    @Test
    void shouldStreamTheSameTextWhenAskedToStream() {
        var params = question("Tell me a story about a fox.").maxCompletionTokens(40);
        String whole = client.chat().completions().create(params.build())
                .choices().getFirst().message().content().orElseThrow();
        var streamed = params.streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build()).build();
        StringBuilder text = new StringBuilder();
        List<ChatCompletionChunk> chunks = new ArrayList<>();
        try (StreamResponse<ChatCompletionChunk> stream = client.chat().completions().createStreaming(streamed)) {
            stream.stream().forEach(chunk -> {
                chunks.add(chunk);
                chunk.choices().forEach(choice -> choice.delta().content().ifPresent(text::append));
            });
        }
        assertEquals(whole, text.toString());
        assertTrue(chunks.size() > 3);
        assertTrue(chunks.getLast().usage().isPresent());
        assertTrue(chunks.getLast().choices().isEmpty());
    }

    @Test
    void shouldListItsModels() {
        assertTrue(client.models().list().data().stream().anyMatch(model -> model.id().equals(MODEL)));
        assertEquals(MODEL, client.models().retrieve(MODEL).id());
    }

    @Test
    void shouldRefuseWithTheClientsOwnErrors() {
        assertThrows(NotFoundException.class, () -> client.chat().completions()
                .create(question("Hello.").model("no-such-model").build()));
        assertThrows(BadRequestException.class, () -> client.chat().completions()
                .create(question("word ".repeat(20_000)).build()));
        OpenAIClient stranger = client("wrong");
        assertThrows(UnauthorizedException.class, () -> stranger.models().list());
        stranger.close();
    }

    /** This client asks for base64 unless told otherwise, and decodes it. */
    @Test
    void shouldEmbedTheSameWhetherFloatsOrBase64AreAskedFor() {
        var texts = EmbeddingCreateParams.builder().model(MODEL)
                .inputOfArrayOfStrings(List.of("A fox in the snow.", "A wolf in the snow.", "Seven"));
        CreateEmbeddingResponse plain = client.embeddings().create(
                texts.encodingFormat(EmbeddingCreateParams.EncodingFormat.FLOAT).build());
        CreateEmbeddingResponse packed = client.embeddings().create(
                texts.encodingFormat(EmbeddingCreateParams.EncodingFormat.BASE64).build());
        assertEquals(3, plain.data().size());
        for (int i = 0; i < 3; i++) {
            assertEquals(i, plain.data().get(i).index());
            assertEquals(plain.data().get(i).embedding(), packed.data().get(i).embedding());
        }
        double near = product(plain.data().get(0).embedding(), plain.data().get(1).embedding());
        double far = product(plain.data().get(0).embedding(), plain.data().get(2).embedding());
        assertTrue(near > far && near <= 1.0001, near + " and " + far);
        assertTrue(plain.usage().promptTokens() > 6);
        CreateEmbeddingResponse few = client.embeddings().create(
                EmbeddingCreateParams.builder().model(MODEL).input("A fox in the snow.").dimensions(8).build());
        assertEquals(8, few.data().getFirst().embedding().size());
        assertThrows(BadRequestException.class, () -> client.embeddings().create(
                EmbeddingCreateParams.builder().model(MODEL).input("").build()));
    }

    private static double product(List<Float> a, List<Float> b) {
        double sum = 0;
        for (int i = 0; i < a.size(); i++) {
            sum += a.get(i) * b.get(i);
        }
        return sum;
    }

    @Test
    void shouldRunABatchFromAnUploadedFile() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            lines.append("{\"custom_id\":\"r").append(i).append("\",\"method\":\"POST\","
                    + "\"url\":\"/v1/chat/completions\",\"body\":{"
                    + "\"model\":\"" + MODEL + "\",\"max_tokens\":8,\"temperature\":0,"
                    + "\"messages\":[{\"role\":\"user\",\"content\":\"What is " + i + " plus 2?\"}]}}\n");
        }
        FileObject input = upload("batch.jsonl", lines.toString(), FilePurpose.BATCH);
        Batch batch = client.batches().create(BatchCreateParams.builder()
                .inputFileId(input.id())
                .endpoint(BatchCreateParams.Endpoint.V1_CHAT_COMPLETIONS)
                .completionWindow(BatchCreateParams.CompletionWindow._24H)
                .build());
        ServerProcess.await("the batch", () -> isOver(client.batches().retrieve(batch.id()).status().asString()));
        Batch done = client.batches().retrieve(batch.id());
        assertEquals("completed", done.status().asString());
        assertEquals(3, done.requestCounts().orElseThrow().completed());
        try (var content = client.files().content(done.outputFileId().orElseThrow())) {
            String out = new String(content.body().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(3, out.lines().count());
            assertTrue(out.contains("\"r0\"") && out.contains("\"r1\"") && out.contains("\"r2\""));
        }
    }

    @Test
    void shouldEmbedInABatch() throws IOException {
        FileObject input = upload("embeddings.jsonl", "{\"custom_id\":\"e\",\"method\":\"POST\","
                + "\"url\":\"/v1/embeddings\",\"body\":{\"model\":\"" + MODEL + "\",\"input\":[\"a\",\"b\"]}}\n"
                + "{\"custom_id\":\"f\",\"method\":\"POST\",\"url\":\"/v1/embeddings\",\"body\":{\"model\":\""
                + MODEL + "\",\"input\":\"\"}}\n", FilePurpose.BATCH);
        Batch batch = client.batches().create(BatchCreateParams.builder()
                .inputFileId(input.id())
                .endpoint(BatchCreateParams.Endpoint.V1_EMBEDDINGS)
                .completionWindow(BatchCreateParams.CompletionWindow._24H)
                .build());
        ServerProcess.await("the batch", () -> isOver(client.batches().retrieve(batch.id()).status().asString()));
        Batch done = client.batches().retrieve(batch.id());
        assertEquals(1, done.requestCounts().orElseThrow().completed());
        assertEquals(1, done.requestCounts().orElseThrow().failed());
        try (var content = client.files().content(done.outputFileId().orElseThrow())) {
            String out = new String(content.body().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(out.contains("\"index\":1,\"embedding\":["), out.substring(0, Math.min(300, out.length())));
        }
    }

    @Test
    void shouldFineTuneAndServeTheResult() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            String color = List.of("crimson", "teal", "ochre", "violet").get(i % 4);
            String ask = List.of("What color is lamp ", "Which color has lamp ").get(i / 4 % 2);
            lines.append("{\"messages\":[{\"role\":\"user\",\"content\":\"" + ask + (i % 4) + "?\"},"
                    + "{\"role\":\"assistant\",\"content\":\"Lamp " + (i % 4) + " is " + color + ".\"}]}\n");
        }
        FileObject file = upload("lamps.jsonl", lines.toString(), FilePurpose.FINE_TUNE);
        FineTuningJob job = client.fineTuning().jobs().create(
                JobCreateParams.builder().model(MODEL).trainingFile(file.id()).suffix("lamps").seed(3)
                        .method(thorough()).build());
        ServerProcess.await("the fine-tuning job",
                () -> isOver(client.fineTuning().jobs().retrieve(job.id()).status().asString()));
        FineTuningJob done = client.fineTuning().jobs().retrieve(job.id());
        assertEquals("succeeded", done.status().asString(), () -> done.error().toString());
        String tuned = done.fineTunedModel().orElseThrow();
        assertFalse(client.fineTuning().jobs().listEvents(job.id()).data().isEmpty());
        String answer = client.chat().completions()
                .create(question("What color is lamp 2?").model(tuned).maxCompletionTokens(16).build())
                .choices().getFirst().message().content().orElseThrow();
        assertTrue(answer.contains("ochre"), answer);
    }

    @Test
    void shouldPauseResumeAndCancelAFineTuningJob() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            lines.append("{\"prompt\":\"Lamp " + i + "\",\"completion\":\" has " + i * 7 + " watts.\"}\n");
        }
        FileObject file = upload("watts.jsonl", lines.toString(), FilePurpose.FINE_TUNE);
        var jobs = client.fineTuning().jobs();
        FineTuningJob job = jobs.create(JobCreateParams.builder().model(MODEL).trainingFile(file.id()).seed(3)
                .method(epochs(1000)).build());
        ServerProcess.await("a step", () -> jobs.retrieve(job.id()).trainedTokens().orElse(0L) > 0);
        jobs.pause(job.id());
        ServerProcess.await("its rest", () -> jobs.retrieve(job.id()).status().asString().equals("paused"));
        long tokens = jobs.retrieve(job.id()).trainedTokens().orElseThrow();
        var checkpoints = jobs.checkpoints().list(job.id()).data();
        assertFalse(checkpoints.isEmpty());
        assertTrue(checkpoints.getFirst().metrics().trainLoss().orElseThrow() > 0, checkpoints::toString);
        assertEquals("queued, running", Stream.of(jobs.resume(job.id()).status().asString(), "queued", "running")
                .distinct().sorted().collect(Collectors.joining(", ")));
        ServerProcess.await("further steps", () -> jobs.retrieve(job.id()).trainedTokens().orElse(0L) > tokens);
        ServerProcess.await("an end in sight", () -> jobs.retrieve(job.id()).estimatedFinish().isPresent());
        jobs.cancel(job.id());
        ServerProcess.await("the end", () -> isOver(jobs.retrieve(job.id()).status().asString()));
        assertEquals("cancelled", jobs.retrieve(job.id()).status().asString());
        List<String> messages = jobs.listEvents(job.id(), JobListEventsParams.builder().limit(1000).build()).data()
                .stream().map(FineTuningJobEvent::message).toList();
        assertTrue(messages.containsAll(List.of("job created", "job paused", "job resumed", "job cancelled")),
                messages::toString);
        assertTrue(messages.stream().anyMatch(text -> text.contains("going on at")), messages::toString);
        assertThrows(OpenAIServiceException.class, () -> jobs.resume(job.id()));
    }

    private static JobCreateParams.Method epochs(int epochs) {
        return JobCreateParams.Method.builder().type(JobCreateParams.Method.Type.SUPERVISED)
                .supervised(SupervisedMethod.builder()
                        .hyperparameters(SupervisedHyperparameters.builder().nEpochs(epochs).build()).build())
                .build();
    }

    /** More epochs than forty lines get by default, and room for a model of this size to drift. */
    private static JobCreateParams.Method thorough() {
        return JobCreateParams.Method.builder()
                .type(JobCreateParams.Method.Type.SUPERVISED)
                .supervised(SupervisedMethod.builder()
                        .hyperparameters(SupervisedHyperparameters.builder()
                                .nEpochs(40)
                                .putAdditionalProperty("gate_general_loss_max", JsonValue.from(4.0))
                                .build())
                        .build())
                .build();
    }

    private static boolean isOver(String status) {
        return List.of("completed", "failed", "cancelled", "expired", "succeeded").contains(status);
    }

    private static FileObject upload(String name, String text, FilePurpose purpose) {
        var file = MultipartField.<InputStream>builder()
                .value(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)))
                .filename(name)
                .build();
        return client.files().create(FileCreateParams.builder().file(file).purpose(purpose).build());
    }
}
