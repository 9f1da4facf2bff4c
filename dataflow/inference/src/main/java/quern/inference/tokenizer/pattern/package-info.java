/**
 * Regular expressions of tokenizer files, run without trust: what they mean is Oniguruma's (Ruby syntax), what they may
 * cost is bounded. Open TextPattern first; PatternParser and PatternCompiler make the program, PatternRun executes it.
 * Only the tokenizer package depends on it. TextPattern is immutable, for any thread; a PatternRun belongs to one.
 */
package quern.inference.tokenizer.pattern;
