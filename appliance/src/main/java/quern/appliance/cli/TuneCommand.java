package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Mixin;

/** Fine-tunes the served model and shows whether the adapter passed its gate. */
@Command(name = "tune", mixinStandardHelpOptions = true,
        description = "Fine-tune on a dataset, or on a JSONL file of samples; look at tunings and steer them.")
final class TuneCommand implements Callable<Integer> {

    @Mixin
    private GlobalOptions options;

    @Parameters(arity = "0..1", paramLabel = "DATASET|FILE.jsonl", description = "What to learn.")
    private String source;

    @Option(names = "--model", paramLabel = "ID", description = "Model to tune (default: the one that is served).")
    private String model;

    @Option(names = "--suffix", description = "Part of the new adapter's name.")
    private String suffix;

    @Option(names = "--beta", paramLabel = "X",
            description = "What a nat is worth: of DPO against the base, of SimPO in the mean of a token.")
    private Double beta;

    @Option(names = "--gamma", paramLabel = "X", description = "What SimPO's margin is to exceed.")
    private Double gamma;

    @Option(names = "--epochs", paramLabel = "N", description = "Passes over the samples.")
    private Integer epochs;

    @Option(names = "--max-steps", paramLabel = "N",
            description = "Optimizer steps of the run, however many passes that are, instead of --epochs.")
    private Integer steps;

    @Option(names = "--learning-rate", paramLabel = "X", description = "Of the optimizer, after its warm-up.")
    private Double learningRate;

    @Option(names = "--optimizer", paramLabel = "adamw|adamw8bit|lion|mezo",
            description = "adamw8bit keeps AdamW's two numbers a parameter in a byte each; Lion keeps one number,"
                    + " and wants a learning rate a third to a tenth of AdamW's; mezo is --method mezo.")
    private String optimizer;

    @Option(names = "--method", paramLabel = "lora|mezo|dpo|simpo",
            description = "mezo learns the same adapter by forward passes alone, in the memory of inference: two losses"
                    + " a step, of which it takes many more. dpo and simpo learn from pairs, to prefer the chosen"
                    + " answer to the rejected one; a tenth of the learning rate is usual (default: lora).")
    private String method;

    @Option(names = "--schedule", paramLabel = "cosine|linear|constant",
            description = "How the learning rate falls behind its warm-up.")
    private String schedule;

    @Option(names = "--min-lr-rate", paramLabel = "X", description = "Lowest learning rate over its peak.")
    private Double minLearningRateShare;

    @Option(names = "--warmup-steps", paramLabel = "N", description = "Steps in which the learning rate rises.")
    private Integer warmupSteps;

    @Option(names = "--weight-decay", paramLabel = "X", description = "Of AdamW.")
    private Double weightDecay;

    @Option(names = "--max-grad-norm", paramLabel = "X", description = "Gradients are scaled down to it; 0: never.")
    private Double gradientNormMax;

    @Option(names = "--batch-tokens", paramLabel = "N", description = "Tokens of one optimizer step.")
    private Integer batchTokens;

    @Option(names = "--max-seq-length", paramLabel = "N",
            description = "Tokens of one example; the end of a longer one is cut off (at most tuning.sequence-max).")
    private Integer sequenceMax;

    @Option(names = "--lora-rank", paramLabel = "N", description = "Rank of the adapter's matrices.")
    private Integer loraRank;

    @Option(names = "--lora-alpha", paramLabel = "X", description = "Scale of the adapter, divided by its rank.")
    private Double loraAlpha;

    @Option(names = "--rslora", description = "Divide alpha by the square root of the rank.")
    private boolean rslora;

    @Option(names = "--dora", description = "DoRA: train the length of every row of a matrix apart from its "
            + "direction. A step takes longer than LoRA's.")
    private boolean dora;

    @Option(names = "--target-modules", paramLabel = "NAME", split = ",",
            description = "Matrices of each block: q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj.")
    private List<String> targets;

    @Mixin
    private ValidationOptions validation = new ValidationOptions();

    @Option(names = "--held-out-share", paramLabel = "X",
            description = "How likely a sample is kept for the gate, by its hash and the seed.")
    private Double heldOutShare;

    @Option(names = "--gate-loss-margin", paramLabel = "X",
            description = "Nats per token by which held-out loss must fall below the base model's.")
    private Double gateLossMargin;

