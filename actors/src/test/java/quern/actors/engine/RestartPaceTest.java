package quern.actors.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RestartPaceTest {

    @Test
    void shouldWaitTwiceAsLongEachTimeUntilAMinuteWasCalm() {
        RestartPace pace = new RestartPace();
        List<Long> pausesMs = new ArrayList<>();
        long now = Long.MAX_VALUE - 5;
        for (int i = 0; i < 12; i++) {
            now += Duration.ofSeconds(1).toNanos();
            pausesMs.add(pace.afterFailure(now).toMillis());
        }
        assertEquals(List.of(0L, 100L, 200L, 400L, 800L, 1600L, 3200L, 6400L, 12800L, 25600L, 30000L, 30000L),
                pausesMs);
        assertEquals(Duration.ofSeconds(30), pace.afterFailure(now + Duration.ofSeconds(60).toNanos()));
        assertEquals(Duration.ZERO, pace.afterFailure(now + Duration.ofSeconds(121).toNanos()));
        assertEquals(Duration.ofMillis(100), pace.afterFailure(now + Duration.ofSeconds(122).toNanos()));
    }
}
