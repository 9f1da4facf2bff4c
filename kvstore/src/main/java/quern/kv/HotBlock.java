package quern.kv;

import java.lang.foreign.MemorySegment;

/**
 * One slot of the arena, held by whoever claimed or pinned it.
 *
 * @param slot index in the arena
 * @param memory the slot's bytes; valid while the holder has it claimed or pinned
 */
public record HotBlock(int slot, MemorySegment memory) {}
