package quern.gpu.vector;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import quern.gpu.tensor.QuantizedRows;

/** One block of 8-bit activations of a full tile of tokens, turned so that the tokens of one k lie together. */
final class TokenTranspose {

    private static final int BLOCK = QuantizedRows.BLOCK;
    private static final VectorSpecies<Float> F = Lanes.F;
    private static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, F.vectorShape());
    private static final VectorSpecies<Byte> BYTES =
            F.length() == 16 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;
    private static final int LANES = F.length();

    private final int tokens;
    /** [k][token]. */
    private final byte[] turned;
    private final int[] lanes = new int[LANES];

    /** @param tokens of a full tile: a part of a vector's lanes */
    TokenTranspose(int tokens) {
        this.tokens = tokens;
        this.turned = new byte[BLOCK * tokens];
    }

    /** @param stride between the same element of two tokens */
    void read(byte[] in, int from, int stride) {
        for (int token = 0; token < tokens; token++) {
            int at = from + token * stride;
            for (int k = 0, to = token; k < BLOCK; k++, to += tokens) {
                turned[to] = in[at + k];
            }
        }
    }

    void floats(float[] out, int at) {
        for (int i = 0; i < turned.length; i += LANES) {
            ((FloatVector) ByteVector.fromArray(BYTES, turned, i).convertShape(VectorOperators.B2F, F, 0))
                    .intoArray(out, at + i);
        }
    }

    /** Each twice, as the halves of an int. */
    void pairs(int[] out, int at) {
        for (int i = 0; i < turned.length; i += LANES) {
            IntVector value = ints(i);
            value.lanewise(VectorOperators.LSHL, 16).or(value.and(0xffff)).intoArray(out, at + i);
        }
    }

    /** Of each half of the block, [half][token]. */
    void sums(float[] out, int at) {
        int half = turned.length / 2;
        for (int from = 0; from <= half; from += half, at += tokens) {
            IntVector sum = ints(from);
            for (int i = from + LANES; i < from + half; i += LANES) {
                sum = ints(i).add(sum);
            }
            sum.intoArray(lanes, 0);
            for (int token = 0; token < tokens; token++) {
                int total = 0;
                for (int lane = token; lane < LANES; lane += tokens) {
                    total += lanes[lane];
                }
                out[at + token] = total;
            }
        }
    }

    private IntVector ints(int from) {
        return (IntVector) ByteVector.fromArray(BYTES, turned, from).convertShape(VectorOperators.B2I, I, 0);
    }
}
