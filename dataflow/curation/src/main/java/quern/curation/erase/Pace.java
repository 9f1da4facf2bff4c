package quern.curation.erase;

/** Counts lines and tells of them now and then. */
final class Pace {

    private static final int LINES = 256;

    private final Progress progress;
    private long lines;

    Pace(Progress progress) {
        this.progress = progress;
    }

    void line() {
        if (lines++ % LINES == 0) {
            progress.at(lines);
        }
    }

    /** Something is done that is no line. */
    void told() {
        progress.at(lines);
    }
}
