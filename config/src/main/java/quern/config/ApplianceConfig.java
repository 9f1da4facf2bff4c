package quern.config;

import java.nio.file.Path;

/**
 * Everything the process is told at start.
 *
 * @param data the directory that holds all state; one process owns it at a time
 */
public record ApplianceConfig(
        Path data,
        HttpConfig http,
        EngineConfig engine,
        StartConfig start,
        WeightsConfig weights,
        GrammarConfig grammar,
        BackendConfig backend,
        KvConfig kv,
        IngestConfig ingest,
        CurationConfig curation,
        TuningConfig tuning,
        AdaptersConfig adapters,
        JobsConfig jobs,
        EncryptionConfig encryption) {}
