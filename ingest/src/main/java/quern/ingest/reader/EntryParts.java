package quern.ingest.reader;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import quern.ingest.LimitExceeded;

/**
 * The parts of all entries of an archive. An entry that cannot be read is a flaw with its reason, and the next goes
 * on; an archive within is one that cannot.
 */
final class EntryParts implements Parts {

    private static final int ENTRIES_MAX = 100_000;

    private final Entries entries;
    private final Formats formats;
    private Entries.Entry entry;
    private Parts parts;
    private int count;
    private long base;
    private long end;

    EntryParts(Entries entries, Formats formats) {
        this.entries = entries;
        this.formats = formats;
    }

    @Override
    public Part next() throws IOException {
        while (true) {
            if (parts == null) {
                entry = entries.next();
                if (entry == null) {
                    return null;
                } else if (++count > ENTRIES_MAX) {
                    throw new LimitExceeded("more than " + ENTRIES_MAX + " entries");
                } else if (entry.refusal() != null) {
                    return new Flaw(entry.refusal());
                }
            }
            Part part = part();
            if (part != null) {
                return part;
            }
            parts = null;
        }
    }

    /** The entry's next part; null at its end, which a failure is too once its flaw is given. */
    private Part part() throws IOException {
        try {
            boolean first = parts == null;
            if (first) {
                base = end == 0 ? 0 : end + 1;
                parts = formats.open(entry.content(), entry.name(), entry.declared());
            }
            return switch (parts.next()) {
                case null -> {
                    parts.close();
                    yield first ? new Flaw("no text in it") : null;
                }
                case Flaw flaw -> flaw;
                case Fields fields -> {
                    end = Math.max(end, base + fields.to());
                    yield new Fields(named(fields.fields()), base + fields.from(), base + fields.to(), fields.page());
                }
            };
        } catch (IOException | RuntimeException | StackOverflowError e) {
            parts = null;
            entry = Entries.Entry.refused(entry.name(), Reading.reason(e));
            return new Flaw(entry.refusal());
        }
    }

    private ObjectNode named(ObjectNode fields) {
        entry.fields().properties().forEach(field -> {
            if (!fields.has(field.getKey())) {
                fields.set(field.getKey(), field.getValue());
            }
        });
        return fields;
    }

    @Override
    public void close() throws IOException {
        entries.close();
    }
}
