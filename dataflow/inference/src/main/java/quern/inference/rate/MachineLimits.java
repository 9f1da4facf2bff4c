package quern.inference.rate;

import quern.gpu.Backend;
import quern.gpu.vector.MultiplyAddPeak;
import quern.gpu.vector.ReadBandwidth;
import quern.inference.fit.ModelFit;

/**
 * What the threads of a backend can do at most, measured beside what they do.
 *
 * @param bytesPerSecond read from memory
 * @param macsPerSecond multiply-adds of floats
 */
public record MachineLimits(double bytesPerSecond, double macsPerSecond) {

    private static final long MEMORY_BYTES = 256L << 20;
    private static final int ROUNDS = 8;

    /** The best of some rounds; takes a second. The backend must be one of vectors. */
    public static MachineLimits measure(Backend backend) {
        double bytes = 0;
        double macs = 0;
        var memory = new ReadBandwidth(backend.team(), MEMORY_BYTES);
        var arithmetic = new MultiplyAddPeak(backend.team());
        for (int round = 0; round < ROUNDS; round++) {
            bytes = Math.max(bytes, memory.measure());
            macs = Math.max(macs, arithmetic.measure());
        }
        return new MachineLimits(bytes, macs);
    }

    /** The better of both. */
    public MachineLimits max(MachineLimits other) {
        return new MachineLimits(Math.max(bytesPerSecond, other.bytesPerSecond),
                Math.max(macsPerSecond, other.macsPerSecond));
    }

    /**
     * Of the multiply-adds for a prompt, attention left out; of the bandwidth for an answer: its weights once a step,
     * keys and values of each stream.
     *
     * @return share of the limit that counts for this test, 1 being all of it
     */
    public double share(RateTest test, double tokensPerSecond, ModelFit fit) {
        if (test.reads()) {
            return fit.promptMacsPerToken() * tokensPerSecond / macsPerSecond;
        }
        double cached = test.depthTokens() + test.tokens() / 2.0 + 1;
        double own = test.shared() ? cached - test.depthTokens() : cached;
        double tokens = test.streams() * own + (cached - own);
        double stepBytes = fit.activeBytes() + tokens * fit.kvBytesPerToken();
        return stepBytes * tokensPerSecond / test.streams() / bytesPerSecond;
    }
}
