package quern.curation;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Samples of the stage before, after a {@link ClusterDeduplicator} has decided over all of them, read one after the
 * other. The decision is made when this first opens, from the files alone, and kept in a file until the run is done.
 */
final class ClusteredInput implements StageInput {

    private static final int BUFFER_BYTES = 1 << 18;

    private final String label;
    private final Path lines;
    private final JoinedSignatures signatures;
    private final List<SignatureFile> files;
    private final int earlierCount;
    private final DataInputStream standsFor;
    private final InputStream samples;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int read;
    private int filled;
    private int next;
    private long offset;

    /** @param memoryBytes most memory for the decision; the result does not depend on it */
    ClusteredInput(Path directory, int stage, ClusterDeduplicator deduplicator, String label, long memoryBytes,
            String position, EarlierDatasets datasets) {
        this.label = label;
        lines = Spill.linesPath(directory, stage);
        files = new ArrayList<>(datasets.open(deduplicator));
        earlierCount = files.stream().mapToInt(SignatureFile::count).sum();
        files.add(new SignatureFile(directory, Spill.name(stage), deduplicator.signatureBytes()));
        signatures = new JoinedSignatures(files);
        Path decision = directory.resolve(Spill.name(stage) + "-" + compared() + ".clusters");
        try {
            if (!Files.exists(decision)) {
                decide(deduplicator, new Scratch(directory, Spill.name(stage) + "-", memoryBytes), decision);
            }
            if (!position.isEmpty()) {
                next = Integer.parseInt(position.substring(0, position.indexOf(':')));
                offset = Long.parseLong(position.substring(position.indexOf(':') + 1));
            }
            standsFor = new DataInputStream(new BufferedInputStream(Files.newInputStream(decision), BUFFER_BYTES));
            standsFor.skipNBytes((long) Integer.BYTES * (earlierCount + (long) next));
            samples = Files.newInputStream(lines);
            samples.skipNBytes(offset);
        } catch (IOException e) {
            throw new UncheckedIOException(lines.toString(), e);
        }
    }

    /** Another name where an earlier dataset has changed: what was decided against the one before does not count. */
    private String compared() {
        return Hashes.sha256(String.join("\n", files.stream().map(SignatureFile::name).toList())).substring(0, 16);
    }

    private void decide(ClusterDeduplicator deduplicator, Scratch scratch, Path decision) throws IOException {
        Path temporary = scratch.file("clusters.tmp");
        try (AppendFile file = new AppendFile(temporary, 0)) {
            byte[] bytes = new byte[Integer.BYTES];
            deduplicator.cluster(signatures, scratch, first -> {
                bytes[0] = (byte) (first >>> 24);
                bytes[1] = (byte) (first >>> 16);
                bytes[2] = (byte) (first >>> 8);
                bytes[3] = (byte) first;
                file.append(bytes, bytes.length);
            });
            if (file.length() != (long) Integer.BYTES * signatures.count()) {
                throw new RunException(label + " decided about " + file.length() / Integer.BYTES + " samples of "
                        + signatures.count());
            }
            file.force();
        }
        Files.move(temporary, decision, StandardCopyOption.ATOMIC_MOVE);
        Json.forceDirectory(decision.getParent());
    }

    @Override
    public Item next() {
        try {
            byte[] line = line();
            if (line == null) {
                return null;
            }
            Draft draft = Spill.draft(Json.MAPPER.readTree(line));
            int self = earlierCount + next++;
            int first = standsFor.readInt();
            return first == self ? new Live(draft) : new Gone(label, new RejectLog.Entry(draft.sample().id(),
                    draft.sample().documentId(), label, "duplicate", Double.NaN, Double.NaN, signatures.idOf(first),
                    draft.changedBy()));
        } catch (IOException e) {
            throw new UncheckedIOException(lines + ", sample " + next, e);
        }
    }

    @Override
    public String position() {
        return next + ":" + offset;
    }

    @Override
    public void close() {
        try (samples; standsFor) {
            files.forEach(SignatureFile::close);
        } catch (IOException e) {
            throw new UncheckedIOException(lines.toString(), e);
        }
    }

    /** The next line without its end, null after the last one. */
    private byte[] line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(1 << 10);
        while (true) {
            int at = read;
            while (at < filled && buffer[at] != '\n') {
                at++;
            }
            line.write(buffer, read, at - read);
            if (at < filled) {
                read = at + 1;
                offset += line.size() + 1L;
                return line.toByteArray();
            }
            read = 0;
            filled = Math.max(0, samples.read(buffer));
            if (filled == 0) {
                return null;
            }
        }
    }
}
