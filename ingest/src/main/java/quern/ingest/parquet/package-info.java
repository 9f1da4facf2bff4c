/**
 * Parquet files as rows of JSON, and back. Open ParquetRows first, then ParquetShard. Used by the readers and writers
 * beside it. Built on parquet-java without the Hadoop tree: codecs, files and limits are ours. A reader or writer has
 * one owner and blocks on its file.
 */
package quern.ingest.parquet;
