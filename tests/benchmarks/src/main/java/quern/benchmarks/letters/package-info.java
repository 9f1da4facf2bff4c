/**
 * Letters with planted identities whose places are known, to measure de-identification with. Open {@link
 * quern.benchmarks.letters.LetterWriter} first; the texts are resources beside it, in three sets written apart: two
 * that
 * rules may be tuned on, one held out. Only benchmarks and their tests depend on it. Everything here is one thread's.
 */
package quern.benchmarks.letters;
