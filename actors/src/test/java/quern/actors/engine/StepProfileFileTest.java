package quern.actors.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import quern.inference.engine.StepProfile;
import quern.inference.engine.StepProfile.Point;

class StepProfileFileTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final StepProfile PROFILE = new StepProfile(List.of(new Point(1, 1_000), new Point(64, 9_000)));

    @TempDir
    private Path directory;

    private StepProfileFile at(Instant instant) {
        return new StepProfileFile(directory.resolve("data"), Clock.fixed(instant, ZoneOffset.UTC));
    }

    @Test
    void shouldRecallOnlyWhatWasMeasuredOfTheSame() throws IOException {
        assertEquals(Optional.empty(), at(NOW).recall("a model"));
        at(NOW).remember("a model", PROFILE);
        assertEquals(Optional.of(PROFILE), at(NOW).recall("a model"));
        assertEquals(Optional.empty(), at(NOW).recall("another"));
    }

    @Test
    void shouldForgetWhatIsOld() throws IOException {
        at(NOW).remember("a model", PROFILE);
        Duration age = StepProfileFile.AGE_MAX;
        assertEquals(Optional.of(PROFILE), at(NOW.plus(age)).recall("a model"));
        assertEquals(Optional.empty(), at(NOW.plus(age).plusMillis(1)).recall("a model"));
    }

    @Test
    void shouldHoldTheNewestOfMany() throws IOException {
        for (int i = 0; i < 70; i++) {
            at(NOW.plusSeconds(i)).remember("model " + i, PROFILE);
        }
        assertEquals(Optional.empty(), at(NOW.plusSeconds(70)).recall("model 5"));
        assertEquals(Optional.of(PROFILE), at(NOW.plusSeconds(70)).recall("model 6"));
        assertEquals(Optional.of(PROFILE), at(NOW.plusSeconds(70)).recall("model 69"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "{", "[null]", "[{\"of\":\"a model\"}]",
        "[{\"of\":\"a model\",\"points\":[],\"measuredAtMs\":1795262400000}]",
        "[{\"of\":\"a model\",\"points\":[{\"rows\":4,\"nanos\":1},{\"rows\":4,\"nanos\":2}],"
                + "\"measuredAtMs\":1795262400000}]",
        "[{\"of\":\"a model\",\"points\":[{\"rows\":1,\"nanos\":0}],\"measuredAtMs\":1795262400000}]"
    })
    void shouldIgnoreWhatIsBroken(String content) throws IOException {
        Path file = Files.createDirectories(directory.resolve("data")).resolve(StepProfileFile.NAME);
        Files.writeString(file, content);
        assertEquals(Optional.empty(), at(NOW).recall("a model"));
        at(NOW).remember("a model", PROFILE);
        assertTrue(at(NOW).recall("a model").isPresent());
    }
}
