package quern.curation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import quern.ingest.Sample;
import quern.ingest.reader.Item.Refused;
import quern.ingest.reader.Item.Whole;
import quern.ingest.reader.Manner;
import quern.ingest.reader.ReadLimits;
import quern.ingest.reader.RowReader;

/**
 * Rows of local files as samples, file by file. Of a file with a weight, samples are taken in even steps: of the first
 * {@code n} rows {@code floor(n * weight)}.
 */
public final class FileSource implements SampleSource {

    /**
     * @param id that its samples name as their document
     * @param input index of the input it belongs to, never less than that of the part before
     */
    public record Part(Path file, String id, double weight, int input) {

        /** Of the only input. */
        public Part(Path file, String id, double weight) {
            this(file, id, weight, 0);
        }
    }

    private final List<Part> parts;
    private final List<Long> samplesMax;
    private final ReadLimits limits;
    private final Manner manner;
    private RowReader reader;
    private int part;
    /** Rows of the file that are behind. */
    private long row;
    /** Samples given of the current input. */
    private long taken;
    /** The row of which more copies are to be given, with where it began. */
    private Sample again;
    private String againAt;
    private long copies;

    /** All samples of all parts. */
    public FileSource(List<Part> parts, ReadLimits limits, Manner manner) {
        this(parts, List.of(), limits, manner);
    }

    /** @param samplesMax most samples of each input; empty: all */
    FileSource(List<Part> parts, List<Long> samplesMax, ReadLimits limits, Manner manner) {
        this.parts = List.copyOf(parts);
        this.samplesMax = List.copyOf(samplesMax);
        this.limits = limits;
        this.manner = manner;
    }

    @Override
    public void seek(String position) {
        close();
        String[] numbers = position.split("/");
        part = Integer.parseInt(numbers[0]);
        taken = Long.parseLong(numbers[1]);
        row = Long.parseLong(numbers[2]);
        long given = Long.parseLong(numbers[3]);
        again = null;
        if (part == parts.size()) {
            return;
        }
        open();
        reader.seek(numbers[4]);
        if (given > 0 && reader.next() instanceof Whole whole) {
            again = whole.sample();
            againAt = numbers[4];
            row++;
            copies = copies(row) - given;
        }
    }

    @Override
    public SampleSource.Item next() {
        while (true) {
            if (isFull()) {
                leaveInput();
            }
            if (again != null) {
                taken++;
                Sample sample = again;
                if (--copies == 0) {
                    again = null;
                    return new Read(sample);
                }
                ObjectNode own = sample.fields().deepCopy();
                return new Read(new Sample(own, sample.documentId(), sample.from(), sample.to(), sample.page()));
            }
            if (reader == null) {
                if (part == parts.size()) {
                    return null;
                }
                open();
            }
            String at = reader.position();
            switch (reader.next()) {
                case null -> nextPart();
                case Refused refused -> {
                    taken++;
                    return new Unreadable(parts.get(part).id(), refused.reason());
                }
                case Whole whole -> {
                    copies = copies(++row);
                    again = copies > 0 ? whole.sample() : null;
                    againAt = at;
                }
            }
        }
    }

    private boolean isFull() {
        return !samplesMax.isEmpty() && part < parts.size() && taken >= samplesMax.get(parts.get(part).input());
    }

    private void leaveInput() {
        int input = parts.get(part).input();
        again = null;
        while (part < parts.size() && parts.get(part).input() == input) {
            nextPart();
        }
    }

    private void nextPart() {
        close();
        part++;
        row = 0;
        if (part < parts.size() && parts.get(part).input() != parts.get(part - 1).input()) {
            taken = 0;
        }
    }

    /** How often the row is given, the first one being 1. */
    private long copies(long number) {
        double weight = parts.get(part).weight();
        return (long) Math.floor(number * weight) - (long) Math.floor((number - 1) * weight);
    }

    private void open() {
        Part next = parts.get(part);
        reader = RowReader.open(next.file(), next.id(), limits, manner);
    }

    @Override
    public String position() {
        if (again != null) {
            return part + "/" + taken + "/" + (row - 1) + "/" + (copies(row) - copies) + "/" + againAt;
        }
        return part + "/" + taken + "/" + row + "/0/" + (reader == null ? "0" : reader.position());
    }

    @Override
    public void close() {
        if (reader != null) {
            reader.close();
            reader = null;
        }
    }
}
