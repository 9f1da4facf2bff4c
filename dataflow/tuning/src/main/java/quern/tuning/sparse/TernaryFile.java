package quern.tuning.sparse;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import quern.config.QuernException;
import quern.gpu.kernel.Matrix;
import quern.inference.LoadedModel;
import quern.inference.transformer.LoraWeights;
import quern.inference.transformer.TransformerWeights.Linear;
import quern.kv.AtomicFile;
import quern.tuning.LoraSettings;
import quern.tuning.LoraTarget;

/**
 * {@code adapter.ternary}: a {@link TernaryAdapter} and the base it belongs to. Big-endian:
 *
 * <pre>
 *   "QUERNTA1"  int bytes of the file
 *   text fingerprint of the base  text its name  text fingerprint of the adapter's numbers
 *   int rank  double alpha  byte rank-stabilised  long seed  byte targets, each a text  int blocks
 *   for each block, target, A then B:
 *     int rows  int columns  float scale  int places  byte Rice parameter
 *     bits: for each place the gap to the one before as Rice's code, then its sign; zeros to the end of the byte
 *   int CRC-32C of all before
 * </pre>
 *
 * A text is a short, its bytes, and as many bytes of UTF-8. Any byte that differs is found.
 */
public final class TernaryFile {

    public static final String NAME = "adapter.ternary";

    private static final byte[] MAGIC = "QUERNTA1".getBytes(StandardCharsets.US_ASCII);
    private static final int FRAME = MAGIC.length + Integer.BYTES + Integer.BYTES;
    private static final int BYTES_MAX = 1 << 30;
    private static final int RICE_MAX = 24;
    private static final int RANK_MAX = 4096;

    private final ByteBuffer in;
    private final LoadedModel base;

    private TernaryFile(ByteBuffer in, LoadedModel base) {
        this.in = in;
        this.base = base;
    }

    /** Writes the file into a directory; it appears whole or not at all. */
    public static void write(Path directory, TernaryAdapter adapter, LoadedModel base) {
        Path file = directory.resolve(NAME);
        try {
            Files.createDirectories(directory);
            AtomicFile.write(file, bytes(adapter, base));
        } catch (IOException failed) {
            throw new QuernException(QuernException.Category.RETRYABLE,
                    "adapter " + file + " cannot be written: " + failed.getMessage(), failed);
        }
    }

    /** The file's bytes; the same for the same adapter and base. */
    static byte[] bytes(TernaryAdapter adapter, LoadedModel base) {
        LoraSettings settings = adapter.settings();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(body);
        try {
            out.writeUTF(base.fingerprint());
            out.writeUTF(base.name());
            out.writeUTF(adapter.expand().fingerprint());
            out.writeInt(settings.rank());
            out.writeDouble(settings.alpha());
            out.writeBoolean(settings.rankStabilized());
            out.writeLong(settings.seed());
            List<LoraTarget> targets = settings.targets().stream().sorted().toList();
            out.writeByte(targets.size());
            for (LoraTarget target : targets) {
                out.writeUTF(target.shortName());
            }
            out.writeInt(adapter.targets().size() / targets.size());
            for (String name : TernaryAdapter.drawnOrder(settings, adapter.targets().size())) {
                write(out, adapter.targets().get(name).a());
                write(out, adapter.targets().get(name).b());
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        ByteBuffer whole = ByteBuffer.allocate(FRAME + body.size());
        whole.put(MAGIC).putInt(whole.capacity()).put(body.toByteArray());
        return whole.putInt(crc(whole.array(), whole.position())).array();
    }

    private static void write(DataOutputStream out, TernaryTensor tensor) throws IOException {
        int parameter = riceParameter(tensor.places());
        out.writeInt(tensor.rows());
        out.writeInt(tensor.columns());
        out.writeFloat(tensor.scale());
        out.writeInt(tensor.places().length);
        out.writeByte(parameter);
        BitWriter bits = new BitWriter();
        int next = 0;
        for (int i = 0; i < tensor.places().length; i++) {
            bits.rice(tensor.places()[i] - next, parameter);
            bits.bit(tensor.negative().get(i));
            next = tensor.places()[i] + 1;
        }
        out.write(bits.toBytes());
    }

    /** The one with the fewest bits. */
    private static int riceParameter(int[] places) {
        int best = 0;
        long bestBits = Long.MAX_VALUE;
        for (int parameter = 0; parameter <= RICE_MAX; parameter++) {
            long bits = (long) places.length * (1 + parameter);
            int next = 0;
            for (int place : places) {
                bits += place - next >>> parameter;
                next = place + 1;
            }
            if (bits < bestBits) {
                best = parameter;
                bestBits = bits;
            }
        }
        return best;
    }

    private static int crc(byte[] bytes, int count) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, count);
        return (int) crc.getValue();
    }

