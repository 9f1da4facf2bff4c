package quern.actors.serving;

/** Whether an embedding request is at work. */
public sealed interface EmbedReply {

    /** @param model id of what serves it, aliases resolved */
    record Accepted(String model) implements EmbedReply {}

    /** It is not, and no event will come. */
    record Refused(SubmitReply.Rejected reason) implements EmbedReply {}
}
