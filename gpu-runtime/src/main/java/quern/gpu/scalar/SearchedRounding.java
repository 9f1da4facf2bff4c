package quern.gpu.scalar;

import quern.gpu.tensor.ElementType;

/** Blocks whose scales are searched for: the K and codebook types always, the simple ones when columns differ. */
final class SearchedRounding {

    private static final Levels CODEBOOK = Levels.of(StoredRow.codebook());
    private static final Levels THREE_BITS = Levels.between(-4, 3);
    private static final Levels FOUR_BITS = Levels.between(-8, 7);
    private static final Levels FIVE_BITS = Levels.between(-16, 15);
    private static final Levels SIX_BITS = Levels.between(-32, 31);
    private static final Levels EIGHT_BITS = Levels.between(-127, 127);

    private final ElementType type;
    private final SuperBlocks blocks = new SuperBlocks();
    private final ScaleSearch search = blocks.search();
    private final int[] codes = new int[32];

    SearchedRounding(ElementType type) {
        this.type = type;
    }

    /** One block of {@code x} from {@code from}, its weights from {@code importance[importanceFrom]} or equal. */
    void block(float[] x, int from, float[] importance, int importanceFrom, byte[] out, int at) {
        search.take(x, from, type.blockElements(), importance, importanceFrom);
        switch (type) {
            case Q8_0 -> {
                float scale = simple(EIGHT_BITS);
                for (int i = 0; i < codes.length; i++) {
                    codes[i] = EIGHT_BITS.value(codes[i]);
                }
                BlockWriter.q8(scale, codes, out, at);
            }
            case Q4_0 -> BlockWriter.q4(simple(FOUR_BITS), codes, out, at);
            case Q5_0 -> BlockWriter.q5(simple(FIVE_BITS), codes, out, at);
            case IQ4_NL -> BlockWriter.q4(simple(CODEBOOK), codes, out, at);
            case Q4_1, Q5_1 -> withMin(out, at);
            case Q3_K -> {
                blocks.fit(THREE_BITS, 16, 32);
                BlockWriter.q3k(blocks, out, at);
            }
            case Q6_K -> {
                blocks.fit(SIX_BITS, 16, 128);
                BlockWriter.q6k(blocks, out, at);
            }
            case IQ4_XS -> {
                blocks.fit(CODEBOOK, 8, 32);
                BlockWriter.iq4xs(blocks, out, at);
            }
            case Q2_K -> {
                blocks.fitMins(3, 16, 15);
                BlockWriter.q2k(blocks, out, at);
            }
            case Q4_K -> {
                blocks.fitMins(15, 8, 63);
                BlockWriter.q4k(blocks, out, at);
            }
            case Q5_K -> {
                blocks.fitMins(31, 8, 63);
                BlockWriter.q5k(blocks, out, at);
            }
            default -> throw new IllegalArgumentException("element type " + type + " has no scales");
        }
    }

    private float simple(Levels levels) {
        float scale = SuperBlocks.half(search.fitScale(levels, 0, 32));
        search.codes(levels, 0, 32, scale, codes);
        return scale;
    }

    private void withMin(byte[] out, int at) {
        int codeMax = type == ElementType.Q4_1 ? 15 : 31;
        search.fitMin(codeMax, true, 0, 32);
        float scale = SuperBlocks.half(search.scale());
        float min = SuperBlocks.half(search.min());
        search.codes(codeMax, 0, 32, scale, min, codes);
        if (type == ElementType.Q4_1) {
            BlockWriter.q4(scale, -min, codes, out, at);
        } else {
            BlockWriter.q5(scale, -min, codes, out, at);
        }
    }
}
