package quern.appliance.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Mixin;
import quern.config.QuernException;
import quern.inference.format.ModelFile;
import quern.inference.format.ModelFiles;
import quern.inference.transformer.ModelShape;
import quern.kv.DataDirectory;

/** Checks a model file and keeps it in the data directory. */
@Command(name = "import", mixinStandardHelpOptions = true,
        description = "Check a model and keep it, so that 'serve --model NAME' finds it.")
final class ImportCommand implements Callable<Integer> {

    @Mixin
    private GlobalOptions options;

    @Parameters(paramLabel = "PATH", description = "GGUF file or safetensors directory.")
    private Path source;

    @Option(names = "--link", description = "Keep a symbolic link instead of a copy.")
    private boolean link;

    @Override
    public Integer call() throws IOException {
        if (!Files.exists(source)) {
            throw new UsageProblem(source + ": no such file or directory");
        }
        String fingerprint;
        ObjectNode description;
        try (ModelFile model = ModelFiles.open(source)) {
            fingerprint = model.fingerprint();
            description = describe(model, fingerprint);
        }
        Path kept = ImportedModels.of(options.load().config()).add(source, link);
        try (ModelFile model = ModelFiles.open(kept)) {
            if (!model.fingerprint().equals(fingerprint)) {
                DataDirectory.removeTree(kept);
                throw new QuernException(QuernException.Category.ERROR, "the copy of " + source
                        + " differs from it: fingerprint " + model.fingerprint() + ", expected " + fingerprint);
            }
        }
        description.put("name", kept.getFileName().toString()).put("path", kept.toString());
        Screen screen = options.screen();
        if (screen.json()) {
            screen.json(description);
        } else {
            Outline.lines(description).forEach(screen::line);
            screen.line("serve it with: quern serve --model " + kept.getFileName());
        }
        return ExitCode.OK;
    }

    private static ObjectNode describe(ModelFile model, String fingerprint) {
        ModelShape shape = model.shape();
        return ApiClient.JSON.createObjectNode()
                .put("model", model.name())
                .put("architecture", shape.architecture())
                .put("layers", shape.layers())
                .put("hidden", shape.hidden())
                .put("heads", shape.heads())
                .put("kv_heads", shape.kvHeads())
                .put("feed_forward", shape.feedForward())
                .put("vocabulary", shape.vocabulary())
                .put("context_tokens", shape.contextTokens())
                .put("chat_template", model.chatTemplate().isPresent())
                .put("fingerprint", fingerprint);
    }
}
