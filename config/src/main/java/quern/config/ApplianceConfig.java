package quern.config;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything the process is told at start.
 *
 * @param data the directory that holds all state; one process owns it at a time
 * @param pipelines standing pipelines by name
 */
public record ApplianceConfig(
        Path data,
        HttpConfig http,
        EngineConfig engine,
        StartConfig start,
        WeightsConfig weights,
        ModelsConfig models,
        GrammarConfig grammar,
        BackendConfig backend,
        KvConfig kv,
        IngestConfig ingest,
        CurationConfig curation,
        TuningConfig tuning,
        AdaptersConfig adapters,
        JobsConfig jobs,
        EncryptionConfig encryption,
        Map<String, PipelineConfig> pipelines) {

    public ApplianceConfig {
        pipelines = Collections.unmodifiableMap(new TreeMap<>(pipelines));
    }

    /**
     * The same for another model beside that of {@code engine.model}.
     *
     * @param weightMemory as {@link WeightsConfig#memory}
     */
    public ApplianceConfig serving(Path model, DataSize weightMemory) {
        return new ApplianceConfig(data, http, engine.serving(model), start,
                new WeightsConfig(weightMemory, weights.residentLayers()), models, grammar, backend, kv, ingest,
                curation, tuning, adapters, jobs, encryption, pipelines);
    }
}
