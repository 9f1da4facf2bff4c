package quern.inference.cache;

import java.util.List;

/**
 * A preempted sequence's blocks that nobody else could give back to it: copies, made by {@link KvBlocks#save}, to be
 * given to {@link KvBlocks#restore} or {@link KvBlocks#drop}.
 *
 * @param firstBlock index of the first block in its table
 * @param tokens tokens computed, those before the first block included
 */
public record SavedBlocks(int firstBlock, int tokens, List<byte[]> blocks) {}
