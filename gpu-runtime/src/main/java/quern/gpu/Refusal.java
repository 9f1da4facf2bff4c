package quern.gpu;

/**
 * A backend that was not taken.
 *
 * @param name {@code cuda}, {@code vector}
 * @param reason one line: what was looked for, what was found
 */
public record Refusal(String name, String reason) {}
