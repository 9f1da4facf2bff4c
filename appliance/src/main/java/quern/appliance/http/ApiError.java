package quern.appliance.http;

import java.util.List;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import quern.config.QuernException;
import quern.inference.engine.DeadlineExceeded;

/** A refusal in the form OpenAI clients read: {@code {"error": {"message", "type", "param", "code"}}}. */
public final class ApiError extends RuntimeException {

    /** Code of a model that could not be loaded. */
    static final String MODEL_FAILED = "model_failed";

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String type;
    private final String code;
    private final String param;
    private final int retryAfterSeconds;
    private String allow;

    private ApiError(int status, String type, String code, String param, int retryAfterSeconds, String message) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
        this.code = code;
        this.param = param;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    /** @param param the field at fault, {@code messages[0].role} */
    public static ApiError badField(String param, String message) {
        return badField(param, "invalid_value", message);
    }

    public static ApiError badField(String param, String code, String message) {
        return new ApiError(400, "invalid_request_error", code, param, 0, message);
    }

    public static ApiError badRequest(String code, String message) {
        return new ApiError(400, "invalid_request_error", code, null, 0, message);
    }

    public static ApiError unauthorized(String message) {
        return new ApiError(401, "invalid_request_error", "invalid_api_key", null, 0, message);
    }

    public static ApiError forbidden(String message) {
        return new ApiError(403, "invalid_request_error", "forbidden", null, 0, message);
    }

    public static ApiError notFound(String code, String message) {
        return new ApiError(404, "invalid_request_error", code, null, 0, message);
    }

    /** The model does not exist, or not for this caller. */
    public static ApiError unknownModel(String model) {
        return new ApiError(404, "invalid_request_error", "model_not_found", "model", 0,
                "there is no model '" + (model.length() <= 100 ? model : model.substring(0, 100) + "...") + "'");
    }

    public static ApiError noSuchMethod(String method, List<String> allowed) {
        var error = new ApiError(405, "invalid_request_error", "method_not_allowed", null, 0,
                method + " is not a method of this path; it has " + String.join(", ", allowed));
        error.allow = String.join(", ", allowed);
        return error;
    }

    public static ApiError conflict(String message) {
        return new ApiError(409, "invalid_request_error", "conflict", null, 0, message);
    }

    public static ApiError tooLarge(long limitBytes) {
        return new ApiError(413, "invalid_request_error", "body_too_large", null, 0,
                "body larger than the " + limitBytes + " bytes this route accepts");
    }

    public static ApiError unsupportedMediaType(String message) {
        return new ApiError(415, "invalid_request_error", "unsupported_media_type", null, 0, message);
    }

    public static ApiError overloaded(String message, int retryAfterSeconds) {
        return new ApiError(429, "rate_limit_error", "overloaded", null, retryAfterSeconds, message);
    }

    public static ApiError unavailable(String message, int retryAfterSeconds) {
        return new ApiError(503, "server_error", "unavailable", null, retryAfterSeconds, message);
    }

    /** @param code what it is about */
    public static ApiError unavailable(String code, String message, int retryAfterSeconds) {
        return new ApiError(503, "server_error", code, null, retryAfterSeconds, message);
    }

    public static ApiError internal(String message) {
        return new ApiError(500, "server_error", "internal_error", null, 0, message);
    }

    public static ApiError of(int status, String code, String message) {
        String type = status >= 500 ? "server_error" : "invalid_request_error";
        return new ApiError(status, type, code, null, 0, message);
    }

    /** What a failure of ours means to a client. */
    public static ApiError of(QuernException failure) {
        if (failure instanceof DeadlineExceeded) {
            return of(504, "deadline_exceeded", failure.getMessage());
        }
        return switch (failure.category()) {
            case ERROR -> badRequest("invalid_request", failure.getMessage());
            case RETRYABLE -> unavailable(failure.getMessage(), 1);
            case FATAL -> internal(failure.getMessage());
        };
    }

    public int status() {
        return status;
    }

    public String type() {
        return type;
    }

    public String code() {
        return code;
    }

    public Optional<String> param() {
        return Optional.ofNullable(param);
    }

    /** The body, as JSON text. */
    public String body() {
        var root = Json.object();
        root.putObject("error").put("message", getMessage()).put("type", type).put("param", param).put("code", code);
        return root.toString();
    }

    public HttpResponse response() {
        HttpResponse response = Json.response(status, body());
        if (allow != null) {
            response = response.addHeader(RawHeader.create("Allow", allow));
        }
        return retryAfterSeconds == 0
                ? response
                : response.addHeader(RawHeader.create("Retry-After", Integer.toString(retryAfterSeconds)));
    }
}
