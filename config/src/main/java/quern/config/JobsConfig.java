package quern.config;

/**
 * @param queueMax jobs that wait, all kinds together; one more is refused with 429
 * @param eventsPerJobMax events kept for one job; the oldest go first
 * @param attemptsMax starts of one job that the process did not survive; one that was killed so often has failed
 * @param batchRequestsMax lines of one batch file
 */
public record JobsConfig(int queueMax, int eventsPerJobMax, int attemptsMax, int batchRequestsMax) {

    public JobsConfig {
        new Bounds()
                .within("queueMax", queueMax, 1, 1 << 20)
                .within("eventsPerJobMax", eventsPerJobMax, 10, 10_000_000)
                .within("attemptsMax", attemptsMax, 1, 1000)
                .within("batchRequestsMax", batchRequestsMax, 1, 10_000_000)
                .enforce();
    }
}
