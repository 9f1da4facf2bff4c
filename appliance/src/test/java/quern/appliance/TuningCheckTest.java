package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cannot be learnt from is refused before a job is taken, with its lines; what can is counted. */
class TuningCheckTest {

    private static TestAppliance appliance;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        appliance = TestAppliance.startWithModel(directory.resolve("data"), Path.of(""), Map.of(
                "start.warm-up", "0s", "tuning.sequence-max", "64", "tuning.samples-max", "50",
                "tuning.tokens-max", "2000"));
        appliance.appliance().whenReady().toCompletableFuture().get(2, TimeUnit.MINUTES);
    }

    @AfterAll
    static void stop() {
        appliance.close();
    }

    private static HttpResponse<String> ask(String path, String lines, String hyperparameters) throws Exception {
        String file = Batches.upload(appliance, "fine-tune", lines.replace('\'', '"'));
        return appliance.post(path, ("{'model':'quern-nano','training_file':'" + file + "','seed':5,"
                + "'hyperparameters':{" + hyperparameters + "}}").replace('\'', '"'));
    }

    private static String lamps(int count, String more) {
        return IntStream.range(0, count).mapToObj(i -> "{'instruction':'How bright is lamp " + i + "?" + more
                + "','output':'Lamp " + i + " has " + i * 7 + " watts.'}").collect(Collectors.joining("\n"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "`\n\n` | has no samples",
        "`{'text':'a b c d'}\n\nnonsense` | line 3: is not JSON",
        "`{'text':'a b c d'}\n{'text':'a'} {'text':'b'}` | line 2: is not JSON",
        "`{'q':1}\n{'text':'a b c d'}\n{'text':7}` | line 1: training sample has none of",
        "`{'q':1}\n{'text':'a b c d'}\n{'text':7}` | line 3: training sample has a field text of type NUMBER",
        "`{'text':'a b c d'}\n{'query':'a','response':'b'}` | mixes forms: 1 of query and response (line 2), 1 of text",
        "`{'query':'a','response':'b','system':'c'}` | line 1: training sample has a field system beside",
        "`\n{'messages':[{'role':'assistant','content':'b','weight':0}]}` | in it to learn: 1 sample, first line 2"
    })
    void shouldRefuseWithLinesWhenAFileCannotBeLearntFrom(String lines, String expected) throws Exception {
        int before = jobs();
        for (String path : new String[] {"/v1/fine_tuning/jobs", "/v1/fine_tuning/budget"}) {
            HttpResponse<String> answer = ask(path, lines, "");
            assertEquals(400, answer.statusCode(), answer.body());
            JsonNode error = TestAppliance.json(answer).path("error");
            assertTrue(error.path("message").asText().contains(expected), answer.body());
            assertEquals("training_file", error.path("param").asText());
        }
        assertEquals(before, jobs());
    }

    @Test
    void shouldRefuseWhenThereAreTooManySamplesOrTokens() throws Exception {
        HttpResponse<String> many = ask("/v1/fine_tuning/budget", lamps(51, ""), "");
        assertEquals(400, many.statusCode());
        assertTrue(many.body().contains("50 are left of tuning.samples-max"), many.body());
        HttpResponse<String> large = ask("/v1/fine_tuning/budget", lamps(50, " a b c d e f g h i j k l m"), "");
        assertEquals(400, large.statusCode());
        assertTrue(large.body().contains("the 2000 tokens of tuning.tokens-max"), large.body());
        HttpResponse<String> wide = ask("/v1/fine_tuning/budget", lamps(2, ""), "'max_seq_length':65");
        assertEquals(400, wide.statusCode());
        assertTrue(wide.body().contains("max_seq_length"), wide.body());
    }

    @Test
    void shouldTellWhatIsCutAndTheStepsThatARunThenMakes() throws Exception {
        String lines = lamps(9, "") + "\n" + "{'instruction':'Say','output':'" + "the lamp is lit ".repeat(40) + "'}";
        String settings = "'n_epochs':3,'batch_tokens':128,'max_seq_length':60";
        JsonNode budget = TestAppliance.json(ask("/v1/fine_tuning/budget", lines, settings));
        assertEquals(10, budget.path("samples").asInt());
        assertEquals(10, budget.at("/forms/instruction").asInt());
        assertEquals(9, budget.path("examples").asInt());
        assertEquals(1, budget.path("held_out_examples").asInt());
        assertEquals(60, budget.path("max_seq_length").asInt());
        assertEquals(1, budget.path("cut_samples").asInt(), budget::toString);
        assertEquals(10, budget.at("/cuts/0/line").asInt());
        assertEquals(budget.path("cut_tokens").asInt(), budget.at("/cuts/0/tokens").asInt());
        assertEquals(3 * budget.path("tokens").asInt(), budget.path("trained_tokens").asInt());
        assertFalse(budget.path("labels").asInt() >= budget.path("tokens").asInt(), budget::toString);

        JsonNode job = TestAppliance.json(ask("/v1/fine_tuning/jobs", lines, settings));
        assertEquals(budget, job.path("budget"));
        String at = "/v1/jobs/" + job.path("id").asText();
        assertTrue(TestAppliance.await(Duration.ofMinutes(2), () -> finished(at)));
        assertEquals(budget.path("steps").asInt(),
                TestAppliance.json(appliance.get(at)).at("/result/trained_steps").asInt());
        String events = appliance.get(at + "/events").body();
        assertTrue(events.contains("1 cut"), events);
    }

    private static int jobs() throws Exception {
        return TestAppliance.json(appliance.get("/v1/fine_tuning/jobs?limit=100")).path("data").size();
    }

    private static boolean finished(String at) {
        try {
            return TestAppliance.json(appliance.get(at)).path("finished_at").isNumber();
        } catch (Exception unreachable) {
            throw new IllegalStateException(unreachable);
        }
    }
}
