package quern.actors;

/**
 * Whoever holds the key a request came with.
 *
 * @param keyId public id of the key, owner of what the request makes
 * @param admin sees everything; others see only what they own
 */
public record Caller(String keyId, boolean admin) {

    /** With authentication off, everybody on this machine. */
    public static final Caller LOCAL = new Caller("local", true);

    /** Whether a record of this owner exists for the caller. */
    public boolean sees(String ownerKeyId) {
        return admin || keyId.equals(ownerKeyId);
    }
}
