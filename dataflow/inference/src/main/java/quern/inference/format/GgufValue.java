package quern.inference.format;

import java.lang.foreign.MemorySegment;

/**
 * One metadata value, still in the file's bytes.
 *
 * @param type of the value; for an array that of its elements
 * @param count elements of an array, 1 for a single value
 * @param bytes all elements; strings of an array each with their length in front, a single string without
 */
record GgufValue(GgufType type, boolean array, int count, MemorySegment bytes) {}
