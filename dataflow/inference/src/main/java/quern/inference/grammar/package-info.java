/**
 * What an answer may be: JSON schemas and regular expressions compiled to automata over bytes with a stack, and from
 * there to masks over a vocabulary. Open Grammar first (what is compiled), then TokenGrammar (which tokens may come
 * next). Used by the engine's owners to make masks and by the tool package. A Grammar is immutable, a TokenGrammar may
 * be shared by threads, a mask belongs to one sequence.
 */
package quern.inference.grammar;
