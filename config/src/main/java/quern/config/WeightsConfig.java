package quern.config;

/**
 * How much of a model's weights memory holds.
 *
 * @param memory what the process may take; 0: 80 % of the machine's memory, or of the container's limit
 * @param residentLayers layers that stay in memory, the two that the others pass through among them; 0: as many as
 *     {@code memory} allows
 */
public record WeightsConfig(DataSize memory, int residentLayers) {

    /** As many layers as fit. */
    public static final int AUTO = 0;

    public WeightsConfig {
        new Bounds()
                .within("memory", memory, "0B", "64TiB")
                .within("residentLayers", residentLayers, AUTO, 100_000)
                .enforce();
    }
}
