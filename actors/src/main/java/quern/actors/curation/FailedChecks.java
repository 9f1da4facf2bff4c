package quern.actors.curation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import quern.config.QuernException;
import quern.config.QuernException.Category;
import quern.curation.SampleSource;
import quern.curation.SampleSource.Item;
import quern.curation.SampleSource.Read;
import quern.curation.SampleSource.Withheld;
import quern.ingest.Sample;

/**
 * What a model answered wrong in an evaluation, as samples with the fields {@code question}, {@code answer} (what was
 * expected) and {@code text}, both of them: passages that new pairs are written from.
 */
public final class FailedChecks {

    private static final ObjectMapper JSON = new ObjectMapper();
    /** Kinds whose expectation is a text that answers the question. */
    private static final Set<String> LITERAL = Set.of("exact", "contains");
    /** Between the places of two samples of one file. */
    private static final long PLACE = 1L << 24;

    private final String evaluation;
    private final Map<String, JsonNode> byName;
    private final int others;

    private FailedChecks(String evaluation, Map<String, JsonNode> byName, int others) {
        this.evaluation = evaluation;
        this.byName = byName;
        this.others = others;
    }

    /**
     * @param evaluation job that wrote the file
     * @throws QuernException ERROR if there is no evaluation, or it has no checks
     */
    public static FailedChecks read(Path file, String evaluation) {
        JsonNode checks;
        try {
            checks = JSON.readTree(Files.readAllBytes(file)).path("checks");
        } catch (IOException e) {
            throw new QuernException(Category.ERROR, "evaluation '" + evaluation + "' cannot be read: " + e, e);
        }
        Map<String, JsonNode> failed = new LinkedHashMap<>();
        int others = 0;
        for (JsonNode check : checks) {
            if (!check.path("passed").asBoolean()) {
                boolean literal = LITERAL.contains(check.path("kind").asText());
                others += literal ? 0 : 1;
                if (literal) {
                    failed.put(check.path("name").asText(), check);
                }
            }
        }
        return new FailedChecks(evaluation, failed, others);
    }

    /** How many there are to write from. */
    public int count() {
        return byName.size();
    }

    /** Failed checks whose expectation is no text that answers: patterns, schemas, and what a model judges. */
    public int others() {
        return others;
    }

    /** What is yielded in a dataset's item's place where the dataset was evaluated on its own samples. */
    Item of(Item item) {
        return switch (item) {
            case Read read -> byName.containsKey(read.sample().id())
                    ? new Read(sample(read.sample(), byName.get(read.sample().id())), false, read.documents()) : null;
            case Withheld withheld -> byName.containsKey(withheld.sample().id()) ? item : null;
            case SampleSource.Unreadable unreadable -> null;
        };
    }

    private static Sample sample(Sample of, JsonNode check) {
        return new Sample(fields(check), of.documentId(), of.from(), of.to(), of.page());
    }

    private static ObjectNode fields(JsonNode check) {
        String question = check.path("question").asText();
        String answer = check.path("expected").asText();
        return JsonNodeFactory.instance.objectNode().put("question", question).put("answer", answer)
                .put("text", question + "\n" + answer);
    }

    /** All of them, of no document: the checks came in a file. */
    SampleSource source() {
        var all = List.copyOf(byName.values());
        return new SampleSource() {
            private int next;

            @Override
            public void seek(String position) {
                next = Integer.parseInt(position);
            }

            @Override
            public Item next() {
                if (next == all.size()) {
                    return null;
                }
                ObjectNode fields = fields(all.get(next));
                long from = next++ * PLACE;
                return new Read(new Sample(fields, evaluation, from, from + fields.path("text").asText().length(), 0),
                        false, List.of());
            }

            @Override
            public String position() {
                return Integer.toString(next);
            }

            @Override
            public void close() {}
        };
    }
}
