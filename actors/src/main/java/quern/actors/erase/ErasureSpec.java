package quern.actors.erase;

/**
 * What an erasure job was asked for; the rest is in the document's erasure record.
 *
 * @param documentId its SHA-256, in hex
 */
public record ErasureSpec(String documentId) {}
