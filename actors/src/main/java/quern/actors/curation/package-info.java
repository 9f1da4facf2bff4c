/**
 * Curation as jobs: a recipe over documents or over a dataset becomes a dataset in the catalogue. Open CurationWork
 * first. Driven by quern.actors.jobs on the I/O dispatcher.
 */
package quern.actors.curation;
