package quern.appliance.http;

import java.util.function.Function;
import quern.actors.serving.GenerationRequest;
import quern.actors.serving.SubmitReply;

/**
 * A generation request as read.
 *
 * @param format makes the writer of its answers once it was accepted
 */
record ParsedRequest(
        GenerationRequest request, boolean stream, Function<SubmitReply.Accepted, AnswerFormat> format) {}
