package quern.appliance.demo;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** How long tokens of streamed answers took, as the one who reads them feels it. */
final class Latency {

    private final List<Double> firstTokensMs = new ArrayList<>();
    private final List<Double> gapsMs = new ArrayList<>();
    private final List<Double> pacesMs = new ArrayList<>();

    void add(DemoServer.Answer answer) {
        firstTokensMs.add(answer.firstTokenMs());
        gapsMs.addAll(answer.gapsMs());
        answer.gapsMs().stream().mapToDouble(Double::doubleValue).average().ifPresent(pacesMs::add);
    }

    int answers() {
        return firstTokensMs.size();
    }

    /** Median milliseconds until an answer's first token. */
    double firstTokenMs() {
        return quantile(firstTokensMs, 0.5);
    }

    /** Median over the answers of milliseconds a token; single gaps tell less, tokens arrive in bursts. */
    double paceMs() {
        return quantile(pacesMs, 0.5);
    }

    /** Milliseconds between one token and the next that this share of them stays below. */
    double gapMs(double share) {
        return quantile(gapsMs, share);
    }

    private static double quantile(List<Double> values, double share) {
        if (values.isEmpty()) {
            return Double.NaN;
        }
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted.get(Math.min(sorted.size() - 1, (int) (share * sorted.size())));
    }
}
