package quern.kv.journal;

/**
 * A document that no run may use.
 *
 * @param reason why, possibly empty
 * @param held whether it only waits, as a document that arrived from a source nobody has judged yet; otherwise
 *     somebody put it there, and what was made of it is tainted
 * @param byKeyId who put it there; the sender where it is held
 */
public record QuarantineRecord(String documentId, String reason, boolean held, String byKeyId, long atMs) {}
