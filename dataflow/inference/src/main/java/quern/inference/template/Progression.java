package quern.inference.template;

import java.util.AbstractList;

/** Python's {@code range}: numbers from {@code start} by {@code step}, short of {@code stop}. */
final class Progression extends AbstractList<Object> {

    private final long start;
    private final long stop;
    private final long step;
    private final int count;

    Progression(long start, long stop, long step, int count) {
        this.start = start;
        this.stop = stop;
        this.step = step;
        this.count = count;
    }

    @Override
    public Object get(int index) {
        return start + index * step;
    }

    @Override
    public int size() {
        return count;
    }

    /** Every {@code stride}-th number from index {@code first} short of {@code end}. */
    Progression slice(int first, int end, int stride) {
        long taken = stride > 0 ? Math.ceilDiv((long) end - first, (long) stride)
                : Math.ceilDiv((long) first - end, -(long) stride);
        return new Progression(
                start + first * step, start + end * step, step * stride, (int) Math.max(0, taken));
    }

    /** As Python writes it. */
    String written() {
        return "range(" + start + ", " + stop + (step == 1 ? "" : ", " + step) + ")";
    }
}
