package quern.tuning;

import quern.config.QuernException;
import quern.gpu.tensor.Rows;
import quern.inference.transformer.ModelShape;

/**
 * Order of the rows of a projection. Hugging Face's files pair row i of a head with row i + headSize / 2 for the rope;
 * Llama GGUF files pair rows 2i and 2i + 1.
 *
 * @param heads heads whose rows change places, 0: none do
 */
record RopeOrder(int heads, int headSize) {

    static RopeOrder of(LoraTarget target, ModelShape shape) {
        boolean turns = shape.rope().interleaved();
        return switch (target) {
            case QUERY -> new RopeOrder(turns ? shape.heads() : 0, shape.headSize());
            case KEY -> new RopeOrder(turns ? shape.kvHeads() : 0, shape.headSize());
            default -> new RopeOrder(0, shape.headSize());
        };
    }

    /** From the order of the base to that of Hugging Face. */
    Rows toHalfSplit(Rows rows) {
        return moved(rows, false);
    }

    /** From the order of Hugging Face to that of the base. */
    Rows fromHalfSplit(Rows rows) {
        return moved(rows, true);
    }

    private Rows moved(Rows rows, boolean towardsInterleaved) {
        if (heads == 0) {
            return rows;
        }
        if (rows.count() != heads * headSize) {
            throw new QuernException(QuernException.Category.ERROR,
                    "adapter has " + rows.count() + " rows, expected " + heads + " heads of " + headSize);
        }
        Rows out = new Rows(rows.count(), rows.width());
        for (int row = 0; row < rows.count(); row++) {
            int inHead = row % headSize;
            int split = row - inHead + inHead / 2 + inHead % 2 * (headSize / 2);
            int from = towardsInterleaved ? split : row;
            int to = towardsInterleaved ? row : split;
            System.arraycopy(rows.values(), rows.at(from), out.values(), out.at(to), rows.width());
        }
        return out;
    }
}
