package quern.inference.cache;

import java.util.List;

/** What came of asking for a sequence's blocks. */
public sealed interface Admission {

    /** @param loads tier reads to carry out before the sequence can run; often none */
    record Admitted(List<BlockLoad> loads) implements Admission {}

    /** Another sequence is about to compute blocks of this one's prompt: asking again later finds them. */
    record Awaiting() implements Admission {}

    /** There are not enough blocks at the moment. @param missingBlocks at least 1 */
    record NoRoom(int missingBlocks) implements Admission {}
}
