package quern.actors.tuning;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import quern.kv.AtomicFile;
import quern.tuning.gate.CheckAnswer;
import quern.tuning.gate.Verdict;

/** Answers that an evaluation has so far, by the number of their question, in a file that is always whole. */
final class AnswerFile {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;

    AnswerFile(Path file) {
        this.file = file;
    }

    /** What an earlier process left; none where that cannot be read. */
    Map<Integer, CheckAnswer> read() throws IOException {
        Map<Integer, CheckAnswer> answers = new TreeMap<>();
        if (!Files.exists(file)) {
            return answers;
        }
        try {
            for (var entry : JSON.readTree(Files.readString(file)).properties()) {
                JsonNode answer = entry.getValue();
                answers.put(Integer.valueOf(entry.getKey()), new CheckAnswer(answer.path("text").asText(),
                        answer.path("complete").asBoolean(), Optional.of(new Verdict(
                                answer.path("passed").asBoolean(), answer.path("reason").asText()))));
            }
            return answers;
        } catch (JsonProcessingException | NumberFormatException damaged) {
            return new TreeMap<>();
        }
    }

    void write(Map<Integer, CheckAnswer> answers) throws IOException {
        ObjectNode node = JSON.createObjectNode();
        answers.forEach((index, answer) -> node.putObject(String.valueOf(index)).put("text", answer.text())
                .put("complete", answer.complete()).put("passed", answer.passed())
                .put("reason", answer.verdict().map(Verdict::reason).orElse("")));
        Files.createDirectories(file.toAbsolutePath().getParent());
        AtomicFile.write(file, node.toString());
    }
}
