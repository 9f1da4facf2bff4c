package quern.tuning;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import quern.config.QuernException;
import quern.config.QuernException.Category;
import quern.kv.AtomicFile;

/**
 * A forward-only run as its steps, {@value #ENTRY_BYTES} bytes each: seed of the direction and how far it went, and
 * what validation found between them. Made again from the first adapter on they give the same weights, bit for bit. The
 * file, little-endian: magic, version, the run's identity, entries, CRC32C of all before; written whole, forced,
 * renamed.
 */
public final class StepLog implements Snapshots {

    private static final int MAGIC = 0x534b4351;
    private static final int VERSION = 1;
    private static final int ENTRY_BYTES = 16;
    private static final int TEXT_BYTES_MAX = 4096;

    public sealed interface Entry {

        int step();
    }

    /** @param moved against its direction */
    public record Step(int step, long seed, float moved) implements Entry {}

    /** Loss of validation behind a step. */
    public record Validated(int step, double loss) implements Entry {}

    private final Path file;
    private final String identity;
    private final List<Entry> entries = new ArrayList<>();
    private int taken;
    private Runnable reset;
    private ForwardTrainer trainer;

    public StepLog(Path file, String identity) {
        this.file = file;
        this.identity = identity;
    }

    /**
     * Makes all steps of the file again, if there is one.
     *
     * @param anew makes the parameters what they were before the first step
     * @throws QuernException ERROR if the file is damaged or of another run, saying which
     */
    void resume(ForwardTrainer with, Runnable anew) {
        trainer = with;
        reset = anew;
        if (Files.exists(file)) {
            read().forEach(entry -> {
                entries.add(entry);
                repeat(entry);
            });
            taken = entries.size();
        }
    }

    private void repeat(Entry entry) {
        switch (entry) {
            case Step made -> trainer.repeat(made);
            case Validated found -> trainer.state().best().ifPresent(best ->
                    best.measured(found.step(), found.loss(), trainer.state().parameters()));
        }
    }

    /** Everything so far. */
    public List<Entry> entries() {
        synchronized (entries) {
            return List.copyOf(entries);
        }
    }

    void add(Entry entry) {
        synchronized (entries) {
            entries.add(entry);
        }
    }

    @Override
    public void take(TrainingState state) {
        synchronized (entries) {
            taken = entries.size();
        }
    }

    /** All of them again up to there: rarely needed, when a run has failed. */
    @Override
    public void restore(TrainingState state) {
        synchronized (entries) {
            entries.subList(taken, entries.size()).clear();
        }
        reset.run();
        state.stepTo(0);
        state.best().ifPresent(best -> best.set(Double.POSITIVE_INFINITY, 0, 0, 0));
        entries.forEach(this::repeat);
    }

    @Override
    public void save() {
        byte[] name = identity.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes;
        synchronized (entries) {
            bytes = littleEndian(12 + name.length + taken * ENTRY_BYTES + 8);
            bytes.putInt(MAGIC).putInt(VERSION).putInt(name.length).put(name);
            for (Entry entry : entries.subList(0, taken)) {
                switch (entry) {
                    case Step made -> bytes.putInt(made.step()).putLong(made.seed()).putFloat(made.moved());
                    case Validated found -> bytes.putInt(-found.step()).putDouble(found.loss()).putFloat(0);
                }
            }
        }
        bytes.putLong(sum(bytes));
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            AtomicFile.write(file, bytes.array());
        } catch (IOException failed) {
            throw new QuernException(Category.RETRYABLE,
                    "step log " + file + " cannot be written: " + failed.getMessage(), failed);
        }
    }

    private List<Entry> read() {
        ByteBuffer bytes = content();
        if (bytes.remaining() < 20 || bytes.getInt() != MAGIC || bytes.getInt() != VERSION) {
            throw damaged("is no step log of version " + VERSION);
        }
        int end = bytes.limit() - 8;
        int nameBytes = bytes.getInt();
        if (nameBytes < 0 || nameBytes > TEXT_BYTES_MAX || (end - 12 - nameBytes) % ENTRY_BYTES != 0
                || bytes.getLong(end) != sum(bytes.duplicate().position(end))) {
            throw damaged("its checksum does not fit, it is damaged");
        }
        byte[] name = new byte[nameBytes];
        bytes.get(name);
        String found = new String(name, StandardCharsets.UTF_8);
        if (!found.equals(identity)) {
            throw damaged("run is " + found + ", expected " + identity);
        }
        List<Entry> read = new ArrayList<>();
        while (bytes.position() < end) {
            int step = bytes.getInt();
            long bits = bytes.getLong();
            float moved = bytes.getFloat();
            read.add(step < 0 ? new Validated(-step, Double.longBitsToDouble(bits)) : new Step(step, bits, moved));
        }
        return read;
    }

    /** Of all before its position. */
    private static long sum(ByteBuffer bytes) {
        CRC32C sum = new CRC32C();
        sum.update(bytes.duplicate().flip());
        return sum.getValue();
    }

    private ByteBuffer content() {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer bytes = littleEndian(Math.toIntExact(channel.size()));
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                // A channel may give less than asked for.
            }
            return bytes.flip();
        } catch (IOException failed) {
            throw damaged("cannot be read: " + failed.getMessage());
        }
    }

    private QuernException damaged(String what) {
        return new QuernException(Category.ERROR, "step log " + file + ": " + what);
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
