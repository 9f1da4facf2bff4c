package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import quern.actors.Caller;
import quern.actors.RecordText;
import quern.actors.files.FileStore;
import quern.actors.jobs.JobOutcome;
import quern.actors.jobs.JobWork;
import quern.config.QuernException;
import quern.kv.DataDirectory;
import quern.kv.journal.Edge;
import quern.kv.journal.FileRecord;
import quern.kv.journal.JobProgress;
import quern.kv.journal.JobRecord;
import quern.kv.journal.RecordKind;
import quern.kv.journal.WriteSet;

/** Runs the requests of a batch file beside everything else, a few at a time, and keeps what is answered. */
final class BatchWork implements JobWork {

    private static final int IN_FLIGHT_MAX = 8;
    private static final int WAIT_MS = 200;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int UNAVAILABLE = 503;
    /** A request with which the engine breaks so often may be what breaks it. */
    private static final int BREAKS_MAX = 3;

    private final JobRecord job;
    private final BatchSpec spec;
    private final BatchAnswers requests;
    private final FileStore files;
    private final Path directory;
    private final BatchOutput answers;
    private final BatchOutput errors;
    private final Deque<BatchInput.Line> waiting;
    private final Map<BatchInput.Line, Answering> running = new LinkedHashMap<>();
    private final int total;
    /** How often an answer broke off that had begun, by line. */
    private final Map<String, Integer> breaks = new HashMap<>();
    private boolean crowded;

    private BatchWork(
            JobRecord job, BatchSpec spec, BatchInput input, BatchAnswers requests, FileStore files,
            Path directory) throws IOException {
        this.job = job;
        this.spec = spec;
        this.requests = requests;
        this.files = files;
        this.directory = directory;
        Files.createDirectories(directory);
        this.answers = new BatchOutput(directory.resolve("answers.jsonl"));
        this.errors = new BatchOutput(directory.resolve("errors.jsonl"));
        this.waiting = new ArrayDeque<>(PromptOrder.of(input.lines()));
        this.total = input.lines().size();
        waiting.removeIf(line -> answers.customIds().contains(line.customId())
                || errors.customIds().contains(line.customId()));
    }

    static BatchWork open(
            JobRecord job, BatchAnswers requests, FileStore files, DataDirectory data, int linesMax)
            throws IOException {
        BatchSpec spec = RecordText.read(job.specJson(), BatchSpec.class);
        BatchInput input = BatchInput.read(files.path(spec.inputFileId()), spec.endpoint(), linesMax);
        return new BatchWork(job, spec, input, requests, files, data.jobs().resolve(job.id()));
    }

    @Override
    public Step step() throws Exception {
        if (crowded) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(WAIT_MS));
            crowded = false;
        }
        while (running.size() < IN_FLIGHT_MAX && !waiting.isEmpty()) {
            BatchInput.Line line = waiting.poll();
            running.put(line, start(line));
        }
        if (running.isEmpty()) {
            return new Done(finish());
        }
        awaitAny();
        for (BatchInput.Line line : List.copyOf(running.keySet())) {
            CompletableFuture<ObjectNode> answer = running.get(line).result();
            if (answer.isDone()) {
                running.remove(line);
                take(line, answer);
            }
        }
        answers.force();
        errors.force();
        return new Working(new JobProgress("answering", answers.count() + (long) errors.count(), total), List.of());
    }

    private Answering start(BatchInput.Line line) {
        try {
            Caller caller = Caller.of(spec.keyId(), spec.admin(), spec.tenant(), Set.of());
            return requests.answer(spec.endpoint(), Fields.of(line.body()), caller);
        } catch (ApiError e) {
            return new Answering(CompletableFuture.failedFuture(e), () -> { });
        }
    }

    private void awaitAny() throws Exception {
        try {
            CompletableFuture.anyOf(running.values().stream().map(Answering::result).toArray(CompletableFuture[]::new))
                    .handle((done, failure) -> done)
                    .get(WAIT_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // nothing ended meanwhile; the caller looks at its mailbox and comes back
            return;
        }
    }

    private void take(BatchInput.Line line, CompletableFuture<ObjectNode> answer) throws IOException {
        try {
            answers.add(line.customId(), line(line.customId(), 200, answer.join()));
        } catch (CompletionException e) {
            ApiError error = switch (e.getCause()) {
                case ApiError known -> known;
                case QuernException failure -> ApiError.of(failure);
                default -> ApiError.internal(e.getCause().toString());
            };
            boolean begun = e.getCause() instanceof QuernException || error.code().equals(ApiError.MODEL_FAILED);
            boolean again = !begun || breaks.merge(line.customId(), 1, Integer::sum) < BREAKS_MAX;
            if (again && (error.status() == TOO_MANY_REQUESTS || error.status() == UNAVAILABLE)) {
                waiting.add(line);
                crowded = true;
                return;
            }
            var body = (ObjectNode) Json.parse(error.body().getBytes(StandardCharsets.UTF_8));
            errors.add(line.customId(), line(line.customId(), error.status(), body));
        }
    }

    private ObjectNode line(String customId, int status, ObjectNode body) {
        ObjectNode line = Json.object()
                .put("id", "batch_req_" + job.id() + "_" + Integer.toHexString(customId.hashCode()))
                .put("custom_id", customId);
        line.putObject("response").put("status_code", status).put("request_id", job.id() + ":" + customId)
                .set("body", body);
        line.putNull("error");
        return line;
    }

    private JobOutcome finish() throws IOException {
        ObjectNode result = Json.object().put("total", total).put("completed", answers.count())
                .put("failed", errors.count());
        WriteSet changes = new WriteSet();
        keep(answers, "output_file_id", "_output.jsonl", result, changes);
        keep(errors, "error_file_id", "_errors.jsonl", result, changes);
        DataDirectory.removeTree(directory);
        return new JobOutcome.Succeeded(result.toString(), changes);
    }

    private void keep(BatchOutput output, String field, String suffix, ObjectNode result, WriteSet changes)
            throws IOException {
        output.close();
        if (output.count() == 0) {
            result.putNull(field);
            return;
        }
        FileRecord file = files.place(output.path(), job.id() + suffix, "batch_output", job.ownership());
        result.put(field, file.id());
        changes.put(RecordKind.FILE, file.id(), file)
                .edge(new Edge(RecordKind.FILE, spec.inputFileId(), RecordKind.FILE, file.id(), "answers", ""));
    }

    @Override
    public void close() {
        running.values().forEach(answer -> answer.abandon().run());
        try {
            answers.close();
            errors.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
