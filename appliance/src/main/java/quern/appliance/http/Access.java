package quern.appliance.http;

/** Who may call a route. Every route has exactly one. */
public enum Access {
    /** Anybody; only liveness and readiness. */
    OPEN,
    /** Any valid key; it sees what it owns. */
    KEY,
    /** The admin key. */
    ADMIN
}