    @Option(names = "--gate-span-score-min", paramLabel = "X",
            description = "Least share of held-out questions whose answer contains the expected span.")
    private Double gateSpanScoreMin;

    @Option(names = "--gate-general-loss-max", paramLabel = "X",
            description = "Nats per token by which loss on general text may rise.")
    private Double gateGeneralLossMax;

    @Mixin
    private GateOptions gate = new GateOptions();

    @Option(names = "--seed", paramLabel = "N", description = "The same seed gives the same adapter.")
    private Long seed;

    @Mixin
    private RoundsOptions rounds = new RoundsOptions();

    @Option(names = "--allow-tainted",
            description = "Also on a dataset made of documents in quarantine; publish the adapter all the same.")
    private boolean allowTainted;

    @Option(names = "--dry-run", description = "Check the samples and show what the run would take; begin nothing.")
    private boolean dryRun;

    @Option(names = "--wait", negatable = true, defaultValue = "true", fallbackValue = "true",
            description = "Wait for the end (default: ${DEFAULT-VALUE}).")
    private boolean wait;

    @Override
    public Integer call() throws IOException {
        if (source == null) {
            throw new UsageProblem("no DATASET or FILE.jsonl to learn, nor one of ls, watch, pause, resume, cancel");
        }
        Screen screen = options.screen();
        try (Session session = Session.open(options)) {
            session.awaitReady();
            ApiClient client = session.client();
            ObjectNode request = request(session);
            if (dryRun) {
                return budget(screen, client.post("/v1/fine_tuning/budget", request));
            }
            if (rounds.wanted()) {
                return rounds.run(client, screen, request, wait || !session.isServer());
            }
            JsonNode job = client.post("/v1/fine_tuning/jobs", request);
            String id = job.path("id").asText();
            TuningBudgetLines.of(job.path("budget")).forEach(screen::note);
            if (!wait && session.isServer()) {
                print(screen, job, id);
                return ExitCode.OK;
            }
            return ended(screen, new TuneWatch(client, screen).follow(id), id, client);
        }
    }

    private static int ended(Screen screen, JsonNode end, String id, ApiClient client) {
        if (end.path("result").path("gate").isMissingNode()) {
            JobWatch.succeeded(end, id);
        }
        return report(screen, end, client.get("/v1/fine_tuning/jobs/" + ApiClient.quote(id)));
    }

    @Command(name = "ls", mixinStandardHelpOptions = true, description = "List tunings, newest first.")
    void list(@Option(names = "--limit", defaultValue = "20", description = "Most of them to show.") int limit) {
        ask(client -> client.get("/v1/fine_tuning/jobs?limit=" + limit), (screen, jobs) -> screen.table(Listing.rows(
                jobs, "id", "status", "progress.step", "progress.steps", "model", "training_file",
                "user_provided_suffix", "created_at")));
    }

    @Command(name = "watch", mixinStandardHelpOptions = true,
            description = "Follow a tuning to its end, with its loss, pace and end in sight.")
    int watch(@Parameters(paramLabel = "ID") String id) {
        try (Session session = Session.open(options)) {
            Screen screen = options.screen();
            JsonNode end = new TuneWatch(session.client(), screen).follow(ApiClient.quote(id));
            return ended(screen, end, id, session.client());
        }
    }

    @Command(name = "pause", mixinStandardHelpOptions = true,
            description = "Let a tuning rest, also over restarts, until it is resumed.")
    void pause(@Parameters(paramLabel = "ID") String id) {
        steer(id, "pause");
    }

    @Command(name = "resume", mixinStandardHelpOptions = true, description = "Go on with a tuning that rests.")
    void resume(@Parameters(paramLabel = "ID") String id) {
        steer(id, "resume");
    }

    @Command(name = "cancel", mixinStandardHelpOptions = true, description = "Give a tuning up.")
    void cancel(@Parameters(paramLabel = "ID") String id) {
        steer(id, "cancel");
    }

    private void steer(String id, String order) {
        ask(client -> client.post("/v1/fine_tuning/jobs/" + ApiClient.quote(id) + "/" + order,
                        ApiClient.JSON.createObjectNode()),
                (screen, job) -> screen.line(id + " " + job.path("status").asText()));
    }

