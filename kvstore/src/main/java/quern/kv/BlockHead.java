package quern.kv;

/**
 * What a tier knows of a block without its numbers.
 *
 * @param key with root, parent and depth
 * @param tokens the block's token ids
 */
public record BlockHead(BlockKey key, int[] tokens) {}
