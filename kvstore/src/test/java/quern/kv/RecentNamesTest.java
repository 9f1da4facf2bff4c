package quern.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecentNamesTest {

    private static final int MAX = 16;

    @Test
    void shouldForgetTheOldestWhenThereIsNoRoom() {
        RecentNames names = new RecentNames(MAX);
        for (int name = 1; name <= MAX + 1; name++) {
            names.add(name);
        }
        assertFalse(names.remove(1), "the oldest");
        for (int name = 2; name <= MAX + 1; name++) {
            assertTrue(names.remove(name), "name " + name);
            assertFalse(names.remove(name), "a second time, " + name);
        }
    }

    /** Names of few bits meet in the table, so that what is removed lies between others. */
    @Test
    void shouldKnowWhatAListKnowsWhateverIsAddedAndRemoved() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int run = 0; run < 50; run++) {
            RecentNames names = new RecentNames(MAX);
            Deque<Long> places = new ArrayDeque<>();
            for (int i = 0; i < 500; i++) {
                long name = 1 + random.nextInt(12) * (random.nextBoolean() ? 1L : 32L) + (random.nextLong(3) << 40);
                boolean known = places.contains(name);
                assertEquals(known, names.remove(name), "seed " + seed + ", run " + run + ", step " + i);
                Deque<Long> rest = new ArrayDeque<>();
                places.forEach(other -> rest.add(other == name ? Long.valueOf(0) : other));
                places = rest;
                if (random.nextInt(3) > 0) {
                    names.add(name);
                    places.add(name);
                    if (places.size() > MAX) {
                        places.remove();
                    }
                }
                if (random.nextInt(200) == 0) {
                    names.clear();
                    places.clear();
                }
            }
        }
    }

    @Test
    void shouldRefuseRoomThatIsNoPowerOfTwo() {
        assertThrows(IllegalArgumentException.class, () -> new RecentNames(12));
    }
}
