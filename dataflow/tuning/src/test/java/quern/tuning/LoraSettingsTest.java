package quern.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A checkpoint names the settings of its run: after a restart they have to read the same. */
class LoraSettingsTest {

    @Test
    void shouldReadTheSameInEveryProcess() {
        assertEquals("LoraSettings[rank=16, alpha=32.0, rankStabilized=false, targets=[QUERY, KEY, VALUE,"
                + " ATTENTION_OUTPUT, GATE, UP, DOWN], seed=5]", LoraSettings.ofAllTargets(16, 32, 5).toString());
        LoraSettings dora = new LoraSettings(4, 8, false, Set.of(LoraTarget.UP), 1, true);
        assertEquals("LoraSettings[rank=4, alpha=8.0, rankStabilized=false, targets=[UP], seed=1, dora=true]",
                dora.toString());
        LoraSettings two = new LoraSettings(4, 8, true, Set.of(LoraTarget.VALUE, LoraTarget.QUERY), 1);
        assertEquals(List.of(LoraTarget.QUERY, LoraTarget.VALUE), List.copyOf(two.targets()));
    }
}
