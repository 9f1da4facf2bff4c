package quern.actors.fleet;

/** How fast models are loaded on this machine: the bytes a second of late, and what each takes besides. One thread. */
public final class LoadRate {

    private static final double WEIGHT = 0.3;
    /** Until one was loaded: a disk that is not fast, and a start of the kernels. */
    private double bytesPerSecond = 200e6;
    private double fixedSeconds = 1;
    private boolean measured;

    /** From what was loaded at the start. */
    public static LoadRate of(long bytes, long nanos) {
        LoadRate rate = new LoadRate();
        rate.add(bytes, nanos);
        return rate;
    }

    void add(long bytes, long nanos) {
        double seconds = Math.max(nanos / 1e9, 1e-3);
        // Small models take their time whatever their size: what is below a second says nothing about bytes.
        double beside = Math.min(seconds, 1);
        double rate = bytes / Math.max(seconds - beside, 1e-3);
        fixedSeconds += (measured ? WEIGHT : 1) * (beside - fixedSeconds);
        if (seconds > beside) {
            bytesPerSecond += (measured ? WEIGHT : 1) * (rate - bytesPerSecond);
        }
        measured = true;
    }

    long nanosOf(long bytes) {
        return (long) (1e9 * (fixedSeconds + bytes / bytesPerSecond));
    }
}
