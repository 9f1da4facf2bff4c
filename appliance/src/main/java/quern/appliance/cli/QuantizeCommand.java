package quern.appliance.cli;

import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import quern.config.EngineConfig;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.inference.LoadedModel;
import quern.inference.convert.Calibration;
import quern.inference.convert.Importance;
import quern.inference.convert.TypeRule;

/** A model in a smaller element type. */
@Command(name = "quantize", mixinStandardHelpOptions = true,
        description = "Write a model's weights in another element type, as a GGUF file.")
final class QuantizeCommand implements Callable<Integer> {

    @Mixin
    private GlobalOptions global;

    @Mixin
    private ConversionOptions options;

    @Parameters(index = "0", paramLabel = "IN", description = "GGUF file, safetensors directory or imported name.")
    private String in;

    @Parameters(index = "1", paramLabel = "OUT", description = "GGUF file to write.")
    private Path out;

    @Option(names = "--type", required = true, paramLabel = "TYPE",
            description = "Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_NL, IQ4_XS or "
                    + "F32, F16, BF16.")
    private String type;

    @Option(names = "--importance", paramLabel = "TEXT",
            description = "Run the model on this text first; columns with large inputs are rounded with more care.")
    private Path text;

    @Option(names = "--context", defaultValue = "512", paramLabel = "N",
            description = "Tokens of a window of that text (${DEFAULT-VALUE}).")
    private int context;

    @Override
    public Integer call() {
        TypeRule rule = options.rule(type);
        Path model = ConversionOptions.input(in, global);
        options.mayWrite(out);
        return options.run(global, model, out, rule, text == null ? Importance.NONE : measure(model));
    }

    private Importance measure(Path model) {
        if (context < 1) {
            throw new UsageProblem("--context " + context + ", expected a number from 1");
        }
        String content = TextFile.read(text);
        Screen screen = global.screen();
        try (Backend backend = BackendChoice.choose(global.load().config().backend()).backend();
                LoadedModel loaded = TextFile.load(model, backend, EngineConfig.Product.F32)) {
            int[] tokens = loaded.tokenizer().encode(content, true);
            OptionalInt begin = loaded.tokenizer().beginToken();
            boolean begins = tokens.length > 0 && begin.isPresent() && tokens[0] == begin.getAsInt();
            Importance measured = Calibration.measure(loaded, text.getFileName().toString(), tokens,
                    begins ? begin : OptionalInt.empty(), context,
                    (what, done, total) -> screen.progress("tokens measured", done, total));
            screen.note("importance of " + measured.columns().size() + " matrices measured on " + measured.tokens()
                    + " tokens");
            return measured;
        }
    }
}
