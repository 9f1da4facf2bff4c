package quern.kv;

/**
 * What a stored block says it is.
 *
 * @param sound whether its checksum fits; if not, key and tokens are hints
 */
record StoredBlock(BlockKey key, int[] tokens, boolean sound) {}