    private void ask(Function<ApiClient, JsonNode> question, BiConsumer<Screen, JsonNode> print) {
        Screen screen = options.screen();
        try (Session session = Session.open(options)) {
            JsonNode answer = question.apply(session.client());
            if (screen.json()) {
                screen.json(answer);
            } else {
                print.accept(screen, answer);
            }
        }
    }

    private static int budget(Screen screen, JsonNode budget) {
        if (screen.json()) {
            screen.json(budget);
        } else {
            TuningBudgetLines.of(budget).forEach(screen::line);
        }
        return ExitCode.OK;
    }

    /** The gate has spoken: its figures, and whether the adapter is served. */
    private static int report(Screen screen, JsonNode end, JsonNode job) {
        boolean served = end.path("status").asText().equals("succeeded");
        if (screen.json()) {
            screen.json(job);
        } else {
            Outline.lines(end.path("result")).forEach(screen::line);
            screen.line(served
                    ? "adapter " + job.path("fine_tuned_model").asText() + " is served"
                    : "not served: " + end.path("error").asText());
        }
        return served ? ExitCode.OK : ExitCode.REFUSED;
    }

    private static void print(Screen screen, JsonNode job, String id) {
        if (screen.json()) {
            screen.json(job);
        } else {
            screen.line(id);
        }
    }

    private ObjectNode request(Session session) throws IOException {
        ObjectNode body = ApiClient.JSON.createObjectNode();
        body.put("model", model != null ? model : session.servedModel());
        body.put("training_file", fileId(session.client(), source));
        if (validation.source().isPresent()) {
            body.put("validation_file", fileId(session.client(), validation.source().get()));
        }
        if (suffix != null) {
            body.put("suffix", suffix);
        }
        if (allowTainted) {
            body.put("allow_tainted", true);
        }
        if (seed != null) {
            body.put("seed", seed);
        }
        String type = prefers() ? method : "supervised";
        ObjectNode wanted = ApiClient.JSON.createObjectNode().put("type", type);
        ObjectNode hyperparameters = wanted.putObject(type).putObject("hyperparameters");
        hyperparameters.put("beta", beta).put("gamma", gamma);
        hyperparameters.put("n_epochs", epochs).put("learning_rate", learningRate).put("batch_tokens", batchTokens)
                .put("optimizer", optimizer()).put("max_steps", steps)
                .put("lr_scheduler_type", schedule).put("min_lr_rate", minLearningRateShare)
                .put("warmup_steps", warmupSteps).put("weight_decay", weightDecay)
                .put("max_grad_norm", gradientNormMax).put("lora_rank", loraRank).put("lora_alpha", loraAlpha)
                .put("use_rslora", rslora ? Boolean.TRUE : null).put("use_dora", dora ? Boolean.TRUE : null)
                .put("held_out_share", heldOutShare)
                .put("gate_loss_margin", gateLossMargin).put("gate_span_score_min", gateSpanScoreMin)
                .put("gate_general_loss_max", gateGeneralLossMax).put("max_seq_length", sequenceMax);
        validation.add(hyperparameters);
        gate.add(hyperparameters, session.client());
        hyperparameters.removeIf(JsonNode::isNull);
        if (targets != null) {
            targets.forEach(hyperparameters.putArray("target_modules")::add);
        }
        body.set("method", wanted);
        return body;
    }

    private boolean prefers() {
        return "dpo".equals(method) || "simpo".equals(method);
    }

    private String optimizer() {
        if (method == null || method.equals("lora") || prefers()) {
            return optimizer;
        }
        if (!method.equals("mezo") || optimizer != null && !optimizer.equals(method)) {
            throw new UsageProblem("--method " + method + (optimizer == null ? "" : " with --optimizer " + optimizer)
                    + ": expected lora, dpo, simpo, or mezo, which is an optimizer itself");
        }
        return method;
    }

    private static String fileId(ApiClient client, String source) throws IOException {
        Path file = Path.of(source);
        if (Files.isRegularFile(file)) {
            return client.uploadFile(file, "fine-tune").path("id").asText();
        }
        if (source.endsWith(".jsonl") || source.contains("/")) {
            throw new UsageProblem("no file " + source);
        }
        return source;
    }
}
