package quern.inference.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import quern.gpu.kernel.KvLayout;
import quern.gpu.kernel.KvRows;
import quern.inference.LoadedModel;
import quern.inference.transformer.ForwardBatch;
import quern.inference.transformer.Transformer;

/**
 * How long steps of so many rows take: a model's own, on this machine, measured once. It tells how many prompt
 * tokens a step may take so that running streams do not notice (the token budget of Sarathi-Serve, arXiv 2403.02310).
 *
 * @param points by rows, ascending, neither rows nor time falling
 */
public record StepProfile(List<Point> points) {

    /** Nothing was measured. */
    public static final StepProfile NONE = new StepProfile(List.of());

    private static final int BLOCK_BYTES_ALIGNMENT = 64;

    /** The shortest time that a step of so many rows took. */
    public record Point(int rows, long nanos) {}

    public StepProfile {
        List<Point> rising = new ArrayList<>();
        for (Point point : points) {
            long before = rising.isEmpty() ? 1 : rising.getLast().nanos();
            rising.add(new Point(point.rows(), Math.max(point.nanos(), before)));
        }
        points = List.copyOf(rising);
    }

    /**
     * Runs steps of growing size, twice each, until the next would take longer than is left. The first runs whatever
     * the limit. Drives the compute team, so no loop may run meanwhile; warms up what the steps use.
     *
     * @param rowsMax of the largest step
     */
    public static StepProfile measure(LoadedModel model, KvLayout layout, int rowsMax, Duration limit) {
        return measure(model, layout, rowsMax, limit, System::nanoTime);
    }

    static StepProfile measure(
            LoadedModel model, KvLayout layout, int rowsMax, Duration limit, LongSupplier nanoClock) {
        int most = Math.min(rowsMax, model.shape().contextTokens());
        long until = nanoClock.getAsLong() + limit.toNanos();
        List<Point> points = new ArrayList<>();
        Transformer transformer = model.transformer();
        try (Arena arena = Arena.ofShared()) {
            List<MemorySegment> blocks = new ArrayList<>();
            for (int rows = 1; rows <= most; rows = next(rows, most)) {
                long expected = new StepProfile(points).nanosOf(rows);
                if (!points.isEmpty() && nanoClock.getAsLong() + expected > until) {
                    break;
                }
                while (blocks.size() * layout.blockTokens() < rows) {
                    blocks.add(arena.allocate(layout.blockBytes(), BLOCK_BYTES_ALIGNMENT));
                }
                ForwardBatch batch = batch(model, layout, blocks, 0, rows);
                long nanos = run(transformer, batch, nanoClock);
                boolean again = nanoClock.getAsLong() + nanos <= until;
                points.add(new Point(rows, again ? Math.min(nanos, run(transformer, batch, nanoClock)) : nanos));
            }
        }
        return new StepProfile(points);
    }

    /** Runs one step of so many rows, at most the model's context, and tells nobody. @return its time in nanoseconds */
    public static long rehearse(LoadedModel model, KvLayout layout, int rows) {
        return rehearse(model, layout, rows, 0);
    }

    /**
     * The same behind tokens that are known: their keys and values are zeros, of one block again and again.
     *
     * @param behind how many; fewer if the model's context does not hold them
     */
    public static long rehearse(LoadedModel model, KvLayout layout, int rows, int behind) {
        int context = model.shape().contextTokens();
        int taken = Math.min(rows, context);
        int known = Math.min(behind, context - taken) / layout.blockTokens() * layout.blockTokens();
        try (Arena arena = Arena.ofShared()) {
            List<MemorySegment> blocks = new ArrayList<>(Collections.nCopies(
                    known / layout.blockTokens(), arena.allocate(layout.blockBytes(), BLOCK_BYTES_ALIGNMENT)));
            while (blocks.size() * layout.blockTokens() < known + taken) {
                blocks.add(arena.allocate(layout.blockBytes(), BLOCK_BYTES_ALIGNMENT));
            }
            return run(model.transformer(), batch(model, layout, blocks, known, taken), System::nanoTime);
        }
    }

    private static int next(int rows, int most) {
        return rows == most ? most + 1 : Math.min(most, 2 * rows);
    }

    private static ForwardBatch batch(
            LoadedModel model, KvLayout layout, List<MemorySegment> blocks, int first, int rows) {
        int vocabulary = model.shape().vocabulary();
        int[] tokens = IntStream.range(0, rows).map(i -> (int) (i * 7919L % vocabulary)).toArray();
        MemorySegment[][] memory = new MemorySegment[rows][];
        Arrays.fill(memory, blocks.toArray(MemorySegment[]::new));
        return new ForwardBatch(tokens, new KvRows(layout, memory, IntStream.range(first, first + rows).toArray()),
                List.of(),
                new int[] {rows - 1});
    }

    private static long run(Transformer transformer, ForwardBatch batch, LongSupplier nanoClock) {
        long from = nanoClock.getAsLong();
        transformer.forward(batch);
        return nanoClock.getAsLong() - from;
    }

    /** Time of a step of so many rows, on the straight line through the two points next to it. */
    public long nanosOf(int rows) {
        if (points.isEmpty()) {
            return 0;
        }
        int upper = upper(point -> point.rows() >= rows);
        Point to = points.get(upper);
        Point from = upper == 0 ? new Point(0, 0) : points.get(upper - 1);
        return (long) (from.nanos() + (rows - from.rows()) * slope(from, to));
    }

    /**
     * Time of computing so many tokens of a prompt, in steps no larger than the largest that was measured: beyond that
     * no line is drawn, which would be level where a busy machine made small steps take as long as large ones.
     */
    public long promptNanos(int tokens) {
        if (points.isEmpty()) {
            return 0;
        }
        Point largest = points.getLast();
        return tokens / largest.rows() * largest.nanos() + nanosOf(tokens % largest.rows());
    }

    /** Rows of the largest step that takes no longer; any number if nothing was measured. */
    public int rowsWithin(long nanos) {
        if (points.isEmpty()) {
            return Integer.MAX_VALUE;
        }
        int upper = upper(point -> point.nanos() >= nanos);
        Point to = points.get(upper);
        Point from = upper == 0 ? new Point(0, 0) : points.get(upper - 1);
        double slope = slope(from, to);
        return slope == 0 ? Integer.MAX_VALUE : (int) Math.min(
                Integer.MAX_VALUE, from.rows() + Math.floor((nanos - from.nanos()) / slope));
    }

    private int upper(Predicate<Point> reached) {
        int index = 0;
        while (index < points.size() - 1 && !reached.test(points.get(index))) {
            index++;
        }
        return index;
    }

    private static double slope(Point from, Point to) {
        return (to.nanos() - from.nanos()) / (double) (to.rows() - from.rows());
    }
}
