package quern.gpu.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Where the rows of one step find and leave their keys and values. Row {@code i} is the token at {@code positions[i]}
 * of the sequence whose blocks are {@code blocks[i]}; rows of one sequence share the same array object, and sequences
 * that share a prefix have equal segments (of the same memory) there, which lets a backend read it once for all of
 * them.
 *
 * @param blocks per row, the sequence's blocks in order; block {@code p / layout.blockTokens()} holds position p
 * @param positions per row, the position of its token, from 0
 */
public record KvRows(KvLayout layout, MemorySegment[][] blocks, int[] positions) {}
