package quern.appliance.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import quern.config.QuernException;
import quern.inference.convert.Importance;
import quern.inference.convert.TypeRule;
import quern.inference.format.RandomModel;
import quern.inference.format.RandomShape;

/** A file of a true size where real weights are not at hand. */
@Command(name = "random", mixinStandardHelpOptions = true,
        description = "Write a GGUF file with random weights in a published shape, for benchmarks and tests.")
final class RandomModelCommand implements Callable<Integer> {

    @ParentCommand
    private ModelsCommand models;

    @Mixin
    private ConversionOptions options;

    @Parameters(index = "0", paramLabel = "OUT", description = "GGUF file to write.")
    private Path out;

    @Option(names = "--shape", required = true, paramLabel = "NAME",
            description = "tinyllama-1.1b, qwen2.5-0.5b, smollm2-135m, llama-3.2-1b or llama-3.1-8b.")
    private String shape;

    @Option(names = "--type", defaultValue = "Q8_0", paramLabel = "TYPE",
            description = "Type of the matrices (${DEFAULT-VALUE}).")
    private String type;

    @Option(names = "--seed", defaultValue = "11", paramLabel = "N",
            description = "The same seed gives the same bytes (${DEFAULT-VALUE}).")
    private long seed;

    @Override
    public Integer call() {
        TypeRule rule = options.rule(type);
        RandomShape wanted = wanted();
        options.mayWrite(out);
        boolean tied = wanted.shape().tiedEmbeddings();
        return options.run(models.options(), () -> new RandomModel(wanted, (name, dimensions) ->
                rule.choose(name, dimensions.getFirst(), dimensions.size(), tied).type(), seed),
                out, rule, Importance.NONE);
    }

    private RandomShape wanted() {
        try {
            return RandomShape.parse(shape);
        } catch (QuernException unknown) {
            throw new UsageProblem("--shape: " + unknown.getMessage(), unknown);
        }
    }
}
