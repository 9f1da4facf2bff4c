package quern.curation.secret;

/**
 * A secret in a text.
 *
 * @param from first character of the secret itself, behind its label
 * @param to behind the last one
 */
public record Secret(SecretKind kind, int from, int to) {}
