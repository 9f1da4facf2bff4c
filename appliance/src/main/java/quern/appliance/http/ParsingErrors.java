package quern.appliance.http;

import org.apache.pekko.event.LoggingAdapter;
import org.apache.pekko.http.ParsingErrorHandler;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.scaladsl.model.ErrorInfo;
import org.apache.pekko.http.scaladsl.model.StatusCode;
import org.apache.pekko.http.scaladsl.settings.ServerSettings;

/** Requests that are not HTTP get the same error body as all others. Named in pekko.conf. */
public final class ParsingErrors extends ParsingErrorHandler {

    /** The instance; Pekko finds it by this name. */
    public static final ParsingErrors MODULE$ = new ParsingErrors();

    private ParsingErrors() {}

    @Override
    public HttpResponse handle(StatusCode status, ErrorInfo error, LoggingAdapter log, ServerSettings settings) {
        return ApiError.of(status.intValue(), "malformed_request", error.summary()).response();
    }
}
