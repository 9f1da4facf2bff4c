package quern.config;

import java.time.Duration;

/**
 * Who goes first, and what is kept of those who have to wait.
 *
 * @param tierPatience how much longer a request has to have waited to go before one of the next higher service tier
 * @param preemptedMemory copies of unfinished blocks of preempted sequences; what does not fit is computed again
 * @param promptStepTokens prompt tokens one step takes while streams run; 0: as many as step-target allows, as measured
 * @param tuningShare of the time that steps of requests take, what tuning may add to it; never beyond step-target
 * @param profile how long a model's steps are measured where no start before did; 0: none
 */
public record SchedulingConfig(
        Duration tierPatience, DataSize preemptedMemory, int promptStepTokens, double tuningShare, Duration profile) {

    public SchedulingConfig {
        new Bounds()
                .within("tierPatience", tierPatience, Duration.ofMillis(1), Duration.ofHours(24))
                .within("preemptedMemory", preemptedMemory, "0B", "1TiB")
                .within("promptStepTokens", promptStepTokens, 0, 1 << 16)
                .within("tuningShare", tuningShare, 0, 1)
                .within("profile", profile, Duration.ZERO, Duration.ofSeconds(10))
                .enforce();
    }
}
