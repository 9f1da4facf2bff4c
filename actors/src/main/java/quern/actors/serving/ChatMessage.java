package quern.actors.serving;

/** @param role {@code system}, {@code user} or {@code assistant} */
public record ChatMessage(String role, String content) {}
