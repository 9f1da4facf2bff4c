package quern.ingest.reader;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Names within archives. They are only shown, never opened; one that is made to lead elsewhere is refused all the
 * same.
 */
final class EntryNames {

    private EntryNames() {}

    static boolean isSafe(String name) {
        boolean absolute = name.startsWith("/") || name.length() > 1 && name.charAt(1) == ':';
        return !absolute && name.indexOf('\0') < 0 && name.indexOf('\\') < 0 && !("/" + name + "/").contains("/../");
    }

    /** Whether a directory or file on the way begins with a dot, or is what macOS puts beside files. */
    static boolean isHidden(String name) {
        return name.startsWith(".") && !name.startsWith("./") || name.contains("/.") || name.startsWith("__MACOSX/");
    }

    /** What samples of an entry are given: where they come from, in the words of the manner. */
    static ObjectNode fields(String archive, String name, Manner manner) {
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        if (!manner.rows()) {
            return fields.put("file", name);
        }
        String last = name.substring(name.lastIndexOf('/') + 1);
        return fields.put(RowReader.SUFFIX, RowReader.suffix(last)).put(RowReader.SOURCE_FILE, archive + "!/" + name);
    }
}
