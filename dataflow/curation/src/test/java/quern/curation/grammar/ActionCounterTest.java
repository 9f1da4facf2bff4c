package quern.curation.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ActionCounterTest {

    @Test
    void shouldCountFullVerbsWhenTextIsEnglish() {
        ActionCounter counter = ActionCounter.of("en");
        assertEquals(1, counter.actions("Tom is playing piano."));
        assertEquals(1, counter.actions("Tom plays piano."));
        assertEquals(2, counter.actions("She opened the door. He closed the window."));
        assertEquals(0, counter.actions("A quiet house by the lake."));
        assertEquals(0, counter.actions(""));
    }

    @Test
    void shouldCountFullVerbsWhenTextIsChinese() {
        ActionCounter counter = ActionCounter.of("zh");
        assertTrue(counter.actions("\u6211\u4E00\u8FB9\u5531\u6B4C\u4E00\u8FB9\u5199\u4FE1\u3002") >= 2);
        assertEquals(0, counter.actions("\u7F8E\u4E3D\u7684\u57CE\u5E02\u3002"));
        assertEquals(0, counter.actions("\uD800"));
        String once = "\u6211\u5199\u4FE1\u3002";
        assertEquals(1500 * counter.actions(once), counter.actions(once.repeat(1500)));
        assertNull(ActionCounter.of("fr"));
    }
}
