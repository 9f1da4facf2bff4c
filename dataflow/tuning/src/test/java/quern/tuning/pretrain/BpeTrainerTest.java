package quern.tuning.pretrain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BpeTrainerTest {

    @Test
    void shouldMergeTheMostFrequentPairFirst() {
        // low 5, lower 2, newest 6, widest 3: the worked example of the paper, without its end-of-word mark
        var learnt = BpeTrainer.train(Map.of("low", 5L, "lower", 2L, "newest", 6L, "widest", 3L), 3);
        assertEquals("es", text(learnt, 256));
        assertEquals("est", text(learnt, 257));
        assertEquals("lo", text(learnt, 258));
        assertEquals(new BpeTrainer.Merge('e', 's'), learnt.merges().getFirst());
    }

    @Test
    void shouldStopWhenNoPairOccursTwice() {
        assertEquals(0, BpeTrainer.train(Map.of("abc", 1L), 10).merges().size());
    }

    @Test
    void shouldCountOverlappingPairsOnceWhenMerging() {
        var learnt = BpeTrainer.train(Map.of("aaaa", 2L), 2);
        assertEquals("aa", text(learnt, 256));
        assertEquals("aaaa", text(learnt, 257));
    }

    private static String text(BpeTrainer.Learnt learnt, int symbol) {
        return new String(learnt.symbols().get(symbol), StandardCharsets.UTF_8);
    }
}
