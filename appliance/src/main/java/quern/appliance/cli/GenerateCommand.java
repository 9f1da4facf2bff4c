package quern.appliance.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import quern.config.EngineConfig.Product;
import quern.inference.sampling.SamplingParameters;

/**
 * Continues a text as it is, without a chat template, or token ids. Ids are continued by the model alone: no server, no
 * data directory, no tokenizer.
 */
@Command(name = "generate", mixinStandardHelpOptions = true,
        description = "Continue a text, or token ids with a model file.")
final class GenerateCommand implements Callable<Integer> {

    @Mixin
    private GlobalOptions options;

    @Parameters(arity = "0..1", paramLabel = "MODEL", description = "The same as --model.")
    private String model;

    @Option(names = "--prompt", paramLabel = "TEXT", description = "Text to continue.")
    private String prompt;

    @Option(names = "--tokens", paramLabel = "1,5,9", description = "Token ids to continue; the answer is ids too.")
    private String tokens;

    @Option(names = "--adapter", paramLabel = "DIR", description = "With --tokens: LoRA adapter, as PEFT writes it.")
    private Path adapter;

    @Option(names = "--product", paramLabel = "f32|q8",
            description = "With --tokens: f32 (exact, default) or q8 (activations in 8 bits, as served).")
    private Product product;

    @Mixin
    private SamplingOptions sampling;

    @Override
    public Integer call() throws IOException {
        if (model != null && sampling.model() != null) {
            throw new UsageProblem("two models: " + model + " and --model " + sampling.model());
        }
        if ((prompt == null) == (tokens == null)) {
            throw new UsageProblem("expected either --prompt or --tokens");
        }
        String chosen = model != null ? model : sampling.model();
        sampling.load(options, chosen);
        if (tokens != null) {
            return ofTokens(chosen);
        }
        if (adapter != null || product != null) {
            throw new UsageProblem((adapter != null ? "--adapter" : "--product") + " needs --tokens");
        }
        return ofText(chosen);
    }

    private Integer ofTokens(String chosen) {
        if (chosen == null) {
            throw new UsageProblem("--tokens needs MODEL, a GGUF file or safetensors directory");
        }
        int[] ids = CheckedModel.tokens(tokens);
        SamplingParameters parameters = sampling.parameters();
        Screen screen = options.screen();
        try (var checked = CheckedModel.load(options, chosen, adapter, product == null ? Product.F32 : product)) {
            Set<Integer> ends = parameters.ignoreEos() ? Set.of()
                    : new HashSet<>(checked.model().tokenizer().endTokens());
            var answer = new TokenAnswer(checked, parameters, ends);
            answer.draw(ids);
            if (screen.json()) {
                screen.json(answer.json());
            } else {
                screen.line(answer.tokens().stream().map(String::valueOf).collect(Collectors.joining(",")));
            }
        }
        return ExitCode.OK;
    }

    private Integer ofText(String chosen) throws IOException {
        Screen screen = options.screen();
        try (ModelSession session = ModelSession.open(options, chosen)) {
            ObjectNode body = sampling.request(session.model()).put("prompt", prompt);
            sampling.logprobs().ifPresent(top -> body.put("logprobs", top));
            if (screen.json()) {
                screen.json(session.client().post("/v1/completions", body));
                return ExitCode.OK;
            }
            session.client().stream("/v1/completions", body.put("stream", true),
                    chunk -> screen.text(chunk.at("/choices/0/text").asText("")));
            screen.text("\n");
        }
        return ExitCode.OK;
    }
}
