package quern.config;

import java.nio.file.Path;
import java.util.Map;

/** Where state lies when nobody says. */
final class DataDirectory {

    private DataDirectory() {}

    /** {@code $XDG_DATA_HOME/quern}, else {@code ~/.local/share/quern}; {@code QUERN_DATA} is an ordinary key. */
    static Path defaultFor(Map<String, String> environment) {
        String xdg = environment.get("XDG_DATA_HOME");
        // The XDG specification says that a relative path here is to be ignored.
        if (xdg != null && !xdg.isBlank() && Path.of(xdg).isAbsolute()) {
            return Path.of(xdg, "quern");
        }
        return Path.of(System.getProperty("user.home"), ".local", "share", "quern");
    }
}
