/**
 * Configuration as immutable records, one per concern, loaded once at start. Open ConfigLoader first. Depends
 * on nothing of ours; everything may depend on it. No threads, no state.
 */
package quern.config;
