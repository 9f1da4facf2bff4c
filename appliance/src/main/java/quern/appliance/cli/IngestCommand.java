package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Mixin;
import quern.ingest.MediaType;

/** Sends files to the document journal. One that is refused does not stop the others. */
@Command(name = "ingest", mixinStandardHelpOptions = true,
        description = "Take in documents: files, directories, or - for standard input.")
final class IngestCommand implements Callable<Integer> {

    private static final int TRIES_MAX = 10;
    private static final long PAUSE_MS = 500;
    private static final String STANDARD_INPUT = "-";

    /** Pages and pictures may take a child process each, large files a while: a job says of them what they give. */
    private static final Set<MediaType> NOT_TRIED = Set.of(MediaType.PDF, MediaType.PICTURE);
    private static final long TRIED_BYTES_MAX = 8L << 20;

    /** How a file fared; one that is stored may have a reason too, why nothing in it can be read. */
    private record Fate(String file, String status, String id, String reason) {}

    @Mixin
    private GlobalOptions options;

    @Parameters(arity = "1..*", paramLabel = "FILE|DIR|-", description = "What to take in.")
    private List<String> sources;

    @Option(names = "--type", description = "Media type of all of it (default: by name and content).")
    private String type;

    @Option(names = "--name", defaultValue = "stdin", description = "What standard input is called.")
    private String inputName;

    @Option(names = "--label", description = "Label of these documents; may be repeated.")
    private List<String> labels = List.of();

    @Override
    public Integer call() throws IOException {
        List<Path> files = files();
        Screen screen = options.screen();
        List<Fate> fates = new ArrayList<>();
        try (Session session = Session.open(options)) {
            for (Path file : files) {
                screen.progress("documents", fates.size(), files.size());
                Fate fate = send(session.client(), file);
                fates.add(fate);
                if (!fate.reason().isEmpty()) {
                    String what = fate.status().equals("refused") ? "refused " : "stored, but cannot be read: ";
                    screen.note(what + fate.file() + ": " + fate.reason());
                }
            }
        }
        screen.clearProgress();
        return report(screen, fates);
    }

    private List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        for (String source : sources) {
            Path path = Path.of(source);
            if (source.equals(STANDARD_INPUT) || Files.isRegularFile(path)) {
                files.add(path);
            } else if (Files.isDirectory(path)) {
                try (Stream<Path> tree = Files.walk(path)) {
                    tree.filter(Files::isRegularFile).filter(file -> !isHidden(path.relativize(file))).sorted()
                            .forEach(files::add);
                }
            } else {
                throw new UsageProblem(source + " is no file and no directory");
            }
        }
        return files;
    }

    private static boolean isHidden(Path relative) {
        for (Path part : relative) {
            if (part.toString().startsWith(".")) {
                return true;
            }
        }
        return false;
    }

    private Fate send(ApiClient client, Path file) throws IOException {
        boolean input = file.toString().equals(STANDARD_INPUT);
        String name = input ? inputName : file.getFileName().toString();
        String mediaType = type != null ? type : MediaType.ofName(name).orElse(MediaType.BINARY).text();
        String path = "/v1/documents?name=" + ApiClient.quote(name)
                + (labels.isEmpty() ? "" : "&labels=" + ApiClient.quote(String.join(",", labels)));
        for (int tries = 1; ; tries++) {
            try {
                JsonNode reply = upload(client, path, mediaType, input ? BodyPublishers.ofInputStream(() -> System.in)
                        : BodyPublishers.ofFile(file));
                String status = reply.path("status").asText("stored");
                status = status.equals("stored") && reply.at("/quarantine/held").asBoolean() ? "held" : status;
                return new Fate(file.toString(), status, reply.path("id").asText(),
                        unreadable(client, reply));
            } catch (ApiFailure failure) {
                if (failure.status() == 422 || failure.status() == 413 || failure.status() == 415) {
                    return new Fate(file.toString(), "refused", "", failure.getMessage());
                }
                boolean again = failure.status() == 429 || failure.status() == 503;
                if (!again || input || tries == TRIES_MAX) {
                    throw failure;
                }
                Polling.pause(PAUSE_MS);
            }
        }
    }

    /** Why a stored document will give no sample; empty where it will, or where finding out takes long. */
    private static String unreadable(ApiClient client, JsonNode stored) {
        MediaType type = MediaType.ofText(stored.path("media_type").asText()).orElse(MediaType.BINARY);
        if (!stored.has("media_type") || NOT_TRIED.contains(type) || stored.path("bytes").asLong() > TRIED_BYTES_MAX) {
            return "";
        }
        return client.get("/v1/documents/" + stored.path("id").asText()).at("/reading/reason").asText();
    }

    private static JsonNode upload(ApiClient client, String path, String mediaType, BodyPublisher body) {
        try {
            return client.upload(path, mediaType, body).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof ApiFailure failure) {
                throw failure;
            }
            throw new ApiFailure(0, "the server at " + client.base() + " does not answer: " + e.getCause(), e);
        }
    }

    private static int report(Screen screen, List<Fate> fates) {
        long known = fates.stream().filter(fate -> fate.status().equals("known")).count();
        long refused = fates.stream().filter(fate -> fate.status().equals("refused")).count();
        long held = fates.stream().filter(fate -> fate.status().equals("held")).count();
        long accepted = fates.size() - known - refused;
        long unreadable = fates.stream().filter(fate -> !fate.reason().isEmpty()).count() - refused;
        if (screen.json()) {
            ObjectNode body = ApiClient.JSON.createObjectNode();
            body.put("accepted", accepted).put("known", known).put("refused", refused)
                    .put("held", held).put("unreadable", unreadable);
            var items = body.putArray("documents");
            for (Fate fate : fates) {
                ObjectNode item = items.addObject().put("file", fate.file()).put("status", fate.status());
                if (!fate.id().isEmpty()) {
                    item.put("id", fate.id());
                }
                if (!fate.reason().isEmpty()) {
                    item.put("reason", fate.reason());
                }
            }
            screen.json(body);
        } else {
            screen.line(accepted + " accepted, " + known + " known already, " + refused + " refused"
                    + (held > 0 ? "; " + held + " wait until 'quern documents release'" : "")
                    + (unreadable > 0 ? "; " + unreadable + " of them cannot be read" : ""));
        }
        return refused == 0 ? ExitCode.OK : ExitCode.REFUSED;
    }
}
