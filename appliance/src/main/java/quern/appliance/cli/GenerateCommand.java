package quern.appliance.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Continues a text as it is, without a chat template. */
@Command(name = "generate", mixinStandardHelpOptions = true, description = "Continue a text.")
final class GenerateCommand implements Callable<Integer> {

    @Mixin
    private GlobalOptions options;

    @Option(names = "--prompt", required = true, paramLabel = "TEXT", description = "Text to continue.")
    private String prompt;

    @Mixin
    private SamplingOptions sampling;

    @Override
    public Integer call() throws IOException {
        Screen screen = options.screen();
        try (ModelSession session = ModelSession.open(options, sampling.model())) {
            ObjectNode body = sampling.request(session.model()).put("prompt", prompt);
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
