package quern.config;

import java.util.List;

/**
 * A configuration and where each of its values came from.
 *
 * @param origins one for every key, in the order of the records
 */
public record LoadedConfig(ApplianceConfig config, List<Origin> origins) {}
