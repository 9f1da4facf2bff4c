package quern.tuning;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import quern.config.QuernException;
import quern.config.TuningOptimizer;
import quern.kv.AtomicFile;
import quern.tuning.network.Parameter;

/**
 * A {@link TrainingState} in a file: temporary file, force, rename, so that there is always a whole one. Little-endian:
 * magic, format version, the run's identity, its optimizer, steps made, per parameter its name, size, values and
 * moments, in version {@value #VERSION_BEST} what validation has found, at the end CRC32C of all before. Batches are
 * functions of seed and step, so the step is also the position in the data and the state of the random numbers: a
 * resumed run goes on bit for bit.
 */
public final class Checkpoint {

    private static final int MAGIC = 0x504b4351;
    private static final int VERSION = 2;
    /** Of a run that is validated. */
    private static final int VERSION_BEST = 3;
    /** Knew AdamW alone. */
    private static final int VERSION_ADAMW = 1;
    private static final int TEXT_BYTES_MAX = 4096;

    private final Path file;
    private final String identity;

    /**
     * @param identity what must be equal for a state to be resumed: shape, settings, data. A file of another run is
     *     refused
     */
    public Checkpoint(Path file, String identity) {
        this.file = file;
        this.identity = identity;
    }

    public boolean exists() {
        return Files.exists(file);
    }

    /** Writes the state in place of the one before. */
    public void save(TrainingState state) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            AtomicFile.write(file, channel -> new Writing(channel).all(state));
        } catch (IOException failed) {
            throw new QuernException(QuernException.Category.RETRYABLE,
                    "checkpoint " + file + " cannot be written: " + failed.getMessage(), failed);
        }
    }

    /**
     * Reads the file into a state of the same parameters.
     *
     * @throws QuernException if the file is damaged or of another run, saying which; the state is then unusable
     */
    public void load(TrainingState state) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            new Reading(channel).all(state);
        } catch (IOException failed) {
            throw new QuernException(QuernException.Category.ERROR,
                    "checkpoint " + file + " cannot be read: " + failed.getMessage(), failed);
        }
    }

    private QuernException damaged(String what) {
        return new QuernException(QuernException.Category.ERROR, "checkpoint " + file + ": " + what);
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private final class Writing {

        private final FileChannel channel;
        private final CRC32C sum = new CRC32C();

        Writing(FileChannel channel) {
            this.channel = channel;
        }

        void all(TrainingState state) throws IOException {
            put(littleEndian(8).putInt(MAGIC).putInt(state.best().isPresent() ? VERSION_BEST : VERSION));
            text(identity);
            text(state.optimizer().name());
            put(littleEndian(8).putInt(state.step()).putInt(state.parameters().size()));
            for (int i = 0; i < state.parameters().size(); i++) {
                Parameter parameter = state.parameters().get(i);
                text(parameter.name());
                put(littleEndian(4).putInt(parameter.size()));
                floats(parameter.values().values());
                for (float[] moments : state.moments(i).arrays()) {
                    floats(moments);
                }
                for (byte[] codes : state.moments(i).codes()) {
                    put(ByteBuffer.wrap(codes).position(codes.length));
                }
            }
            if (state.best().isPresent()) {
                best(state.best().get());
            }
            put(littleEndian(8).putLong(sum.getValue()));
        }

        private void best(BestValues best) throws IOException {
            put(littleEndian(20).putDouble(best.loss()).putInt(best.step()).putInt(best.measuredStep())
                    .putInt(best.staleCount()));
            for (float[] values : best.values()) {
                floats(values);
            }
        }

        private void text(String text) throws IOException {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            if (bytes.length > TEXT_BYTES_MAX) {
                throw new IllegalArgumentException(
                        "text of " + bytes.length + " bytes, at most " + TEXT_BYTES_MAX);
            }
            put(littleEndian(4 + bytes.length).putInt(bytes.length).put(bytes));
        }

        private void floats(float[] values) throws IOException {
            ByteBuffer bytes = littleEndian(Math.multiplyExact(values.length, Float.BYTES));
            bytes.asFloatBuffer().put(values);
            put(bytes.position(bytes.capacity()));
        }

        private void put(ByteBuffer bytes) throws IOException {
            bytes.flip();
            sum.update(bytes.duplicate());
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }

    private final class Reading {

        private final FileChannel channel;
        private final CRC32C sum = new CRC32C();

        Reading(FileChannel channel) {
            this.channel = channel;
        }

        void all(TrainingState state) throws IOException {
            ByteBuffer head = take(8);
            int magic = head.getInt();
            int version = head.getInt();
            if (magic != MAGIC || version < VERSION_ADAMW || version > VERSION_BEST) {
                throw damaged("not a checkpoint of version " + VERSION_ADAMW + " to " + VERSION_BEST);
            }
            expect("run", identity, text());
            expect("optimizer", state.optimizer().name(),
                    version == VERSION_ADAMW ? TuningOptimizer.ADAMW.name() : text());
            int step = take(4).getInt();
            expect("parameters", String.valueOf(state.parameters().size()), String.valueOf(take(4).getInt()));
            for (int i = 0; i < state.parameters().size(); i++) {
                Parameter parameter = state.parameters().get(i);
                expect("parameter", parameter.name(), text());
                expect(parameter.name(), String.valueOf(parameter.size()), String.valueOf(take(4).getInt()));
                floats(parameter.values().values());
                for (float[] moments : state.moments(i).arrays()) {
                    floats(moments);
                }
                for (byte[] codes : state.moments(i).codes()) {
                    take(codes.length).get(codes);
                }
            }
            expect("a validated run", String.valueOf(state.best().isPresent()),
                    String.valueOf(version == VERSION_BEST));
            if (state.best().isPresent()) {
                best(state.best().get());
            }
            long computed = sum.getValue();
            if (take(8).getLong() != computed) {
                throw damaged("its checksum does not fit, it is damaged");
            }
            state.stepTo(step);
        }

        private void best(BestValues best) throws IOException {
            ByteBuffer found = take(20);
            best.set(found.getDouble(), found.getInt(), found.getInt(), found.getInt());
            for (float[] values : best.values()) {
                floats(values);
            }
        }

        private void expect(String what, String expected, String found) {
            if (!expected.equals(found)) {
                throw damaged(what + " is " + found + ", expected " + expected);
            }
        }

        private String text() throws IOException {
            int length = take(4).getInt();
            if (length < 0 || length > TEXT_BYTES_MAX) {
                throw damaged("text of " + length + " bytes, at most " + TEXT_BYTES_MAX);
            }
            return StandardCharsets.UTF_8.decode(take(length)).toString();
        }

        private void floats(float[] values) throws IOException {
            take(Math.multiplyExact(values.length, Float.BYTES)).asFloatBuffer().get(values);
        }

        private ByteBuffer take(int bytes) throws IOException {
            if (bytes > channel.size() - channel.position()) {
                throw damaged("ends after " + channel.size() + " bytes");
            }
            ByteBuffer buffer = littleEndian(bytes);
            while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
                // A channel may give less than asked for.
            }
            buffer.flip();
            sum.update(buffer.duplicate());
            return buffer;
        }
    }
}
