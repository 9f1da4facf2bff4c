package quern.tuning.gate;

/** Whether an answer is what was expected. @param reason why not; empty if it is */
public record Verdict(boolean passed, String reason) {

    public static final Verdict PASSED = new Verdict(true, "");

    public static Verdict failed(String reason) {
        return new Verdict(false, reason);
    }

    static Verdict of(boolean passed, String otherwise) {
        return passed ? PASSED : failed(otherwise);
    }
}
