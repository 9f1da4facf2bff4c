package quern.appliance.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Every route of the appliance. Two routes that match the same path and method are refused. */
public final class RouteTable {

    /** What a request path and method lead to. */
    public sealed interface Match {}

    /** @param parameters by name, decoded */
    public record Found(Route route, Map<String, String> parameters) implements Match {}

    public record NoSuchPath() implements Match {}

    /** @param allowed methods the path has, sorted */
    public record NoSuchMethod(List<String> allowed) implements Match {}

    private final List<Route> routes;

    public RouteTable(List<Route> routes) {
        this.routes = List.copyOf(routes);
        var seen = new TreeSet<String>();
        for (Route route : this.routes) {
            String shape = route.method() + " " + route.path().stream()
                    .map(segment -> Route.isParameter(segment) ? "{}" : segment).toList();
            if (!seen.add(shape)) {
                throw new IllegalArgumentException("two routes for " + shape);
            }
        }
    }

    public List<Route> routes() {
        return routes;
    }

    /** The route for a path; of several, the one whose segments are literal earliest. */
    public Match match(String method, List<String> segments) {
        var candidates = new ArrayList<Route>();
        var allowed = new TreeSet<String>();
        for (Route route : routes) {
            if (route.matches(segments)) {
                allowed.add(route.method());
                if (route.method().equals(method)) {
                    candidates.add(route);
                }
            }
        }
        if (candidates.isEmpty()) {
            return allowed.isEmpty() ? new NoSuchPath() : new NoSuchMethod(List.copyOf(allowed));
        }
        candidates.sort((a, b) -> Integer.compare(literalPrefix(b), literalPrefix(a)));
        Route route = candidates.getFirst();
        return new Found(route, parameters(route, segments));
    }

    private static int literalPrefix(Route route) {
        int i = 0;
        while (i < route.path().size() && !Route.isParameter(route.path().get(i))) {
            i++;
        }
        return i;
    }

    private static Map<String, String> parameters(Route route, List<String> segments) {
        var parameters = new HashMap<String, String>();
        for (int i = 0; i < segments.size(); i++) {
            String segment = route.path().get(i);
            if (Route.isParameter(segment)) {
                parameters.put(segment.substring(1, segment.length() - 1), segments.get(i));
            }
        }
        return parameters;
    }
}
