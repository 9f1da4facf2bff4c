package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.CompletableFuture;

/**
 * A request that is being answered for a caller without a connection.
 *
 * @param result fails with {@link ApiError} or {@link quern.config.QuernException}
 * @param abandon ends the work on it; the result then comes as a failure
 */
record Answering(CompletableFuture<ObjectNode> result, Runnable abandon) {}
