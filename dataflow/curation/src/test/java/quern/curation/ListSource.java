package quern.curation;

import java.util.List;
import quern.ingest.Sample;

/** Samples from memory; the fields are copied, so that a list can be read again. */
final class ListSource implements SampleSource {

    private final List<Sample> samples;
    private int next;

    ListSource(List<Sample> samples) {
        this.samples = samples;
    }

    @Override
    public void seek(String position) {
        next = Integer.parseInt(position);
    }

    @Override
    public Item next() {
        if (next == samples.size()) {
            return null;
        }
        Sample sample = samples.get(next++);
        return new Read(new Sample(sample.fields().deepCopy(), sample.documentId(), sample.from(), sample.to(),
                sample.page()));
    }

    @Override
    public String position() {
        return Integer.toString(next);
    }

    @Override
    public void close() {}
}
