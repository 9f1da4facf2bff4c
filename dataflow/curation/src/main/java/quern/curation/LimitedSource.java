package quern.curation;

/** The first samples of another source, which it owns. */
public final class LimitedSource implements SampleSource {

    private final SampleSource source;
    private final long samplesMax;
    private long taken;

    public LimitedSource(SampleSource source, long samplesMax) {
        this.source = source;
        this.samplesMax = samplesMax;
    }

    @Override
    public void seek(String position) {
        int end = position.indexOf(':');
        taken = Long.parseLong(position, 0, end, 10);
        source.seek(position.substring(end + 1));
    }

    @Override
    public Item next() {
        if (taken == samplesMax) {
            return null;
        }
        taken++;
        return source.next();
    }

    @Override
    public String position() {
        return taken + ":" + source.position();
    }

    @Override
    public void close() {
        source.close();
    }
}
