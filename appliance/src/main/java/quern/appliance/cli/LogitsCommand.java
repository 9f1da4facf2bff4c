package quern.appliance.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import quern.config.EngineConfig.Product;
import quern.config.QuernException;
import quern.inference.engine.DirectRun;

/** What a model computes for token ids. Needs no server, no data directory and no tokenizer. */
@Command(name = "logits", mixinStandardHelpOptions = true,
        description = "Print a model's logits after the last of the given tokens, or after each.")
final class LogitsCommand implements Callable<Integer> {

    private static final int SHOWN = 10;

    @Mixin
    private GlobalOptions options;

    @Parameters(paramLabel = "MODEL", description = "GGUF file, safetensors directory or imported model.")
    private String model;

    @Option(names = "--tokens", required = true, paramLabel = "1,5,9", description = "Token ids.")
    private String tokens;

    @Option(names = "--adapter", paramLabel = "DIR", description = "LoRA adapter, as PEFT writes it.")
    private Path adapter;

    @Option(names = "--all", description = "After each token, not the last one only.")
    private boolean all;

    @Option(names = "--product", paramLabel = "f32|q8", defaultValue = "f32",
            description = "f32: exact products of floats (default); q8: activations in 8 bits, as served.")
    private Product product;

    @Override
    public Integer call() throws IOException {
        Screen screen = options.screen();
        int[] ids = CheckedModel.tokens(tokens);
        try (CheckedModel checked = CheckedModel.load(options, model, adapter, product);
                DirectRun run = checked.run()) {
            int vocabulary = checked.model().shape().vocabulary();
            if (screen.json()) {
                json(run, ids, vocabulary);
            } else if (all) {
                run.append(ids, (position, logits, from) -> people(screen, ids, position, logits, from, vocabulary));
            } else {
                people(screen, ids, ids.length - 1, run.append(ids), 0, vocabulary);
            }
        }
        return ExitCode.OK;
    }

    private void json(DirectRun run, int[] ids, int vocabulary) throws IOException {
        try (LogitsWriter out = new LogitsWriter(System.out, vocabulary)) {
            if (all) {
                out.list(sink -> run.append(ids, sink));
            } else {
                out.one(run.append(ids));
            }
        } catch (UncheckedIOException failed) {
            throw new QuernException(QuernException.Category.ERROR,
                    "logits cannot be written: " + failed.getCause().getMessage(), failed);
        }
    }

    private static void people(Screen screen, int[] ids, int position, float[] logits, int from, int vocabulary) {
        screen.line("after token " + ids[position] + " at position " + position + ":");
        for (int id : LogitsWriter.largest(logits, from, vocabulary, SHOWN)) {
            screen.line(String.format(Locale.ROOT, "  %7d  %12.6f", id, logits[from + id]));
        }
    }
}
