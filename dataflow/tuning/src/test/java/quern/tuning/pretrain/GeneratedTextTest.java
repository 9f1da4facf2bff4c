package quern.tuning.pretrain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GeneratedTextTest {

    @Test
    void shouldRepeatItselfWhenTheSeedIsTheSame() {
        assertEquals(StoryText.next(new SplittableRandom(3)), StoryText.next(new SplittableRandom(3)));
        var dialogue = new DialogueText(new SplittableRandom(3)).next();
        assertEquals(dialogue, new DialogueText(new SplittableRandom(3)).next());
    }

    @Test
    void shouldTellManyDifferentStories() {
        SplittableRandom random = new SplittableRandom(1);
        Set<String> stories = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            String story = StoryText.next(random);
            assertFalse(story.contains("null") || story.contains(" a a") || story.contains("  "), story);
            stories.add(story);
        }
        assertEquals(1000, stories.size());
    }

    @Test
    void shouldEndEveryConversationWithTheAssistant() {
        DialogueText dialogue = new DialogueText(new SplittableRandom(2));
        for (int i = 0; i < 500; i++) {
            var turns = dialogue.next().turns();
            assertEquals("assistant", turns.getLast().role());
            assertTrue(turns.size() % 2 == 0);
        }
    }
}
