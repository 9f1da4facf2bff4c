package quern.kv.journal;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * How long a key takes to be refused says nothing of how much of it is right (CVE-2025-59425): over 10,000 tries in
 * random order, time and length of the right beginning do not correlate. Without a correlation the coefficient has a
 * standard deviation of 0.01; the limit is ten of them, and a comparison that stops early exceeds it by far.
 */
class KeyTimingTest {

    private static final int TRIES = 10_000;
    private static final double LIMIT = 0.1;

    private static String wrongAfter(String key, int right) {
        char wrong = key.charAt(right) == 'A' ? 'B' : 'A';
        return key.substring(0, right) + wrong + key.substring(right + 1);
    }

    private static int secretFrom(KeyRecord.Issued issued) {
        return issued.token().indexOf(issued.key().id()) + issued.key().id().length() + 1;
    }

    /** Correlation of the ranks of two rows of numbers (Spearman): no single slow try counts for much. */
    private static double correlation(Predicate<String> accepts, String key, int from) {
        Random random = new Random(5);
        double[] right = new double[TRIES];
        double[] nanos = new double[TRIES];
        for (int i = -TRIES; i < TRIES; i++) {
            int length = from + random.nextInt(key.length() - from);
            String wrong = wrongAfter(key, length);
            long began = System.nanoTime();
            boolean accepted = accepts.test(wrong);
            long took = System.nanoTime() - began;
            assertFalse(accepted);
            if (i >= 0) {
                right[i] = length;
                nanos[i] = took;
            }
        }
        return pearson(ranks(right), ranks(nanos));
    }

    private static double[] ranks(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return Arrays.stream(values).map(value -> {
            int first = Arrays.binarySearch(sorted, value);
            int last = first;
            while (first > 0 && sorted[first - 1] == value) {
                first--;
            }
            while (last < sorted.length - 1 && sorted[last + 1] == value) {
                last++;
            }
            return (first + last) / 2.0;
        }).toArray();
    }

    private static double pearson(double[] x, double[] y) {
        double meanX = Arrays.stream(x).average().orElseThrow();
        double meanY = Arrays.stream(y).average().orElseThrow();
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < x.length; i++) {
            xy += (x[i] - meanX) * (y[i] - meanY);
            xx += (x[i] - meanX) * (x[i] - meanX);
            yy += (y[i] - meanY) * (y[i] - meanY);
        }
        return xx == 0 || yy == 0 ? 0 : xy / Math.sqrt(xx * yy);
    }

    @Test
    void shouldTakeAsLongForAlmostRightKeysAsForWrongOnes() {
        KeyRecord.Issued issued = KeyRecord.issue("test", List.of(), Optional.empty(), Set.of(), 0);
        String key = issued.token();
        assertTrue(issued.key().accepts(key));
        int secret = secretFrom(issued);
        assertTrue(key.length() - secret >= 32, "a secret of " + (key.length() - secret) + " characters");
        double found = correlation(issued.key()::accepts, key, secret);
        assertTrue(Math.abs(found) < LIMIT, "correlation " + found);
    }

    @Test
    void shouldFindTheCorrelationOfAComparisonThatStopsEarly() {
        KeyRecord.Issued issued = KeyRecord.issue("test", List.of(), Optional.empty(), Set.of(), 0);
        String key = issued.token();
        double found = correlation(wrong -> stopsEarly(key, wrong), key, secretFrom(issued));
        assertTrue(found > 2 * LIMIT, "correlation " + found);
    }

    /** Each character costs as much as a slow loop's does in an interpreter. */
    private static boolean stopsEarly(String key, String found) {
        double work = 1;
        for (int i = 0; i < key.length(); i++) {
            if (key.charAt(i) != found.charAt(i)) {
                return work < 0;
            }
            for (int j = 0; j < 50; j++) {
                work = Math.sqrt(work + i);
            }
        }
        return true;
    }
}
