package quern.tuning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import quern.config.QuernException;
import quern.kv.AtomicFile;

/** The losses of a run, one JSON object a line: step, loss, gradient norm, learning rate, tokens, learnt tokens. */
final class LossLog {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private boolean torn;

    LossLog(Path file) {
        this.file = file;
    }

    /** A step's loss and the tokens that it is the mean of. */
    record Entry(double loss, int labels) {}

    /** Forgets what is after {@code step}, where a resumed run goes on. @return what is left */
    List<Entry> cutAfter(int step) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            List<String> kept = new ArrayList<>();
            if (Files.exists(file)) {
                for (String line : content().lines().toList()) {
                    if (isUpTo(line, step)) {
                        kept.add(line);
                    }
                }
            }
            AtomicFile.write(file, kept.isEmpty() ? "" : String.join("\n", kept) + "\n");
            List<Entry> entries = new ArrayList<>();
            for (String line : kept) {
                JsonNode entry = JSON.readTree(line);
                entries.add(new Entry(
                        entry.path("loss").asDouble(), entry.path("labels").asInt(entry.path("tokens").asInt())));
            }
            return entries;
        } catch (IOException failed) {
            throw unwritable(failed);
        }
    }

    /** As whoever writes it sees it: without what a dying process left half sealed. */
    private String content() throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(channel.size()));
            while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {
                continue;
            }
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
        }
    }

    /** A line that a dying process left half written is not one of them. */
    private static boolean isUpTo(String line, int step) {
        try {
            JsonNode entry = JSON.readTree(line);
            return entry.path("step").isInt() && entry.path("step").asInt() <= step;
        } catch (IOException torn) {
            return false;
        }
    }

    void add(List<StepResult> results) {
        // Behind a failure there may be half a line.
        StringBuilder lines = new StringBuilder(torn ? "\n" : "");
        results.forEach(result -> lines.append(line(result)).append('\n'));
        try {
            Files.writeString(file, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            torn = false;
        } catch (IOException failed) {
            torn = true;
            throw unwritable(failed);
        }
    }

    private static ObjectNode line(StepResult result) {
        ObjectNode line = JSON.createObjectNode()
                .put("step", result.step())
                .put("loss", result.loss())
                .put("gradient_norm", result.gradientNorm())
                .put("learning_rate", result.learningRate())
                .put("tokens", result.tokens())
                .put("labels", result.labels());
        result.pairs().ifPresent(pairs -> line.put("pairs", pairs.pairs()).put("margin", pairs.margin())
                .put("accuracy", pairs.accuracy()));
        return line;
    }

    private QuernException unwritable(IOException failed) {
        return new QuernException(QuernException.Category.RETRYABLE,
                "loss log " + file + " cannot be written: " + failed.getMessage(), failed);
    }
}
