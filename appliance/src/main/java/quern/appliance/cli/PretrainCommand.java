package quern.appliance.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import quern.config.BackendConfig;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.tuning.StepResult;
import quern.tuning.pretrain.Pretraining;

/** Makes quern-nano from text. Interrupted, it goes on from its last checkpoint when called again. */
@Command(name = "pretrain", mixinStandardHelpOptions = true,
        description = "Train the embedded base model from text files; resumable.")
public final class PretrainCommand implements Callable<Integer> {

    private static final int REPORT_STEPS = 20;

    @Option(names = "--text", required = true, description = "Directory with .txt files to learn from.")
    private Path text;

    @Option(names = "--out", required = true, description = "GGUF file to write, with a manifest beside it.")
    private Path out;

    @Option(names = "--tokens", defaultValue = "8000000", description = "Tokens to train on (${DEFAULT-VALUE}).")
    private long tokens;

    @Option(names = "--work", description = "Directory of checkpoints (default: beside --out).")
    private Path work;

    @Option(names = "--threads", defaultValue = "0", description = "Compute threads; 0: one per core.")
    private int threads;

    @Override
    public Integer call() {
        Path directory = work == null ? out.resolveSibling(out.getFileName() + ".work") : work;
        var backendConfig = new BackendConfig(BackendConfig.Choice.AUTO, threads);
        try (Backend backend = BackendChoice.choose(backendConfig).backend()) {
            Pretraining run = Pretraining.open(Pretraining.Plan.ofNano(text, tokens, directory), backend);
            System.err.printf("%d tokens of text, %d steps, %s from step %d%n", run.corpusTokens(), run.steps(),
                    run.stepCount() == 0 ? "new" : "resumed", run.stepCount());
            train(run);
            double bitsPerByte = run.heldOutBitsPerByte();
            run.write(out, bitsPerByte);
            System.out.printf("%s: held-out %.4f bits per byte%n", out, bitsPerByte);
            return 0;
        }
    }

    private static void train(Pretraining run) {
        long startedNs = System.nanoTime();
        long tokens = 0;
        while (!run.done()) {
            StepResult result = run.step();
            tokens += result.tokens();
            if (result.step() % REPORT_STEPS == 0 || run.done()) {
                run.note(result);
                double seconds = (System.nanoTime() - startedNs) / 1e9;
                double rate = tokens / seconds;
                double left = (double) (run.steps() - result.step()) * result.tokens() / rate;
                System.err.printf("step %d/%d  loss %.4f  lr %.5f  %.0f tokens/s  %.0f s left%n", result.step(),
                        run.steps(), result.loss(), result.learningRate(), rate, left);
            }
        }
        run.save();
    }
}
