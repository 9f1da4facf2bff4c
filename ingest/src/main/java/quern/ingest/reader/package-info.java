/**
 * From stored bytes to samples: one format per media type, each a stream of parts under the same limits. Open
 * DocumentReader first. Used by curation and actors. A reading has one owner and blocks on its input; nothing here
 * keeps state between documents.
 */
package quern.ingest.reader;
