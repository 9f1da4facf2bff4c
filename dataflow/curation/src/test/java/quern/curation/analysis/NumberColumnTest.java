package quern.curation.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NumberColumnTest {

    @TempDir
    Path directory;

    @Test
    void shouldFindTheSameAsSortingWhenAskedForPercentiles() {
        Random random = new Random(3);
        for (int count : new int[] {1, 2, 3, 10, 8191, 8192, 8193, 20_000}) {
            double[] values = new double[count];
            try (var column = new NumberColumn(directory.resolve("column-" + count))) {
                for (int i = 0; i < count; i++) {
                    values[i] = switch (random.nextInt(4)) {
                        case 0 -> random.nextInt(5) - 2;
                        case 1 -> random.nextGaussian() * 1e9;
                        case 2 -> -0.0;
                        default -> random.nextDouble();
                    };
                    column.add(values[i]);
                }
                Arrays.sort(values);
                for (double share : new double[] {0, 0.01, 0.25, 0.5, 0.77, 0.99, 1}) {
                    double rank = (count - 1) * share;
                    int low = (int) rank;
                    double between = low + 1 < count ? values[low] + (values[low + 1] - values[low]) * (rank - low)
                            : values[low];
                    assertEquals(between, column.quantile(share), Math.abs(between) * 1e-12 + 1e-12,
                            count + " values, " + share);
                }
                assertEquals(Arrays.stream(values).filter(value -> value < 0.5).count(),
                        column.count(value -> value < 0.5));
                assertEquals(values[0], column.min(), 0.0);
                assertEquals(Arrays.stream(values).average().orElseThrow(), column.mean(), 1e-3);
            }
        }
    }

    @Test
    void shouldGoOnAddingWhenItWasAskedInBetween() {
        try (var column = new NumberColumn(directory.resolve("column"))) {
            for (int i = 1; i <= 3; i++) {
                column.add(i);
            }
            assertEquals(2, column.quantile(0.5), 0.0);
            column.add(4);
            column.add(5);
            assertEquals(3, column.quantile(0.5), 0.0);
            assertEquals(Math.sqrt(2.5), column.deviation(), 1e-12);
        }
    }
}
