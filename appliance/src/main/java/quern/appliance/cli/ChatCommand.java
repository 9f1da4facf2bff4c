package quern.appliance.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Talks with a model: one message, or a conversation on a terminal. */
@Command(name = "chat", mixinStandardHelpOptions = true,
        description = "Chat with a model; without a message on a terminal: a conversation.")
final class ChatCommand implements Callable<Integer> {

    @Mixin
    private GlobalOptions options;

    @Parameters(arity = "0..1", paramLabel = "MESSAGE|-", description = "What to say; -: standard input.")
    private String message;

    @Option(names = "--system", description = "What the model is told first.")
    private String system;

    @Mixin
    private SamplingOptions sampling;

    private final ArrayNode messages = ApiClient.JSON.createArrayNode();

    @Override
    public Integer call() throws IOException {
        Screen screen = options.screen();
        sampling.load(options, sampling.model());
        boolean conversation = message == null && Screen.isTerminal(0);
        try (ModelSession session = ModelSession.open(options, sampling.model())) {
            if (system != null) {
                say("system", system);
            }
            if (conversation) {
                converse(session, screen);
            } else {
                say("user", message == null || message.equals("-") ? input() : message);
                answer(session, screen);
            }
        }
        return ExitCode.OK;
    }

    private static String input() throws IOException {
        return new String(System.in.readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    private void say(String role, String content) {
        messages.addObject().put("role", role).put("content", content);
    }

    private void converse(ModelSession session, Screen screen) throws IOException {
        screen.note("Chatting with " + session.model() + ". /reset forgets, /exit or Ctrl-D ends.");
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (true) {
            screen.text("> ");
            String line = lines.readLine();
            if (line == null || line.strip().equals("/exit")) {
                screen.text(line == null ? "\n" : "");
                return;
            }
            if (line.strip().equals("/reset")) {
                messages.removeAll();
                if (system != null) {
                    say("system", system);
                }
            } else if (!line.isBlank()) {
                say("user", line);
                exchange(session, screen);
            }
        }
    }

    /** A refused message ends no conversation: it is taken back. */
    private void exchange(ModelSession session, Screen screen) {
        try {
            answer(session, screen);
        } catch (ApiFailure failure) {
            messages.remove(messages.size() - 1);
            screen.note("quern: " + failure.getMessage());
        }
    }

    private void answer(ModelSession session, Screen screen) {
        ObjectNode body = sampling.request(session.model());
        body.set("messages", messages);
        sampling.logprobs().ifPresent(top -> body.put("logprobs", true).put("top_logprobs", top));
        if (screen.json()) {
            screen.json(session.client().post("/v1/chat/completions", body));
            return;
        }
        var answer = new StringBuilder();
        session.client().stream("/v1/chat/completions", body.put("stream", true), chunk -> {
            String part = chunk.at("/choices/0/delta/content").asText("");
            answer.append(part);
            screen.text(part);
        });
        screen.text("\n");
        say("assistant", answer.toString());
    }
}
