package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes embeddings: a line of numbers for each text. */
@Command(name = "embed", mixinStandardHelpOptions = true,
        description = "Make embeddings: for each text a line of numbers, or one JSON list.")
final class EmbedCommand implements Callable<Integer> {

    private static final String SERVED = "served";
    /** Texts of one request: enough to fill the engine's steps, few enough to see progress. */
    private static final int TEXTS_PER_REQUEST = 128;

    /** Where the texts come from. */
    static final class Source {
        @Option(names = "--text", paramLabel = "TEXT", description = "A text; may be repeated.")
        private List<String> texts = List.of();

        @Option(names = "--file", paramLabel = "FILE|-", description = "A file with a text in each line.")
        private String file;
    }

    @Mixin
    private GlobalOptions options;

    @Parameters(paramLabel = "MODEL|" + SERVED,
            description = "Model file, directory, imported name or id; served: what the running server embeds with.")
    private String model;

    @ArgGroup(multiplicity = "1")
    private Source source;

    @Option(names = "--dimensions", paramLabel = "N", description = "Keep the first N numbers, of length 1 again.")
    private Integer dimensions;

    @Override
    public Integer call() throws IOException {
        try (ModelSession session = ModelSession.open(options, model.equals(SERVED) ? null : model);
                BufferedReader lines = source.file == null ? null : open(source.file)) {
            ObjectNode all = ApiClient.JSON.createObjectNode().put("object", "list");
            all.putArray("data");
            String id = embeddingModel(session);
            if (lines == null) {
                take(embed(session, id, source.texts), all);
            } else {
                embed(session, id, lines, all);
            }
            if (options.json()) {
                Printer.json(all);
            }
        }
        return ExitCode.OK;
    }

    /** Of a session that was opened without an id: its encoder, else its model. */
    private static String embeddingModel(ModelSession session) {
        JsonNode health = session.client().get("/health");
        boolean named = !session.model().equals(health.path("model").asText());
        return named ? session.model() : health.path("embedding_model").asText(session.model());
    }

    private static BufferedReader open(String file) throws IOException {
        try {
            Reader reader = file.equals("-")
                    ? new InputStreamReader(System.in, StandardCharsets.UTF_8)
                    : Files.newBufferedReader(Path.of(file));
            return new BufferedReader(reader);
        } catch (NoSuchFileException absent) {
            throw new UsageProblem("--file " + file + ": no such file", absent);
        }
    }

    private void embed(ModelSession session, String id, BufferedReader lines, ObjectNode all) throws IOException {
        List<String> texts = new ArrayList<>();
        int number = 0;
        for (String line = next(lines, number); line != null; line = next(lines, number)) {
            number++;
            if (line.isEmpty()) {
                throw new UsageProblem("--file " + source.file + ": line " + number + " is empty");
            }
            texts.add(line);
            if (texts.size() == TEXTS_PER_REQUEST) {
                take(embed(session, id, texts), all);
                texts.clear();
            }
        }
        if (!texts.isEmpty()) {
            take(embed(session, id, texts), all);
        } else if (number == 0) {
            throw new UsageProblem("--file " + source.file + ": has no line");
        }
    }

    private String next(BufferedReader lines, int before) throws IOException {
        try {
            return lines.readLine();
        } catch (CharacterCodingException malformed) {
            throw new UsageProblem("--file " + source.file + ": is not UTF-8 after line " + before, malformed);
        }
    }

    private JsonNode embed(ModelSession session, String id, List<String> texts) {
        ObjectNode body = ApiClient.JSON.createObjectNode().put("model", id);
        ArrayNode input = body.putArray("input");
        texts.forEach(input::add);
        if (dimensions != null) {
            body.put("dimensions", dimensions);
        }
        return session.client().post("/v1/embeddings", body);
    }

    /** Prints vectors as they come, or gathers them under indices that run on. */
    private void take(JsonNode reply, ObjectNode all) {
        for (JsonNode item : reply.path("data")) {
            if (options.json()) {
                ArrayNode data = (ArrayNode) all.path("data");
                data.add(((ObjectNode) item).put("index", data.size()));
            } else {
                StringBuilder line = new StringBuilder();
                item.path("embedding").forEach(
                        number -> line.append(line.isEmpty() ? "" : " ").append(number.asText()));
                Printer.line(line.toString());
            }
        }
        int before = all.path("usage").path("prompt_tokens").asInt(0);
        int tokens = before + reply.path("usage").path("prompt_tokens").asInt();
        all.set("model", reply.path("model"));
        all.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
    }
}
