package quern.appliance.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
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

    @Override
    public Integer call() {
        TypeRule rule = options.rule(type);
        Path model = ConversionOptions.input(in, global);
        options.mayWrite(out);
        return options.run(global, model, out, rule, Importance.NONE);
    }
}
