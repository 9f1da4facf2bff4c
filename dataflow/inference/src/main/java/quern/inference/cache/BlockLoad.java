package quern.inference.cache;

import quern.kv.BlockKey;
import quern.kv.HotBlock;

/**
 * A block to copy from a lower tier: {@code pool.load(key, tokens, target)} on an I/O thread, then
 * {@code EngineLoop.loaded(this, found)} on the engine's.
 *
 * @param sequenceId the sequence that waits for it
 * @param index which block of the sequence, from 0
 * @param target a claimed slot, not to be touched by anyone else until the answer
 */
public record BlockLoad(long sequenceId, int index, BlockKey key, int[] tokens, HotBlock target) {}
