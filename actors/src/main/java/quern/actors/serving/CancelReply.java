package quern.actors.serving;

/** What came of asking to cancel a request by its id. */
public enum CancelReply {
    /** It ends as soon as the engine has let go of it. */
    CANCELLED,
    /** There is none at work, or not for this caller. */
    UNKNOWN
}
