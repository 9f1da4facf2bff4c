/**
 * The intake of documents. Open Ingestor first, the one writer of the journal. It lives on the I/O dispatcher; readers
 * use the journal directly.
 */
package quern.actors.ingest;
