/**
 * Rows out to files: JSONL, JSON and Parquet, in shards, whole or absent. Open RowWriter first. Used by curation and
 * the command line. A writer has one owner and blocks on the disk.
 */
package quern.ingest.writer;
