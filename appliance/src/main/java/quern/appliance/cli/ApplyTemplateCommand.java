package quern.appliance.cli;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import quern.config.QuernException;
import quern.inference.format.ChatTemplateSource;
import quern.inference.template.ChatTemplate;

/**
 * Renders a conversation as a model's chat template does. The conversation is a JSON object with {@code messages} and,
 * where wanted, {@code tools}, {@code add_generation_prompt} (true unless given) and any other variable.
 */
@Command(name = "apply-template", mixinStandardHelpOptions = true,
        description = "Render a conversation with a model's chat template.")
final class ApplyTemplateCommand implements Callable<Integer> {

    private static final long CONVERSATION_BYTES_MAX = 1 << 26;
    private static final TypeReference<LinkedHashMap<String, Object>> VARIABLES = new TypeReference<>() {};

    @Mixin
    private GlobalOptions options;

    @Parameters(paramLabel = "MODEL|FILE.jinja",
            description = "GGUF file, model directory, tokenizer_config.json, imported model or template file.")
    private String model;

    @Option(names = "--conversation", required = true, paramLabel = "FILE|-",
            description = "JSON with messages, tools, add_generation_prompt (default true) and other variables.")
    private String conversation;

    @Option(names = "--bos", paramLabel = "TEXT", description = "bos_token (default: the model's).")
    private String begin;

    @Option(names = "--eos", paramLabel = "TEXT", description = "eos_token (default: the model's).")
    private String end;

    @Option(names = "--now", paramLabel = "ISO", description = "What the template takes for now (default: now).")
    private String now;

    @Override
    public Integer call() throws IOException {
        Map<String, Object> variables = new LinkedHashMap<>();
        variables.put("add_generation_prompt", true);
        variables.putAll(conversation());
        LocalDateTime time = time();
        Path path = ModelPath.resolve(model, options);
        try {
            String rendered = render(path, variables, time);
            if (options.json()) {
                System.out.println(ApiClient.JSON.createObjectNode().put("rendered", rendered));
            } else {
                System.out.print(Screen.isTerminal(1) ? Printer.safe(rendered) + "\n" : rendered);
                System.out.flush();
            }
            return ExitCode.OK;
        } catch (QuernException refused) {
            if (!options.json()) {
                throw refused;
            }
            System.out.println(ApiClient.JSON.createObjectNode().put("error", refused.getMessage()));
            return ExitCode.FAILURE;
        }
    }

    private String render(Path path, Map<String, Object> variables, LocalDateTime time) {
        var source = ChatTemplateSource.read(path, variables.get("tools") != null);
        variables.putIfAbsent("bos_token", begin != null ? begin : source.begin());
        variables.putIfAbsent("eos_token", end != null ? end : source.end());
        ChatTemplate template = ChatTemplate.parse(source.template().orElseThrow(() -> new QuernException(
                QuernException.Category.ERROR, path + ": has no chat template")));
        return template.render(variables, time).text();
    }

    private Map<String, Object> conversation() throws IOException {
        byte[] bytes;
        if (conversation.equals("-")) {
            bytes = System.in.readNBytes((int) CONVERSATION_BYTES_MAX);
        } else {
            Path file = Path.of(conversation);
            if (!Files.isRegularFile(file)) {
                throw new UsageProblem("--conversation " + conversation + ": no such file");
            }
            if (Files.size(file) > CONVERSATION_BYTES_MAX) {
                throw new UsageProblem("--conversation " + conversation + ": " + Files.size(file)
                        + " bytes, at most " + CONVERSATION_BYTES_MAX);
            }
            bytes = Files.readAllBytes(file);
        }
        try {
            JsonNode root = ApiClient.JSON.readTree(new String(bytes, StandardCharsets.UTF_8));
            if (root == null || !root.path("messages").isArray()) {
                throw new UsageProblem("--conversation " + conversation
                        + ": expected a JSON object with an array 'messages'");
            }
            return ApiClient.JSON.convertValue(root, VARIABLES);
        } catch (JacksonException e) {
            throw new UsageProblem("--conversation " + conversation + ": no JSON: " + e.getOriginalMessage(), e);
        }
    }

    private LocalDateTime time() {
        if (now == null) {
            return LocalDateTime.now();
        }
        try {
            // An offset is not applied: the template shows the time as it is written.
            return now.indexOf('T') < 0 ? LocalDate.parse(now).atStartOfDay()
                    : LocalDateTime.parse(now, DateTimeFormatter.ISO_DATE_TIME);
        } catch (DateTimeException e) {
            throw new UsageProblem("--now " + now + ": expected a time such as 2026-01-02T03:04:05", e);
        }
    }
}
