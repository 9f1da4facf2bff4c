/**
 * Off-heap memory with one closeable owner. Open Region. Anyone above may use it; allocation and close belong to one
 * thread, reading and writing to any.
 */
package quern.gpu.memory;