    /**
     * Reads the file of a directory.
     *
     * @throws QuernException ERROR if it is damaged or belongs to another base, naming it and what was expected
     */
    public static TernaryAdapter read(Path directory, LoadedModel base) {
        Path file = directory.resolve(NAME);
        try {
            long size = Files.size(file);
            if (size > BYTES_MAX) {
                throw refused("of " + size + " bytes, expected at most " + BYTES_MAX);
            }
            return of(Files.readAllBytes(file), base);
        } catch (IOException failed) {
            throw new QuernException(QuernException.Category.ERROR,
                    file + " cannot be read: " + failed.getMessage(), failed);
        } catch (QuernException refused) {
            throw new QuernException(QuernException.Category.ERROR, file + ": " + refused.getMessage(), refused);
        }
    }

    /** @throws QuernException as {@link #read}, without the file's name */
    static TernaryAdapter of(byte[] bytes, LoadedModel base) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length < FRAME || !in.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))) {
            throw refused("not a ternary adapter of version 1: it begins otherwise");
        }
        if (in.getInt(MAGIC.length) != bytes.length) {
            throw refused("damaged: " + bytes.length + " bytes, expected " + in.getInt(MAGIC.length));
        }
        int body = bytes.length - Integer.BYTES;
        if (in.getInt(body) != crc(bytes, body)) {
            throw refused("damaged: its checksum is " + Integer.toHexString(crc(bytes, body)) + ", expected "
                    + Integer.toHexString(in.getInt(body)));
        }
        in.position(MAGIC.length + Integer.BYTES).limit(body);
        try {
            return new TernaryFile(in, base).adapter();
        } catch (BufferUnderflowException | IllegalArgumentException wrong) {
            throw refused("damaged: " + (wrong.getMessage() == null ? "it ends early" : wrong.getMessage()));
        }
    }

    private TernaryAdapter adapter() {
        String fingerprint = text();
        String name = text();
        if (!fingerprint.equals(base.fingerprint())) {
            throw refused("belongs to base '" + name + "' " + fingerprint + ", the loaded base is '" + base.name()
                    + "' " + base.fingerprint());
        }
        String numbers = text();
        LoraSettings settings = settings();
        int blocks = in.getInt();
        if (blocks != base.shape().layers()) {
            throw refused("of " + blocks + " blocks, the base has " + base.shape().layers());
        }
        Map<String, Linear> places = base.weights().adaptable();
        SortedMap<String, TernaryAdapter.Pair> targets = new TreeMap<>();
        for (String target : TernaryAdapter.drawnOrder(settings, blocks * settings.targets().size())) {
            if (!places.containsKey(target)) {
                throw refused("has " + target + ", which the base has not");
            }
            Matrix beside = places.get(target).matrix();
            targets.put(target, new TernaryAdapter.Pair(
                    tensor(target, settings.rank(), beside.columns()), tensor(target, beside.rows(), settings.rank())));
        }
        if (in.hasRemaining()) {
            throw refused("damaged: " + in.remaining() + " bytes too many");
        }
        TernaryAdapter adapter = new TernaryAdapter(settings, targets);
        LoraWeights expanded = adapter.expand();
        if (!expanded.fingerprint().equals(numbers)) {
            throw refused("damaged: its numbers have fingerprint " + expanded.fingerprint() + ", expected " + numbers);
        }
        return adapter;
    }

    private LoraSettings settings() {
        int rank = in.getInt();
        if (rank < 1 || rank > RANK_MAX) {
            throw refused("of rank " + rank + ", expected 1 to " + RANK_MAX);
        }
        double alpha = in.getDouble();
        boolean rankStabilized = in.get() != 0;
        long seed = in.getLong();
        Set<LoraTarget> targets = EnumSet.noneOf(LoraTarget.class);
        for (int count = in.get(); count > 0; count--) {
            String name = text();
            targets.add(LoraTarget.ofShortName(name).orElseThrow(
                    () -> refused("names the target '" + name + "', which no block has")));
        }
        return new LoraSettings(rank, alpha, rankStabilized, targets, seed);
    }

    private TernaryTensor tensor(String target, int rows, int columns) {
        int foundRows = in.getInt();
        int foundColumns = in.getInt();
        if (foundRows != rows || foundColumns != columns) {
            throw refused(target + " is " + foundRows + " x " + foundColumns + ", expected " + rows + " x " + columns);
        }
        float scale = in.getFloat();
        int count = in.getInt();
        int parameter = in.get();
        long size = (long) rows * columns;
        if (!Float.isFinite(scale) || count < 0 || count > size || parameter < 0
                || parameter > RICE_MAX) {
            throw refused(target + " has scale " + scale + ", " + count + " places of " + size + ", parameter "
                    + parameter);
        }
        int[] places = new int[count];
        BitSet negative = new BitSet();
        BitReader bits = new BitReader(in);
        long next = 0;
        for (int i = 0; i < count; i++) {
            long place = next + bits.rice(parameter);
            if (place >= size) {
                throw refused(target + " has a place " + place + " of " + size);
            }
            places[i] = (int) place;
            negative.set(i, bits.bit());
            next = place + 1;
        }
        if (!bits.endsClean()) {
            throw refused(target + " ends within a byte that is not empty");
        }
        return new TernaryTensor(rows, columns, scale, places, negative);
    }

    private String text() {
        byte[] bytes = new byte[Short.toUnsignedInt(in.getShort())];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static QuernException refused(String problem) {
        return new QuernException(QuernException.Category.ERROR, problem);
    }
}
