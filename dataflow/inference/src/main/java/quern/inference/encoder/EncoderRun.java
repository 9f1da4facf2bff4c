package quern.inference.encoder;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import quern.config.EngineConfig.Pooling;
import quern.config.QuernException;
import quern.gpu.kernel.KvRows;
import quern.gpu.tensor.Rows;

/**
 * A batch of texts on its way through an encoder. Every {@link #advance} takes some rows one phase further; cut and
 * company change no bit of a text's vector.
 */
public final class EncoderRun {

    /** What happens to all rows before the next of these begins. */
    private enum Phase { EMBED, STORE, MIX }

    private final Encoder encoder;
    private final int[] lengths;
    private final int[] tokens;
    private final int[] positions;
    private final int[] lasts;
    private final MemorySegment[][] blocks;
    private final Rows hidden;
    private Phase phase = Phase.EMBED;
    private int layer;
    private int row;

    /** @param texts token ids of each, at least one, at most the encoder's context */
    public EncoderRun(Encoder encoder, List<int[]> texts) {
        this.encoder = encoder;
        this.lengths = texts.stream().mapToInt(text -> text.length).toArray();
        int count = Arrays.stream(lengths).sum();
        this.tokens = new int[count];
        this.positions = new int[count];
        this.lasts = new int[count];
        this.blocks = new MemorySegment[count][];
        this.hidden = new Rows(count, encoder.shape().hidden());
        MemorySegment[][] perText = encoder.blocksOf(lengths);
        int at = 0;
        for (int text = 0; text < lengths.length; text++) {
            for (int position = 0; position < lengths[text]; position++, at++) {
                tokens[at] = texts.get(text)[position];
                positions[at] = position;
                lasts[at] = lengths[text] - 1;
                blocks[at] = perText[text];
            }
        }
    }

    public boolean done() {
        return layer == encoder.shape().layers();
    }

    /** Rows of all texts. */
    public int rows() {
        return tokens.length;
    }

    /**
     * Takes at most {@code rowsMax} rows one phase further.
     *
     * @return rows taken, at least 1
     */
    public int advance(int rowsMax) {
        int to = Math.min(tokens.length, row + Math.max(1, rowsMax));
        int count = to - row;
        Rows x = new Rows(count, hidden.width());
        System.arraycopy(hidden.values(), hidden.at(row), x.values(), 0, x.values().length);
        switch (phase) {
            case EMBED -> encoder.embed(
                    Arrays.copyOfRange(tokens, row, to), Arrays.copyOfRange(positions, row, to), x);
            case STORE -> encoder.store(layer, x, count, kv(positions, to));
            case MIX -> encoder.mix(layer, x, count, kv(lasts, to));
        }
        System.arraycopy(x.values(), 0, hidden.values(), hidden.at(row), x.values().length);
        row = to;
        if (row == tokens.length) {
            row = 0;
            layer += phase == Phase.MIX ? 1 : 0;
            phase = phase == Phase.STORE ? Phase.MIX : Phase.STORE;
        }
        return count;
    }

    private KvRows kv(int[] places, int to) {
        return encoder.rows(Arrays.copyOfRange(blocks, row, to), Arrays.copyOfRange(places, row, to));
    }

    /**
     * The embedding of a text, once {@link #done}.
     *
     * @throws QuernException if it is not finite
     */
    public float[] vector(int text, Pooling pooling) {
        PooledRow pooled = new PooledRow(pooling, hidden.width());
        int first = 0;
        for (int before = 0; before < text; before++) {
            first += lengths[before];
        }
        for (int position = 0; position < lengths[text]; position++) {
            if (pooled.wants(position, lengths[text])) {
                pooled.add(hidden.values(), hidden.at(first + position));
            }
        }
        return pooled.vector();
    }
}
