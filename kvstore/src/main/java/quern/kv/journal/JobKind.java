package quern.kv.journal;

/** What a job does. */
public enum JobKind {
    INGEST, CURATE, TUNE, EVALUATE, BATCH, QUANTIZE, IMPORT, PRETRAIN, COMPRESS, ERASE, MERGE, ROUNDS
}
