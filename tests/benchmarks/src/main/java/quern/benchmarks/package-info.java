/**
 * Load and kernel measurements that check their answers before they time anything. Nothing depends on this
 * package.
 */
package quern.benchmarks;
