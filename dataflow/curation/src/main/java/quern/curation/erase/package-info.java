/**
 * Finished datasets without given documents: what a dataset holds of them, and the dataset again with nothing of them
 * left. Open {@link quern.curation.erase.DatasetRewrite} first. Used by erasure jobs; one thread at a time; reads and
 * writes through the file system of the paths it is given, so sealed files need nothing here.
 */
package quern.curation.erase;
