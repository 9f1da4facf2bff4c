/**
 * Parts of speech: how many verbs a text has, by OpenNLP's model for English and HanLP's for Chinese. Open
 * {@link quern.curation.grammar.ActionCounter} first. Used by operators; counters are safe for several threads.
 */
package quern.curation.grammar;
