package quern.appliance.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import quern.inference.convert.Importance;
import quern.inference.convert.TypeRule;

/** A safetensors directory as one file. */
@Command(name = "convert", mixinStandardHelpOptions = true,
        description = "Write a safetensors directory as a GGUF file that llama.cpp reads too.")
final class ConvertCommand implements Callable<Integer> {

    @Mixin
    private GlobalOptions global;

    @Mixin
    private ConversionOptions options;

    @Parameters(index = "0", paramLabel = "DIR", description = "Directory with config.json and safetensors files.")
    private String in;

    @Parameters(index = "1", paramLabel = "OUT", description = "GGUF file to write.")
    private Path out;

    @Option(names = "--type", defaultValue = "F16", paramLabel = "TYPE",
            description = "F32, F16 or BF16, or a quantised type as for quantize (${DEFAULT-VALUE}). Vectors stay F32.")
    private String type;

    @Override
    public Integer call() {
        TypeRule rule = options.rule(type);
        Path model = ConversionOptions.input(in, global);
        if (!Files.isDirectory(model)) {
            throw new UsageProblem(model + " is a file, expected a safetensors directory; quantize takes GGUF files");
        }
        options.mayWrite(out);
        return options.run(global, model, out, rule, Importance.NONE);
    }
}
