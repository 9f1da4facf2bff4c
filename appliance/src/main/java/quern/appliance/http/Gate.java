package quern.appliance.http;

import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import quern.actors.Caller;
import quern.config.HttpConfig;

/**
 * What every request passes before its route is looked at: size of the headers, the Host it was meant for (a
 * rebound name is refused), no writes from foreign web pages, and the key.
 */
public final class Gate {

    /** Tells who holds a key. */
    @FunctionalInterface
    public interface Keys {
        /** @param bearer the secret as sent */
        Optional<Caller> holder(String bearer);
    }

    private static final int HEADER_BYTES_MAX = 32 * 1024;
    private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS");
    private static final String BEARER = "bearer ";
    private static final String IDENTITY = "identity";

    private final Set<String> hosts = new HashSet<>(List.of("localhost", "127.0.0.1", "[::1]"));
    private final boolean anyAddress;
    private final boolean authOff;
    private final Keys keys;

    Gate(HttpConfig config, Keys keys) {
        this.anyAddress = config.host().equals("0.0.0.0") || config.host().equals("::");
        this.authOff = config.auth() == HttpConfig.Auth.OFF;
        this.keys = keys;
        hosts.add(config.host().toLowerCase(Locale.ROOT));
        config.hostsAllowed().forEach(host -> hosts.add(host.toLowerCase(Locale.ROOT)));
    }

    /** @throws ApiError 431, 421, 403 or 415 */
    void inspect(HttpRequest request) {
        refuseHugeHeaders(request);
        refuseForeignHost(request);
        refuseCrossSiteWrite(request);
        refuseEncodedBody(request);
    }

    /** @throws ApiError 401 */
    Caller caller(HttpRequest request) {
        if (authOff) {
            return Caller.LOCAL;
        }
        String value = header(request, "authorization").orElseThrow(() -> ApiError.unauthorized(
                "no key: send 'Authorization: Bearer KEY'; the admin key is in admin.key of the data directory"));
        if (!value.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            throw ApiError.unauthorized("the Authorization header is not of the form 'Bearer KEY'");
        }
        return keys.holder(value.substring(BEARER.length()).strip())
                .orElseThrow(() -> ApiError.unauthorized("the key is unknown or revoked"));
    }

    private static void refuseHugeHeaders(HttpRequest request) {
        long bytes = 0;
        for (HttpHeader header : request.getHeaders()) {
            bytes += header.name().length() + header.value().length() + 4;
        }
        if (bytes > HEADER_BYTES_MAX) {
            throw ApiError.of(431, "headers_too_large",
                    "headers of " + bytes + " bytes, at most " + HEADER_BYTES_MAX);
        }
    }

    private void refuseForeignHost(HttpRequest request) {
        String authority = header(request, "host").orElse("");
        String host = hostOf(authority);
        boolean known = hosts.contains(host) || (anyAddress && isAddress(host));
        if (!known) {
            throw ApiError.of(421, "misdirected_request",
                    "host '" + host + "' is not one of this server's; add it to quern.http.hosts-allowed");
        }
    }

    private static void refuseCrossSiteWrite(HttpRequest request) {
        if (SAFE_METHODS.contains(request.method().name())) {
            return;
        }
        String site = header(request, "sec-fetch-site").orElse("none");
        boolean foreignSite = site.equals("cross-site") || site.equals("same-site");
        boolean foreignOrigin = header(request, "origin")
                .map(origin -> !sameOrigin(origin, header(request, "host").orElse(""))).orElse(false);
        if (foreignSite || foreignOrigin) {
            throw ApiError.forbidden("a page of another origin may not change anything here");
        }
    }

    /** Bodies are taken as they come: what does not unfold cannot be a bomb. */
    private static void refuseEncodedBody(HttpRequest request) {
        String encoding = header(request, "content-encoding").orElse(IDENTITY);
        if (!encoding.equalsIgnoreCase(IDENTITY)) {
            throw ApiError.unsupportedMediaType(
                    "the body's Content-Encoding is '" + brief(encoding) + "', expected none");
        }
    }

    private static String brief(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }

    private static boolean sameOrigin(String origin, String authority) {
        try {
            return authority.equalsIgnoreCase(URI.create(origin).getRawAuthority());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String hostOf(String authority) {
        String text = authority.toLowerCase(Locale.ROOT);
        int colon = text.lastIndexOf(':');
        return colon > text.lastIndexOf(']') ? text.substring(0, colon) : text;
    }

    private static boolean isAddress(String host) {
        return host.startsWith("[") || host.matches("\\d{1,3}(\\.\\d{1,3}){3}");
    }

    private static Optional<String> header(HttpRequest request, String lowercaseName) {
        for (HttpHeader header : request.getHeaders()) {
            if (header.lowercaseName().equals(lowercaseName)) {
                return Optional.of(header.value());
            }
        }
        return Optional.empty();
    }
}
